"""Child processes: what they answer, how they end, that none is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from child_jobs import alive, training_request, wait_until

from mmdvae.jobs.request import code_of
from tasks.processes import devices, pool
from tasks.processes.pool import JobCrashed, JobFailed, Pool


@pytest.fixture(scope="module")
def workers():
    """A pool of processes with one slot, whose fork server is shared by all tests that do not kill it."""
    with pool.opened(1) as workers:
        yield workers


def test_a_job_is_done_once_and_then_found(workers, tiny, tmp_path):
    events = []
    record = workers.run(training_request(tiny, tmp_path / "train", epochs=1), events.append)
    assert record["status"] == "ok"
    assert [event["event"] for event in events if event["event"] != "progress"] == ["started", "epoch"]
    events.clear()
    assert workers.run(training_request(tiny, tmp_path / "train", epochs=1), events.append) == record
    assert events == []


def test_what_cannot_be_done_fails_with_the_reason_and_is_no_crash(workers, tmp_path):
    code = code_of("baselines", {})
    request = {"kind": "baselines", "code": code, "folder": str(tmp_path / "b"), "data": str(tmp_path / "nowhere")}
    request |= {"classifier": None, "latent_dims": [8]}
    with pytest.raises(JobFailed, match="nowhere"):
        workers.run(request, lambda event: None)


def test_a_defect_in_a_child_is_a_crash_that_quotes_its_last_words(workers):
    with pytest.raises(JobCrashed, match="exit code 1: KeyError: 'dance'"):
        workers.run({"kind": "dance", "code": "", "folder": "unused"}, lambda event: None)


def test_a_child_refuses_to_work_for_a_program_that_is_no_longer_the_same(workers, tiny, tmp_path):
    request = training_request(tiny, tmp_path / "train", epochs=1) | {"code": "of yesterday"}
    with pytest.raises(JobFailed, match="code was changed during the run"):
        workers.run(request, lambda event: None)
    assert not (tmp_path / "train").exists()


def test_a_killed_child_is_a_crash_that_names_the_signal(workers, tiny, tmp_path):

    def kill(event):
        if event["event"] == "started":
            (child,) = workers._children
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(JobCrashed, match="killed by SIGKILL"):
        workers.run(training_request(tiny, tmp_path / "train", epochs=50), kill)


def test_stop_ends_every_child_and_starts_no_other(tiny, tmp_path):
    workers = Pool(devices.slots(2), 2)
    ends, started = [], threading.Semaphore(0)

    def work(name):
        try:
            workers.run(
                training_request(tiny, tmp_path / name, epochs=500),
                lambda event: started.release() if event["event"] == "started" else None,
            )
        except JobFailed as error:
            ends.append(str(error))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]  # the third waits for a slot
    for thread in threads:
        thread.start()
    started.acquire(timeout=60)
    started.acquire(timeout=60)
    pids = [child.pid for child in workers._children]
    began = time.monotonic()
    workers.stop()
    for thread in threads:
        thread.join(timeout=10)
    assert time.monotonic() - began < 5
    assert ends == ["stopped"] * 3
    wait_until(lambda: not any(map(alive, pids)), seconds=5)


def test_a_child_ends_when_its_parent_is_killed(tiny, tmp_path):
    code = f"""
import json, sys
from tasks.processes import devices
from tasks.processes.pool import Pool
workers = Pool(devices.slots(1))
def tell(event):
    if event["event"] == "started":
        print(*(child.pid for child in workers._children), flush=True)
workers.run({training_request(tiny, tmp_path / "train", epochs=5000)!r}, tell)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    wait_until(lambda: not alive(child), seconds=5)


def test_a_killed_fork_server_is_a_crash_of_nobody_who_works_and_is_started_anew(workers, tiny, tmp_path):
    events = []
    workers.run(training_request(tiny, tmp_path / "first", epochs=1), events.append)
    workers._fork_server._server.kill()
    workers._fork_server._server.wait()
    assert workers.run(training_request(tiny, tmp_path / "second", epochs=1), events.append)["status"] == "ok"


def test_the_pool_is_closed_by_whatever_ends_the_block():
    seen = []

    def interrupted():
        with pool.opened(1) as workers, pool.current() as found:
            assert found is workers
            seen.append(workers)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (workers,) = seen
    with pytest.raises(JobFailed, match="stopped"):
        workers.run({"kind": "train", "code": "", "folder": "unused"}, lambda event: None)
    with pool.current() as another:
        assert another is not workers


def test_slots_are_gpus_or_cores_and_each_child_has_one_thread_on_a_cpu(monkeypatch):
    monkeypatch.setattr(devices, "DRIVERS", (Path("/"),))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")
    monkeypatch.setattr(devices, "memory_bytes", lambda: 1e12)
    for cores, wanted in ((1, "03"), (5, "03030"), (64, "03030303")):  # four share a GPU, if there are cores for them
        monkeypatch.setattr(devices, "cores", lambda cores=cores: cores)
        assert "".join(slot.environment["CUDA_VISIBLE_DEVICES"] for slot in devices.slots(None)) == wanted
    assert [slot.name for slot in devices.slots(9)] == [f"gpu-{'03'[n % 2]}-{n // 2}" for n in range(9)]
    assert devices.slots(3) == devices.slots(None)  # other runs may use those that this run leaves free
    assert all(slot.environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true" for slot in devices.slots(None))
    monkeypatch.undo()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setattr(devices, "core_ids", lambda: [2, 5])
    slots = devices.slots(3)
    assert [slot.name for slot in slots] == ["cpu-2-0", "cpu-5-0", "cpu-2-1"]
    assert len(devices.slots(None)) == 2
    for name, value in {"CUDA_VISIBLE_DEVICES": "-1", "TF_NUM_INTRAOP_THREADS": "1"}.items():
        assert all(slot.environment[name] == value for slot in slots)
    monkeypatch.setattr(devices, "memory_bytes", lambda: 1e9)
    assert len(devices.slots(None)) == 1


def test_the_memory_of_gpus_bounds_how_many_share_them(monkeypatch, tmp_path):
    driver = tmp_path / "nvidia-smi"
    driver.write_text('#!/bin/sh\ncase "$1" in *memory.total) echo 8192; echo 4096;; *) echo 0; echo 1;; esac\n')
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "DRIVERS", (Path("/"),))
    monkeypatch.setattr(devices, "memory_bytes", lambda: 64e9)
    devices.gpu_memory.cache_clear()
    try:
        assert (devices.gpus(), devices.gpu_memory()) == (["0", "1"], [8 * 2**30, 4 * 2**30])
        assert [devices.fitting(gigabytes * 2**30) for gigabytes in (2, 4, 6)] == [4, 2, 0]
        assert devices.largest() == 4 * 2**30
    finally:
        devices.gpu_memory.cache_clear()


def test_a_container_that_has_less_than_its_machine_gets_fewer_slots(monkeypatch, tmp_path):
    monkeypatch.setattr(devices, "core_ids", lambda: [0, 1, 2])
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # joblib reads it like a quota of the control group
    assert devices.cores() == 1
    limits = [tmp_path / "v2", tmp_path / "v1"]
    monkeypatch.setattr(devices, "MEMORY_LIMITS", limits)
    physical = devices.memory_bytes()
    for path, text, allowed in ((limits[0], "max\n", physical), (limits[1], "3000000\n", 3_000_000)):
        path.write_text(text)
        assert devices.memory_bytes() == allowed


def test_the_name_of_a_slot_is_a_file_name_whatever_the_gpu_is_called(monkeypatch):
    monkeypatch.setattr(devices, "DRIVERS", (Path("/"),))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "../MIG-1/2")
    assert [slot.name for slot in devices.slots(2)][:2] == ["gpu-___MIG-1_2-0", "gpu-___MIG-1_2-1"]


def test_a_child_whose_fork_server_is_gone_can_still_be_stopped(tiny, tmp_path):
    workers = Pool(devices.slots(1))
    ends, started = [], threading.Event()

    def work():
        try:
            workers.run(training_request(tiny, tmp_path / "train", epochs=5000), lambda event: started.set())
        except JobFailed as error:
            ends.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(60)
    (child,) = workers._children
    workers._fork_server._server.kill()
    workers._fork_server._server.wait()
    workers.stop()
    thread.join(timeout=5)
    assert ends == ["stopped"]
    wait_until(lambda: not alive(child.pid), seconds=5)


def test_a_gpu_that_is_named_but_has_no_driver_is_none(monkeypatch):
    monkeypatch.setattr(devices, "DRIVERS", (Path("/nowhere"),))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert devices.gpus() == []
