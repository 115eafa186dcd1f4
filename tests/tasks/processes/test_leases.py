"""Slots of one machine across runs: never two children in one slot, and free again however the holder ended."""

import os
import subprocess
import sys
import threading
import time

import pytest
from child_jobs import alive, training_request, wait_until

from mmdvae.errors import InputError
from mmdvae.jobs import store
from tasks.processes import devices, leases, pool
from tasks.processes.pool import JobFailed, Pool

pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture(autouse=True)
def slots(tmp_path, monkeypatch):
    """A fake machine with one slot; a test's processes inherit it."""
    monkeypatch.setenv(leases.VARIABLE, str(tmp_path / "slots"))
    return devices.slots(1)[:1]


def in_thread(workers, request, events):
    """Start the job in a thread that records its events and, at the end, how it ended."""

    def work():
        try:
            events.append(workers.run(request, events.append)["status"])
        except JobFailed as error:
            events.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def waits(events, reason):
    return {"event": "note", "message": f"waiting: {reason}"} in events


def test_a_slot_is_held_once_and_the_next_free_one_is_found():
    a, b = slots = [devices.Slot("cpu-0-0", {}), devices.Slot("cpu-1-0", {})]
    with leases.first_free(slots) as first, leases.first_free(slots) as second, leases.first_free(slots) as third:
        assert (first, second, third) == (a, b, None)
    with leases.first_free(slots) as again:
        assert again == a


def test_a_run_waits_for_the_slot_of_another_and_has_it_at_once_when_that_is_killed(slots, tiny, tmp_path):
    code = f"""
from tasks.processes import devices
from tasks.processes.pool import Pool
workers = Pool(devices.slots(1)[:1])
def tell(event):
    if event["event"] == "started":
        print(*(child.pid for child in workers._children), flush=True)
workers.run({training_request(tiny, tmp_path / "theirs", epochs=5000)!r}, tell)
"""
    workers, events = Pool(slots), []
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        try:
            child = int(other.stdout.readline())
            thread = in_thread(workers, training_request(tiny, tmp_path / "ours", epochs=1), events)
            wait_until(lambda: waits(events, pool.BUSY), seconds=60)
            time.sleep(3 * pool.LOOK_AGAIN)
            assert len(events) == 1  # reported once, and not started
            assert alive(child)
        finally:
            other.kill()
    thread.join(timeout=300)
    workers.stop()
    assert events[-1] == "ok"


def test_who_waits_for_work_that_another_run_is_doing_leaves_the_slot_to_others(slots, tiny, tmp_path):
    first, second = Pool(slots), Pool(slots)
    events = []
    with store.claimed(tmp_path / "shared"):
        thread = in_thread(first, training_request(tiny, tmp_path / "shared", epochs=1), events)
        wait_until(lambda: waits(events, "another run is doing this work"), seconds=120)
        assert second.run(training_request(tiny, tmp_path / "alone", epochs=1), lambda event: None)["status"] == "ok"
        assert len(events) == 1
    thread.join(timeout=300)
    first.stop()
    second.stop()
    assert events[-1] == "ok"


def test_fewer_jobs_than_slots_leave_the_others_free(tmp_path):
    workers = Pool([devices.Slot("a", {}), devices.Slot("b", {})], jobs=1)
    assert workers.size == 1


def test_a_run_that_waits_for_a_slot_can_be_stopped(slots, tmp_path):
    workers, events = Pool(slots), []
    with leases.first_free(slots):
        thread = in_thread(workers, {"folder": str(tmp_path / "work")}, events)
        wait_until(lambda: waits(events, pool.BUSY), seconds=120)
        workers.stop()
        thread.join(timeout=30)
    assert events[-1] == "stopped"


def test_a_folder_of_slots_that_belongs_to_somebody_else_is_refused(monkeypatch):
    leases.folder()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(InputError, match=r"slots belongs to another user; set MMDVAE_SLOTS to one of yours"):
        leases.folder()


def test_a_folder_of_slots_that_cannot_be_made_is_named_before_anything_starts(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(leases.VARIABLE, str(tmp_path / "file" / "slots"))
    with (
        pytest.raises(InputError, match=r"file/slots cannot be created .Not a directory.; set MMDVAE_SLOTS to"),
        pool.opened(1),
    ):
        pass


def test_without_a_wish_the_slots_are_the_users_own_and_private(monkeypatch, tmp_path):
    monkeypatch.delenv(leases.VARIABLE)
    monkeypatch.setattr(leases, "SHARED_MEMORY", tmp_path)
    assert leases.folder() == tmp_path / f"mmdvae-slots-{os.getuid()}"
    assert leases.folder().stat().st_mode & 0o777 == 0o700
