"""The flow on a real Prefect server: task runs, their states, retries and artifacts."""

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from mmdvae.record import report_json

pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture(scope="module")
def server():
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield


def compare(tiny_npz, out, **wishes):
    """Run the flow; return its final state."""
    from flows.compare import compare as flow

    grid = {"alphas": [0.0, 0.6], "sigmas": [2.83], "epochs": 1, "dataset": f"npz:{tiny_npz}"}
    return flow(out=out, **grid | wishes, return_state=True)


def task_runs(state):
    """Name -> (state name, run count) of the flow run's task runs."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

    with get_client(sync_client=True) as client:
        flow_run = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
        return {run.name: (run.state.name, run.run_count) for run in client.read_task_runs(flow_run_filter=flow_run)}


def artifacts(state):
    """Key -> data of the flow run's artifacts."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    with get_client(sync_client=True) as client:
        ours = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
        return {artifact.key: artifact.data for artifact in client.read_artifacts(artifact_filter=ours)}


@pytest.fixture(scope="module")
def compared(server, tiny_npz, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    return out, compare(tiny_npz, out)


def test_every_step_is_a_task_run_with_a_telling_name(compared):
    out, state = compared
    assert state.name == "Completed"
    variants = ("none", "mmd-a0.6-s2.83")
    steps = [f"{verb} {name}" for verb in ("train", "evaluate") for name in variants]
    steps += ["classifier", "baselines", "report"]
    runs = task_runs(state)
    assert set(runs) == {"load data", *steps, "artifacts"}
    assert set(runs.values()) == {("Completed", 1)}
    assert state.message.startswith("2/2 variants, report: ")


def test_artifacts_show_the_summary_with_a_picture_and_the_way_to_the_report(compared):
    out, state = compared
    shown = artifacts(state)
    assert set(shown) == {"comparison", "report", "variants", "train-none", "train-mmd-a0p6-s2p83"}
    assert shown["train-none"] == shown["train-mmd-a0p6-s2p83"] == 100
    assert [row["id"] for row in json.loads(shown["variants"])[:2]] == ["none", "mmd-a0.6-s2.83"]
    assert len(shown["comparison"].encode()) <= 150_000
    assert "| α\u00a00.6, σ\u00a02.83 |" in shown["comparison"]
    assert "![" in shown["comparison"]
    assert "](data:image/png;base64," in shown["comparison"]
    (page,) = out.glob("*/report.html")
    assert page.resolve().as_uri() in shown["report"]
    assert shown["comparison"].splitlines()[-1].replace("\\", "") == f"The whole report: {page}"


def test_artifacts_that_cannot_be_made_cost_no_comparison(compared, tiny_npz, monkeypatch):
    from reports.page import markdown
    from tasks.progress import LISTENER

    def full(page):
        raise OSError("disk full")

    monkeypatch.setattr(markdown, "artifact", full)
    told = []
    token = LISTENER.set(lambda unit, event: told.append((unit, event.get("message"))))
    try:
        state = compare(tiny_npz, compared[0])
    finally:
        LISTENER.reset(token)
    assert state.name == "Completed"
    assert task_runs(state)["artifacts"] == ("Failed", 1)
    assert ("artifacts", "failed: disk full") in told


def test_a_second_run_trains_nothing_and_says_cached(compared, tiny_npz):
    state = compare(tiny_npz, compared[0])
    stored = ("train", "evaluate", "classifier", "baselines")
    work = {name: run for name, run in task_runs(state).items() if name.split()[0] in stored}
    assert len(work) == 6
    assert set(work.values()) == {("Cached", 1)}


def test_a_run_is_compared_with_half_its_epochs_where_those_were_trained(compared, tiny_npz):
    out, first = compared
    then, now = (
        report_json.load(Path(state.message.split("report: ")[1]).parent)
        for state in (first, compare(tiny_npz, out, epochs=2))
    )
    assert all(run.half == {} for variant in then.variants for run in variant.runs)
    for before, after in zip(then.variants, now.variants, strict=True):
        assert after.runs[0].half == {name: before.runs[0].metrics[name] for name in ("bce_excess", "sliced_w2")}
        assert after.runs[0].half != {name: after.runs[0].metrics[name] for name in ("bce_excess", "sliced_w2")}


def test_a_run_without_any_good_variant_is_failed_and_still_has_its_report(warm, compared, tiny_npz, tmp_path):
    out = shutil.copytree(compared[0], tmp_path / "runs")
    spoil(out, "none")
    state = compare(tiny_npz, out, only=["none"])
    assert (state.type.value, state.name) == ("FAILED", "Failed")
    assert state.result(raise_on_failure=False).page.is_file()


def spoil(out, name):
    """Put a plain file where a training's folder must be."""
    manifest = json.loads(sorted(out.glob("*/manifest.json"))[0].read_text())
    (key,) = [variant["train"] for variant in manifest["variants"] if variant["name"] == name]
    shutil.rmtree(out / "store" / key)
    (out / "store" / key).write_text("in the way")


def test_one_failed_variant_makes_the_run_partially_failed_with_a_report(warm, compared, tiny_npz, tmp_path):
    out = shutil.copytree(compared[0], tmp_path / "runs")
    spoil(out, "none")
    state = compare(tiny_npz, out)
    assert (state.type.value, state.name) == ("COMPLETED", "PartiallyFailed")
    assert task_runs(state)["train none"] == ("Failed", 1)
    assert task_runs(state)["report"] == ("Completed", 1)


def test_a_killed_training_is_retried_once_and_counts_as_completed(warm, tiny_npz, tmp_path):
    from tasks.progress import LISTENER

    killed = threading.Event()

    def kill_once(unit, event):
        if unit == "train none" and event["event"] == "epoch" and event["epoch"] == 2 and not killed.is_set():
            killed.set()
            os.kill(holder_of_the_only_lock(tmp_path), signal.SIGKILL)

    token = LISTENER.set(kill_once)
    try:
        state = compare(tiny_npz, tmp_path, epochs=4, only=["none"])
    finally:
        LISTENER.reset(token)
    assert killed.is_set()
    assert state.name == "Completed"
    assert task_runs(state)["train none"] == ("Completed", 2)


def holder_of_the_only_lock(out):
    locks = {str(path.resolve()) for path in out.glob("store/train-*/.lock")}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) in locks for link in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("nobody holds a lock")


@pytest.mark.parametrize("wishes", [{"alphas": [1.5]}, {"sigmas": [0.0]}, {"epochs": 0}, {"seeds": [-1]}])
def test_bounds_of_parameters_are_prefects_to_check_too(tiny_npz, tmp_path, wishes):
    from prefect.exceptions import ParameterTypeError

    state = compare(tiny_npz, tmp_path, **wishes)
    assert state.is_failed()
    with pytest.raises(ParameterTypeError):
        state.result()


@pytest.mark.parametrize("watched", [True, False])
def test_a_commands_heartbeat_is_its_own_and_ends_with_the_run(monkeypatch, watched):
    import prefect
    from prefect import flow_engine
    from prefect.context import FlowRunContext

    from flows.lifecycle import heartbeat

    beats, prefects = [], []
    monkeypatch.setattr(heartbeat, "emit_event", lambda event, resource: beats.append((event, resource)))
    monkeypatch.setattr(flow_engine, "emit_event", lambda *args, event, **kwargs: prefects.append(event))

    @prefect.flow(name="quiet", persist_result=False)
    def quiet():
        every = heartbeat._EVERY.get()
        heartbeat._EVERY.set(0.02 if every else None)
        with heartbeat.beating():
            while watched and len(beats) < 3:
                time.sleep(0.01)
        return every, FlowRunContext.get().flow_run.id

    with heartbeat.ours(watched=watched):
        every, run = quiet()
    assert every == (180 if watched else None)
    count = len(beats)
    time.sleep(0.1)
    assert len(beats) == count
    assert {(event, resource["prefect.resource.id"]) for event, resource in beats} == (
        {("prefect.flow-run.heartbeat", f"prefect.flow-run.{run}")} if watched else set()
    )
    assert not prefects
