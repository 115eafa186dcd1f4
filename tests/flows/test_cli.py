"""The command line as users see it: good input, bad input; each command in its own process."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import GRID, MMDVAE, mmdvae, numbers_of, report_of


def test_a_comparison_leaves_the_files_of_the_contract(compared):
    out, done = compared
    page = Path(done.stdout.splitlines()[-1])
    assert page.is_file()
    names = {"report.html", "report.json", "metrics.csv", "latents.parquet", "summary.md", "manifest.json"}
    names |= {"experiment.toml"}
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
    said = {"name": "npz:tiny.npz", "train": 270, "valid": 30, "test": 60, "shape": [28, 28, 1], "labelled": True}
    assert said.items() <= report["run"]["dataset"].items()
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


def test_a_run_again_by_the_file_that_it_kept_trains_nothing_and_reports_the_same(compared, copy):
    kept = Path(compared[1].stdout.splitlines()[-1]).with_name("experiment.toml")
    again = mmdvae("compare", kept, "--out", copy, "--server", "none")
    assert again.returncode == 0
    assert "started" not in again.stderr
    assert again.stderr.count(": found") == 6
    assert numbers_of(report_of(again)) == numbers_of(report_of(compared[1]))


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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alpha", "1.5"], "alpha must be a number >= 0 and < 1, got 1.5"),
        (["--alpha", "nan"], "alpha must be a number >= 0 and < 1, got nan"),
        (["--sigma", "0"], "sigma must be a number >= 1e-20 and <= 1e+20, got 0.0"),
        (["--sigma", "nan"], "sigma must be a number >= 1e-20 and <= 1e+20, got nan"),
        (["--sigma", "wide"], "sigma must be a number > 0, or a rule: sqrt(d), median"),
        (["--epochs", "0"], "epochs must be a whole number >= 1, got 0"),
        (["--seed", "-1"], "seed must be a whole number >= 0 and < 2**31, got -1"),
        (["--jobs", "0"], "jobs must be a whole number >= 1 and <= 1000, got 0"),
        (["--jobs", "1000000000"], "jobs must be a whole number >= 1 and <= 1000, got 1000000000"),
        (["--sigma", "1e-21"], "sigma must be a number >= 1e-20 and <= 1e+20, got 1e-21"),
        (["--sigma", "inf"], "sigma must be a number >= 1e-20 and <= 1e+20, got inf"),
        (["--epochs", "1000000000000"], "epochs must be <= 100000, got 1000000000000"),
        (["--only", "mmd"], "unknown variant 'mmd'; choose one of: none, mmd-a0.6-s0.1"),
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
        "Error: unknown preset 'slow'; choose one of: quick, notebook, sweep, or a file; a file ends in .toml\n",
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
    assert not (tmp_path / "runs").exists()


def test_images_that_are_too_small_are_refused_before_anything_is_written(tmp_path):
    images, labels = np.zeros((20, 7, 28), "uint8"), np.zeros(20, "uint8")
    np.savez(tmp_path / "small.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    done = mmdvae(
        "compare", "--dataset", f"npz:{tmp_path / 'small.npz'}", "--out", tmp_path / "runs", "--server", "none"
    )
    assert done.returncode == 2
    assert "images must have 8 to 256 pixels a side, got 7 x 28" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_runs_lists_and_report_rebuilds(compared, copy):
    listed = mmdvae("runs", "--out", copy)
    page = Path(compared[1].stdout.splitlines()[-1])
    assert listed.returncode == 0
    assert page.parent.name in listed.stdout
    ours = copy / page.parent.name / "report.html"
    assert "α 0.6 with σ 2.83 on npz:tiny.npz · 2 variants, 2 epochs, seed 0 · No setting brought" in listed.stdout
    assert listed.stdout.endswith(" · price –\n")
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
