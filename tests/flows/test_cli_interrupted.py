"""The command line when it is interrupted, killed or run twice at once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import GRID, MMDVAE, mmdvae, numbers_of, report_of


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
