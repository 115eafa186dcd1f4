"""The command line as users see it: good input, bad input, interruption; each command in its own process."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

MMDVAE = [sys.executable, "-P", "-m", "mmdvae"]
GRID = ["--alpha", "0", "--alpha", "0.6", "--sigma", "2.83"]


def mmdvae(*words, timeout=300):
    """Run the command to its end; return the completed process."""
    return subprocess.run([*MMDVAE, *map(str, words)], capture_output=True, text=True, timeout=timeout, check=False)


def compare(tiny_npz, out, *words):
    return mmdvae("compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", out, "--server", "none", *words)


def report_of(done):
    """report.json beside the page that the command printed last."""
    return json.loads(Path(done.stdout.splitlines()[-1]).with_name("report.json").read_text())


def numbers_of(report):
    """The values that must not depend on when and how often something was run."""
    return {
        variant["name"]: [
            (run["seed"], run["history"], {k: v for k, v in run["metrics"].items() if k not in COSTS})
            for run in variant["runs"]
        ]
        for variant in report["variants"]
    }


COSTS = {"train_seconds", "peak_rss_mb"}


@pytest.fixture(scope="module")
def compared(tiny_npz, tmp_path_factory):
    """A finished comparison of two variants."""
    out = tmp_path_factory.mktemp("runs")
    done = compare(tiny_npz, out, *GRID, "--epochs", 2)
    assert done.returncode == 0, done.stderr
    return out, done


@pytest.fixture
def copy(compared, tmp_path):
    """A copy whose files a test may damage."""
    return shutil.copytree(compared[0], tmp_path / "runs")


def test_a_comparison_leaves_the_files_of_the_contract(compared):
    out, done = compared
    page = Path(done.stdout.splitlines()[-1])
    assert page.is_file()
    names = {"report.html", "report.json", "metrics.csv", "latents.parquet", "summary.md", "manifest.json"}
    assert {path.name for path in page.parent.iterdir()} == names
    assert {path.name for path in out.iterdir()} == {page.parent.name, "store", "index.html"}


def test_report_json_keeps_its_contract(compared):
    report = report_of(compared[1])
    assert report["schema"] == 1
    assert {"id", "preset", "recipe", "created", "command", "seeds", "dataset", "code", "versions", "hardware"} <= set(
        report["run"]
    )
    assert report["run"]["recipe_settings"]["optimizer"] == "adam"
    assert report["run"]["recipe_settings"]["epochs"] == 2  # as asked for, not the preset's
    assert report["run"]["dataset"] | {"sha256": ""} == {
        "name": "npz:tiny.npz",
        "sha256": "",
        "train": 270,
        "valid": 30,
        "test": 60,
    }
    assert report["run"]["command"].startswith("mmdvae compare quick --alpha 0 --alpha 0.6 --sigma 2.83 --epochs 2")
    assert [variant["name"] for variant in report["variants"]] == ["none", "mmd-a0.6-s2.83"]
    for variant in report["variants"]:
        assert variant["status"] == "ok"
        (run,) = variant["runs"]
        assert run["epochs"] == 2
        assert variant["summary"]["bce"] == {
            "mean": run["metrics"]["bce"],
            "sd": None,
            "min": run["metrics"]["bce"],
            "max": run["metrics"]["bce"],
            "n": 1,
        }
    assert [baseline["name"] for baseline in report["baselines"]] == [
        "mean image",
        "PCA-2",
        "PCA-4",
        "PCA-8",
        "PCA-16",
        "raw pixels",
        "prior draws",
        "real images",
    ]


def test_the_report_names_no_path_of_this_machine(compared):
    page = Path(compared[1].stdout.splitlines()[-1])
    for name in ("report.html", "report.json", "summary.md", "manifest.json"):
        text = page.with_name(name).read_text()
        assert str(compared[0]) not in text
        assert str(Path.home()) + "/" not in text


def test_a_second_run_trains_nothing_and_reports_the_same(compared, tiny_npz, copy):
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert again.returncode == 0
    assert "started" not in again.stderr
    assert again.stderr.count(": found") == 6
    assert numbers_of(report_of(again)) == numbers_of(report_of(compared[1]))


def test_another_number_of_epochs_is_another_training_and_says_so(tiny_npz, copy):
    done = compare(tiny_npz, copy, *GRID, "--epochs", 1)
    assert done.returncode == 0
    assert (
        "train: the store has trainings of 2 epochs; one of 1 epochs is separate and starts from scratch\n"
        in done.stderr
    )


def test_where_it_cannot_stay_or_speak_it_says_so_and_ends(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.rmdir({str(gone)!r}); os.execv({sys.executable!r}, {[*MMDVAE, 'presets']!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=gone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "Error: the folder that this was started in cannot be used (No such file or directory); start it in another\n",
    )
    with open("/dev/full", "w") as full:
        done = subprocess.run([*MMDVAE, "presets"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "Error: standard output: No space left on device\n")


def odd_surroundings(folder):
    """A working folder and environment variables meant for other programs; none of them may matter."""
    (folder / "home" / ".keras").mkdir(parents=True)
    odd_keras = {"floatx": "float16", "image_data_format": "channels_first", "epsilon": 0.1, "backend": "torch"}
    (folder / "home" / ".keras" / "keras.json").write_text(json.dumps(odd_keras))
    theirs = folder / "theirs"
    theirs.mkdir()
    for name in ("flows", "tasks", "reports"):
        (theirs / f"{name}.py").write_text("x = 1\n")
    (theirs / "matplotlibrc").write_text("savefig.dpi: 30\nfont.size: 40\naxes.facecolor: red\nlines.linewidth: 9\n")
    return theirs, {
        "HOME": str(folder / "home"),
        "PYTHONPATH": str(theirs),
        "PYTHONWARNINGS": "error",
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "C",
        "COLUMNS": "wide",
        "TERM": "",
        "TMPDIR": str(folder / "nowhere"),
        "MPLBACKEND": "module://nowhere.inline",
        "KERAS_HOME": str(folder / "home" / ".keras"),
        "XLA_FLAGS": "--nonsense",
        "SOURCE_DATE_EPOCH": "nonsense",
        "TF_XLA_FLAGS": "--nonsense",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
        "OMP_NUM_THREADS": "many",
        "http_proxy": "http://127.0.0.1:9",
        "all_proxy": "socks://127.0.0.1:9",
    }


# No standard stream is open, every signal is blocked, and more descriptors are open than `select` can handle.
AS_A_SERVICE = """
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
null = os.open(os.devnull, os.O_RDWR)
for number in range(3, 1100):
    os.dup2(null, number, inheritable=True)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.closerange(0, 3)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_the_surroundings_decide_nothing(compared, tiny_npz, tmp_path):
    folder, variables = odd_surroundings(tmp_path)
    out = tmp_path / "100 % #1 é?"
    command = [sys.executable, "-m", "mmdvae", "compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", out]
    words = [sys.executable, "-c", AS_A_SERVICE, *map(str, command), *GRID, "--epochs", "2"]
    done = subprocess.run(words, env=os.environ | variables, cwd=folder, timeout=300, check=False)
    assert done.returncode == 0
    (page,) = out.glob("*/report.html")
    assert numbers_of(json.loads(page.with_name("report.json").read_text())) == numbers_of(report_of(compared[1]))
    pages = [path.read_text() for path in (page, Path(compared[1].stdout.splitlines()[-1]))]
    assert len({tuple(re.findall(r"data:image/[^\"]*", html)) for html in pages}) == 1


def test_only_what_was_deleted_is_trained_again_with_the_same_numbers(compared, tiny_npz, copy):
    (model, _) = sorted(copy.glob("store/train-*/model.npz"))
    model.unlink()
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert len(re.findall(r"^train .*: started", again.stderr, re.M)) == 1
    assert numbers_of(report_of(again)) == numbers_of(report_of(compared[1]))


def test_refresh_trains_again(tiny_npz, copy):
    again = compare(tiny_npz, copy, *GRID, "--epochs", 2, "--refresh", "--only", "none")
    assert again.returncode == 0, again.stderr
    assert "train none: started" in again.stderr
    assert "evaluate none: started" in again.stderr


def test_a_variant_that_fails_costs_no_other_and_no_report(tiny_npz, copy):
    _, spoiled = spoil_one(copy)
    done = compare(tiny_npz, copy, *GRID, "--epochs", 2)
    assert done.returncode == 3, done.stderr
    report = report_of(done)
    states = {variant["name"]: variant["status"] for variant in report["variants"]}
    assert sorted(states.values()) == ["failed", "ok"]
    (failed,) = [variant for variant in report["variants"] if variant["status"] == "failed"]
    assert spoiled.name in failed["error"]
    assert failed["name"] in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_variant_that_diverges_in_its_first_epoch_is_reported_as_diverged(tiny_npz, tmp_path):
    # No value that the command line accepts makes the loss NaN, so the preset gets a learning rate that does.
    code = "from dataclasses import replace; from mmdvae import presets, recipes; "
    code += "quick = presets.PRESETS['quick']; fast = replace(quick.recipe, learning_rate=1e38); "
    code += "presets.PRESETS['quick'] = replace(quick, recipe=fast); from flows.cli import main; main()"
    words = [
        "compare",
        "quick",
        "--only",
        "none",
        "--dataset",
        f"npz:{tiny_npz}",
        "--out",
        tmp_path,
        "--server",
        "none",
    ]
    command = [sys.executable, "-P", "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 3, done.stderr
    (variant,) = report_of(done)["variants"]
    assert variant["status"] == "diverged"
    assert "diverged in epoch 1: " in variant["error"]
    assert "diverged" in Path(done.stdout.splitlines()[-1]).read_text()


def test_a_baseline_that_fails_costs_no_report(tmp_path):
    black = np.zeros((30, 28, 28), "uint8")
    np.savez(tmp_path / "black.npz", x_train=black, x_test=black)
    done = compare(tmp_path / "black.npz", tmp_path / "runs", "--only", "none", "--epochs", 1)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_strict_stops_at_the_first_failure(tiny_npz, copy):
    before = set(copy.glob("*/report.json"))
    spoil_one(copy)
    done = compare(tiny_npz, copy, *GRID, "--epochs", 2, "--strict")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: variant ")
    assert "Traceback" not in done.stderr
    assert set(copy.glob("*/report.json")) == before


def spoil_one(out):
    """Put a plain file where a training's folder must be."""
    folder = sorted(out.glob("store/train-*"))[0]
    shutil.rmtree(folder)
    folder.write_text("in the way")
    return out, folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alpha", "1.5"], "alpha must be a number >= 0 and < 1, got 1.5"),
        (["--alpha", "nan"], "alpha must be a number >= 0 and < 1, got nan"),
        (["--sigma", "0"], "sigma must be a number >= 1e-20 and <= 1e+20, got 0.0"),
        (["--sigma", "nan"], "sigma must be a number >= 1e-20 and <= 1e+20, got nan"),
        (["--sigma", "wide"], "Invalid value for '--sigma': 'wide' is not a valid float"),
        (["--epochs", "0"], "epochs must be a whole number >= 1, got 0"),
        (["--seed", "-1"], "seed must be a whole number >= 0 and < 2**31, got -1"),
        (["--jobs", "0"], "jobs must be a whole number >= 1 and <= 1000, got 0"),
        (["--jobs", "1000000000"], "jobs must be a whole number >= 1 and <= 1000, got 1000000000"),
        (["--sigma", "1e-21"], "sigma must be a number >= 1e-20 and <= 1e+20, got 1e-21"),
        (["--sigma", "inf"], "sigma must be a number >= 1e-20 and <= 1e+20, got inf"),
        (["--epochs", "1000000000000"], "epochs must be <= 100000, got 1000000000000"),
        (["--only", "mmd"], "unknown variant 'mmd'; choose one of: none, mmd-a0.6-s0.0001"),
        (["--dataset", "cifar"], "unknown dataset 'cifar'; choose one of: fashion-mnist, mnist"),
        (["--dataset", "npz:/nowhere.npz", "--server", "none"], "nowhere.npz"),
        (["--dataset", "npz:~nobodyx/x.npz", "--server", "none"], "x.npz"),
        (["--server", "ftp://x"], "must be auto, none or a URL"),
        (["--server", "http://127.0.0.1:9/api"], "no Prefect server answers at http://127.0.0.1:9/api"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gets_one_line_and_exit_code_2(tmp_path, words, message):
    done = mmdvae("compare", "quick", "--out", tmp_path / "runs", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert sum("Error" in line for line in done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("runs/*-quick-*"))


def test_an_unknown_backend_is_refused_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    done = mmdvae("compare", "--out", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "Error: unknown KERAS_BACKEND 'torch'; choose one of: tensorflow, jax\n",
    )


def test_an_unknown_preset_lists_the_choices(tmp_path):
    done = mmdvae("compare", "slow", "--out", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "Error: unknown preset 'slow'; choose one of: quick, notebook, sweep\n",
    )


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/mmdvae"])
def test_an_out_folder_that_cannot_be_written_is_refused_at_once(tmp_path, place):
    (tmp_path / "file").write_text("")
    done = mmdvae("compare", "--out", tmp_path / place)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: --out must be a writable folder, got ")
    assert len(done.stderr.splitlines()) == 1


def test_a_truncated_gz_is_named_and_nothing_is_half_written(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (data / f"{name}-ubyte.gz").write_bytes(gzip.compress(os.urandom(4096))[:-100])
    done = mmdvae("compare", "--data-dir", data, "--out", tmp_path / "runs", "--server", "none")
    assert done.returncode == 2
    assert "train-images-idx3-ubyte.gz" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "runs").rglob("*.npy"))


def test_images_of_another_size_are_refused(tmp_path):
    images, labels = np.zeros((20, 27, 28), "uint8"), np.zeros(20, "uint8")
    np.savez(tmp_path / "small.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    done = mmdvae(
        "compare", "--dataset", f"npz:{tmp_path / 'small.npz'}", "--out", tmp_path / "runs", "--server", "none"
    )
    assert done.returncode == 2
    assert "28" in done.stderr
    assert "27" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_fails_what_does_not_fit_and_the_same_command_goes_on_when_there_is_room(
    compared, tiny_npz, tmp_path
):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))"  # a model has 2 MB
    command = [sys.executable, "-P", "-c", f"{full}; from flows.cli import main; main()"]
    words = ["compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", str(tmp_path), "--server", "none"]
    words += ["--only", "none", "--epochs", "2"]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 3, done.stderr
    assert "train none: failed: OSError: [Errno 27] File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert {variant["status"] for variant in report_of(done)["variants"]} == {"failed"}
    assert [path for path in tmp_path.rglob(".*") if not path.name.endswith(".lock")] == []
    again = mmdvae(*words, timeout=600)
    assert again.returncode == 0, again.stderr
    assert numbers_of(report_of(again))["none"] == numbers_of(report_of(compared[1]))["none"]


def children_of(out):
    """Ids of the processes that have a file in this folder open: a lock of the store, or a server's log."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(out) in os.readlink(link) for link in (process / "fd").iterdir()):
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("sent", "server"), [(signal.SIGINT, "none"), (signal.SIGTERM, "none"), (signal.SIGINT, "auto")]
)
def test_an_interrupted_run_ends_soon_leaves_no_process_and_resumes(tiny_npz, tmp_path, sent, server):
    out = tmp_path / "runs"
    words = [
        "compare",
        "quick",
        "--dataset",
        f"npz:{tiny_npz}",
        "--out",
        str(out),
        "--only",
        "none",
        "--server",
        server,
    ]
    with subprocess.Popen([*MMDVAE, *words, "--epochs", "9"], stderr=subprocess.PIPE, text=True) as run:
        for line in run.stderr:
            if "epoch 2/9" in line:
                break
        run.send_signal(sent)
        began = time.monotonic()
        said = run.stderr.read()
        assert run.wait(timeout=30) == 130, said
        assert time.monotonic() - began < 5
    assert "run the same command again to continue" in said
    assert "Traceback" not in said
    while server == "auto" and children_of(out) and time.monotonic() - began < 30:
        time.sleep(0.1)  # a temporary server ends when it notices that its command has
    assert children_of(out) == []
    assert not list(out.glob("*/report.json"))
    again = mmdvae(*words[:-1], "none", "--epochs", "9")
    assert again.returncode == 0
    assert int(re.search(r"resumed after epoch (\d+)", again.stderr)[1]) >= 2


def test_what_does_not_listen_to_ctrl_c_is_cut_off_with_its_children():
    code = (
        "import subprocess, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from flows.commands.interruption import interruptible\n"
        "with interruptible(), ThreadPoolExecutor(1) as pool:\n"
        "    child = subprocess.Popen(['sleep', '60'])\n"
        "    pool.submit(time.sleep, 60)\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        child = int(run.stdout.readline())
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=30) == 130
        assert time.monotonic() - began < 5
        assert "run the same command again to continue" in run.stderr.read()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_a_killed_training_is_retried_from_its_checkpoint_with_the_same_numbers(compared, tiny_npz, tmp_path):
    manifest = json.loads(Path(compared[1].stdout.splitlines()[-1]).with_name("manifest.json").read_text())
    words = ["compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", str(tmp_path), "--server", "none", *GRID]
    with subprocess.Popen(
        [*MMDVAE, *words, "--epochs", "2"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        said = []
        for line in run.stderr:
            said.append(line)
            if line.startswith("train none: epoch 1/2"):
                os.kill(holder_of(tmp_path, manifest["variants"][0]["train"]), signal.SIGKILL)
        page = run.stdout.read().splitlines()[-1]
        assert run.wait() == 0, said
    assert "train none: resumed after epoch 1\n" in said
    assert said.count("train none: started\n") == 2
    assert said.count("train mmd-a0.6-s2.83: started\n") == 1
    report = json.loads(Path(page).with_name("report.json").read_text())
    assert numbers_of(report) == numbers_of(report_of(compared[1]))


def holder_of(out, key):
    """The process that trains under this key."""
    lock = str((out / "store" / key / ".lock").resolve())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) == lock for link in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError(f"nobody holds {lock}")


def test_two_runs_at_once_share_the_work(tiny_npz, tmp_path):
    words = ["compare", "quick", "--dataset", f"npz:{tiny_npz}", "--out", str(tmp_path), "--server", "none", *GRID]
    both = [
        subprocess.Popen([*MMDVAE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [run.communicate(timeout=300) for run in both]
    assert [run.returncode for run in both] == [0, 0], said
    assert sum(err.count("train none: started") for _, err in said) == 1
    first, second = (json.loads(Path(out.splitlines()[-1]).with_name("report.json").read_text()) for out, _ in said)
    assert numbers_of(first) == numbers_of(second)


def test_runs_lists_and_report_rebuilds(compared, copy):
    listed = mmdvae("runs", "--out", copy)
    page = Path(compared[1].stdout.splitlines()[-1])
    assert listed.returncode == 0
    assert page.parent.name in listed.stdout
    ours = copy / page.parent.name / "report.html"
    assert "quick on npz:tiny.npz, 2 epochs, seed 0, 2 ok; " in listed.stdout
    assert "; mmdvae compare quick --alpha 0 --alpha 0.6 --sigma 2.83 --epochs 2" in listed.stdout
    ours.unlink()
    rebuilt = mmdvae("report", page.parent.name, "--out", copy)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert ours.read_bytes() == page.read_bytes()


@pytest.mark.parametrize("harm", ["no store", "no evaluation", "a changed byte", "no images"])
def test_a_page_is_never_made_worse_by_writing_it_again(copy, harm):
    (page,) = copy.glob("*/report.html")
    match harm:
        case "no store":
            (copy / "store").rename(copy / "elsewhere")
        case "no evaluation":
            shutil.rmtree(next(copy.glob("store/evaluate-*")))
        case "a changed byte":
            views = next(copy.glob("store/evaluate-*/views.npz"))
            views.write_bytes(views.read_bytes()[:-1] + b"x")
        case "no images":
            next(copy.glob("store/data-*/test_images.npy")).unlink()
    before = {path.name: path.read_bytes() for path in page.parent.iterdir()}
    done = mmdvae("report", page.parent)
    assert done.returncode == 2
    assert re.fullmatch(rf"Error: {page} is kept as it is, for [123] of the 3 stored results .*\n", done.stderr)
    assert {path.name: path.read_bytes() for path in page.parent.iterdir()} == before


def test_report_of_an_unknown_run_lists_the_known_ones(compared):
    done = mmdvae("report", "yesterday", "--out", compared[0])
    assert done.returncode == 2
    assert "yesterday is not a run" in done.stderr
    assert Path(compared[1].stdout.splitlines()[-1]).parent.name in done.stderr


def test_presets_lists_every_variant():
    done = mmdvae("presets")
    assert done.returncode == 0
    assert "quick: " in done.stdout
    assert "mmd-a0.6-s2.83" in done.stdout


@pytest.mark.parametrize("command", ["", "compare", "presets", "data", "runs", "report", "deploy", "serve", "recover"])
def test_help_teaches(command):
    done = mmdvae(*command.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")
    assert "Traceback" not in done.stderr


def test_the_help_and_the_flow_name_every_data_set():
    from flows import compare as flow
    from mmdvae.data.catalog import CHOICES

    for text in (mmdvae("data", "--help").stdout, flow.compare.__doc__):
        assert [choice for choice in CHOICES if choice not in text] == []
