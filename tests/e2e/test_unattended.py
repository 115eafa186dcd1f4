"""Unattended operation of a server and a worker: schedules, artifacts, cancel, retry, outages; one story, in order."""

import json
import os
import shutil
import signal
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest
import yaml
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Cancelling
from site_of_tests import ROOT, TINY, flow_process, wait_for

LONG = {"only": ["imq-a0.6"], "epochs": 300}


def registered(site):
    """Names on the server: deployments with schedules, work pools, automations with the time of their last change."""
    with site.client() as client:
        automations = client.request("POST", "/automations/filter", json={}).json()
        return {
            "deployments": {
                there.name: sorted(schedule.slug for schedule in there.schedules) for there in client.read_deployments()
            },
            "pools": sorted(pool.name for pool in client.read_work_pools()),
            "automations": {automation["name"]: automation["updated"] for automation in automations},
        }


def answer(request):
    """The HTTP status of a request without Prefect's client."""
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def trainers(site):
    """Processes that train in the site's store."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link).startswith(str(site.out / "store")) for link in (process / "fd").iterdir()):
                found.add(int(process.name))
        except OSError:
            continue
    return found


def checkpoints(site):
    """Path -> time of writing, for the checkpoints of unfinished trainings."""
    return {path: path.stat().st_mtime_ns for path in site.out.glob("store/train-*/checkpoint.npz")}


def wait_until_it_goes_on(site, run, *, times):
    """Wait until a run has resumed from a checkpoint `times` times."""
    wait_for(
        lambda: sum("imq-a0.6: resumed after epoch" in line for line in site.said(run)) >= times, "the run to go on"
    )


def pool_of(site, deployment):
    """The work pool for runs of a deployment."""
    with site.client() as client:
        return client.read_deployment_by_name(f"compare/{deployment}").work_pool_name


@pytest.fixture(scope="class")
def scheduled(site):
    """Flow runs, oldest first, of a schedule that no worker served for two days and whose next time is now."""
    moment = datetime.now(UTC) + timedelta(seconds=4)
    schedule = DeploymentScheduleCreate(
        schedule=IntervalSchedule(interval=timedelta(days=1), anchor_date=moment, timezone="UTC"),
        parameters=TINY | {"out": str(site.out)},
        slug="tiny",
    )
    with site.client() as client:
        deployment = client.read_deployment_by_name("compare/nightly")
        for shipped in deployment.schedules:  # otherwise its missed nights would run as well
            client.update_deployment_schedule(deployment.id, shipped.id, active=False)
        client.request(
            "POST",
            "/deployments/{id}/schedules",
            path_params={"id": deployment.id},
            json=[schedule.model_dump(mode="json", exclude_unset=True)],
        )
        days = {
            "start_time": str(moment - timedelta(days=2, hours=1)),
            "end_time": str(moment + timedelta(minutes=1)),
        }
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}, json=days)
        runs = [run for run in client.read_flow_runs() if run.parameters.get("dataset") == "digits"]
    due = sorted(
        (run for run in runs if run.expected_start_time <= moment + timedelta(seconds=1)),
        key=lambda run: run.expected_start_time,
    )
    assert len(due) == 3
    site.start_worker()
    return [run.id for run in due]


@pytest.fixture(scope="class")
def long_run(site, scheduled):
    """A run that would take minutes and resumes from the first epochs of the cancelled one."""
    return site.start("nightly", **LONG, environment={"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"})


class Unattended:
    """The story; the tests of one class run in order, on one site."""

    def test_without_the_password_the_api_and_our_commands_are_refused(self, site):
        assert answer(urllib.request.Request(f"{site.url}/admin/version")) == 401
        done = site.mmdvae("deploy", PREFECT_API_AUTH_STRING="operator:wrong")
        assert done.returncode == 2
        assert "Error: the Prefect server at 127.0.0.1 refuses the password" in done.stderr
        assert "Traceback" not in done.stderr
        assert "wrong" not in done.stderr

    def test_a_web_page_elsewhere_cannot_post_with_the_password_of_a_browser(self, site):
        from base64 import b64encode

        password = f"Basic {b64encode(site.environment['PREFECT_API_AUTH_STRING'].encode()).decode()}"
        headers = {"Content-Type": "application/json", "Authorization": password}
        assert answer(urllib.request.Request(f"{site.url}/flow_runs/filter", b"{}", headers)) == 403  # no CSRF token

    def test_data_of_server_and_worker_are_private(self, site):
        for name in ("server", "worker"):
            for path in (site.folder / name).rglob("*"):
                assert path.stat().st_mode & 0o077 == 0, path

    def test_deploying_twice_changes_nothing(self, site):
        before = registered(site)
        assert before == {
            "deployments": {"nightly": ["nightly"], "weekly": ["five-seeds", "sweep"]},
            "pools": ["mmdvae"],
            "automations": {"mmdvae-zombies": ANY},
        }
        assert site.mmdvae("deploy").returncode == 0
        assert registered(site) == before

    def test_the_server_checks_bounds_and_choices_of_parameters(self, site):
        with site.client() as client:
            schema = client.read_deployment_by_name("compare/nightly").parameter_openapi_schema["properties"]
        assert schema["preset"]["examples"][:3] == ["quick", "notebook", "sweep"]
        assert schema["strict"]["type"] == "boolean"
        assert all(schema[name].get("description") for name in schema)
        wrong = {"epochs": (0, "less than the minimum of 1"), "alphas": ([1.5], "1.5 is greater than")}
        wrong |= {"seeds": ([-1], "-1 is less than the minimum of 0")}
        for name, (value, words) in wrong.items():
            with pytest.raises(PrefectHTTPStatusError) as refused:
                site.start("nightly", **{name: value})
            assert words in refused.value.response.text

    def test_of_the_runs_that_a_schedule_missed_only_the_newest_is_made(self, site, scheduled):
        *missed, newest = scheduled
        assert site.end(newest).name == "Completed"
        for run in missed:
            state = site.end(run)
            assert (state.type.value, state.name) == ("CANCELLED", "Skipped")
            assert "of the same schedule" in state.message
            assert site.tasks(run) == {}
        assert len(list(site.out.glob("*/report.html"))) == 1

    def test_a_run_that_fired_left_its_report_and_shows_it_in_prefect(self, site, scheduled):
        run = scheduled[-1]
        (page,) = site.out.glob("*/report.html")
        assert site.state(run).message == f"2/2 variants, report: {page}"
        assert set(site.tasks(run).values()) == {"Completed"}
        shown = site.artifacts(run)
        assert {"comparison", "report", "train-none", "train-mmd-a0p6-s2p83"} <= set(shown)
        assert page.as_uri() in shown["report"].data
        assert "mmd-a0.6-s2.83" in shown["comparison"].data
        assert shown["train-none"].data == 100
        lines = wait_for(
            lambda: [line for line in site.said(run) if line.startswith("train none: epoch 1/1  bce")], "a log line"
        )
        assert len(lines) == 1

    def test_the_webhook_is_told_how_it_ended_and_where_the_report_is(self, site, scheduled, received):
        (told,) = [message for message in received[0] if message["run"]["id"] == str(scheduled[-1])]
        (page,) = site.out.glob("*/report.html")
        assert told["state"]["name"] == "Completed"
        assert told["report"] == str(page)
        assert "# α\u00a00.6 with σ\u00a02.83 on digits" in told["summary"]
        assert "data:image" not in told["summary"]

    @pytest.mark.outage
    def test_two_deployments_at_once_share_the_store_and_do_no_work_twice(self, site, scheduled):
        wishes = {"only": ["mmd-a0.6-s0.1"]}
        runs = [site.start("nightly", **wishes), site.start("weekly", **wishes)]
        assert [site.end(run).name for run in runs] == ["Completed", "Completed"]
        started = [line for line in site.said(*runs) if line == "train mmd-a0.6-s0.1: started"]
        assert len(started) == 1
        reports = [json.loads(path.read_text()) for path in site.out.glob("*/report.json")]
        same = [report["variants"][0]["runs"][0]["metrics"] for report in reports if len(report["variants"]) == 1]
        assert len(same) == 2
        assert same[0] == same[1]

    def test_retry_does_only_what_failed(self, site, scheduled):
        manifests = [json.loads(path.read_text()) for path in site.out.glob("*/manifest.json")]
        (key,) = {row["train"] for manifest in manifests for row in manifest["variants"] if row["name"] == "none"}
        training = site.out / "store" / key
        shutil.rmtree(training)
        training.write_text("in the way")
        run = site.start("weekly")
        state = site.end(run)
        assert (state.type.value, state.name) == ("COMPLETED", "PartiallyFailed")
        assert state.message.startswith("1/2 variants, report: ")
        assert site.tasks(run)["train none"] == "Failed"
        training.unlink()
        done = site.prefect("flow-run", "retry", str(run))
        assert done.returncode == 0, done.stdout + done.stderr
        wait_for(lambda: site.state(run).name == "Completed", "the retry")
        ended = site.tasks(run)
        assert ended["train none"] == "Completed"
        # The retry gave the same model again, so that even its evaluation was in the store.
        rest = {"train mmd-a0.6-s2.83", "evaluate mmd-a0.6-s2.83", "evaluate none", "baselines", "classifier"}
        assert {ended[name] for name in rest} == {"Cached"}

    @pytest.mark.outage
    def test_a_run_outlives_a_server_that_is_dead_for_a_while(self, site, scheduled):
        run = site.start("nightly", only=["mmd-a0.6-s10000"], epochs=12)
        wait_for(lambda: checkpoints(site), "the first epoch")
        site.kill_server()
        seen = checkpoints(site)
        wait_for(lambda: checkpoints(site) != seen, "an epoch without a server")
        site.start_server()
        assert site.end(run).name == "Completed"

    def test_a_cancelled_run_leaves_no_process_and_right_states(self, site, scheduled, received):
        run = site.start("nightly", **LONG)
        wait_for(lambda: checkpoints(site), "the first epoch")
        assert trainers(site)
        with site.client() as client:
            client.set_flow_run_state(run, Cancelling())
        assert site.end(run).name == "Cancelled"
        assert not trainers(site)
        assert not {"Running", "Pending"} & set(site.tasks(run).values())
        told = [message["state"]["name"] for message in received[0] if message["run"]["id"] == str(run)]
        assert told == ["Cancelled"]

    @pytest.mark.outage
    def test_a_killed_run_goes_on_from_its_checkpoint_and_is_crashed_when_killed(self, site, long_run):
        wait_until_it_goes_on(site, long_run, times=1)
        os.kill(flow_process(long_run), signal.SIGKILL)
        assert site.end(long_run).type.value == "CRASHED"
        wait_for(lambda: not trainers(site), "the trainings to notice")
        wait_for(lambda: "Running" not in site.tasks(long_run).values(), "the states of its tasks")

    @pytest.mark.outage
    def test_what_a_killed_worker_left_behind_goes_on_with_the_next(self, site, long_run):
        assert site.prefect("flow-run", "retry", str(long_run)).returncode == 0
        wait_until_it_goes_on(site, long_run, times=2)
        site.kill_worker(long_run)
        assert site.state(long_run).name == "Running"  # as Prefect's UI would still show it
        done = site.mmdvae("recover")
        assert done.returncode == 0, done.stderr
        assert f"({long_run}): its process was gone, it is now AwaitingRetry" in done.stdout
        assert site.mmdvae("recover").stdout == ""
        site.start_worker()
        wait_until_it_goes_on(site, long_run, times=3)

    @pytest.mark.outage
    def test_a_run_whose_machine_is_gone_for_good_is_ended_by_the_automation(self, site, long_run):
        (shipped,) = yaml.safe_load((ROOT / "deploy" / "automations.yaml").read_text())["automations"]
        assert shipped["trigger"]["within"] == 600
        shipped["trigger"]["within"] = 40  # the run sends a heartbeat every 30 seconds, and it ends right after one
        with site.client() as client:
            (zombies,) = client.read_automations_by_name(shipped["name"])
            client.update_automation(zombies.id, AutomationCore.model_validate(shipped))
        changed = datetime.now(UTC)
        wait_for(lambda: site.heartbeats(long_run, since=changed), "a heartbeat")
        site.kill_worker(long_run)
        state = site.end(long_run)
        assert state.type.value == "CRASHED"
        assert "no heartbeat" in state.message

    @pytest.mark.outage
    def test_serve_runs_the_deployments_without_a_worker_and_pauses_them_when_it_ends(self, site, scheduled):
        serving = site.start_serving()
        wait_for(lambda: not pool_of(site, "nightly"), "serve to register")
        run = site.start("nightly", only=["mmd-a0.6-s0.1"])
        assert site.end(run).name == "Completed"
        serving.send_signal(signal.SIGINT)
        serving.wait(timeout=60)
        with site.client() as client:
            assert client.read_deployment_by_name("compare/nightly").paused


class TestOnSqlite(Unattended):
    """The database for one machine."""

    database = "sqlite"


class TestOnPostgresql(Unattended):
    """The database for several machines."""

    database = "postgresql"
