"""How a process is identified, and what happens to a run whose process is gone."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Running

from flows.lifecycle import orphans


def run_of(process, **more):
    labels = {orphans.HOST: "here", orphans.PROCESS: process}
    return FlowRun(flow_id=uuid.uuid4(), labels=labels, **({"state": Running()} | more))


def test_a_process_is_itself_while_it_lives_and_no_other_has_its_identity():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        known = orphans.identity(process.pid)
        assert orphans._alive(run_of(known))
        assert known.split()[0] == str(process.pid)
        assert known != orphans.identity(os.getpid())
    assert orphans.identity(process.pid) is None
    assert not orphans._alive(run_of(known))


def test_the_same_process_id_after_a_reboot_or_given_anew_is_another_process():
    mine = orphans.identity(os.getpid())
    process, started, boot = mine.split()
    assert orphans._alive(run_of(mine))
    assert not orphans._alive(run_of(f"{process} {int(started) - 1} {boot}"))
    assert not orphans._alive(run_of(f"{process} {started} {uuid.uuid4()}"))


def test_only_a_run_that_a_worker_will_pick_up_is_started_again():
    assert orphans._next_state(run_of("1 1 x", deployment_id=uuid.uuid4())).name == "AwaitingRetry"
    assert orphans._next_state(run_of("1 1 x")).name == "Crashed"
    cancelled = orphans._next_state(run_of("1 1 x", deployment_id=uuid.uuid4(), state=Cancelling()))
    assert cancelled.name == "Cancelled"


def test_a_process_that_may_not_be_looked_at_is_no_orphan(monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(PermissionError):
        orphans.identity(1)


def test_a_process_that_has_ended_is_gone_though_nobody_has_waited_for_it():
    with subprocess.Popen(["sleep", "60"]) as process:
        assert orphans.identity(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}/stat").exists()
        assert orphans.identity(process.pid) is None
