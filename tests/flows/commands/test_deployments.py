"""prefect.yaml and deploy/ are valid for the flow and for Prefect."""

from pathlib import Path

import pytest
import yaml

from flows import plan
from flows.commands import deployments
from mmdvae.errors import InputError

ROOT = Path(__file__).parents[3]
ROWS = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
SCHEDULES = [pytest.param(row, schedule, id=schedule["slug"]) for row in ROWS for schedule in row["schedules"]]


@pytest.mark.parametrize(("row", "schedule"), SCHEDULES)
def test_every_schedule_asks_for_a_comparison_that_can_be_made(row, schedule, tmp_path):
    wishes = row["parameters"] | schedule.get("parameters", {}) | {"out": tmp_path}
    made = plan.make(**{name: tuple(value) if isinstance(value, list) else value for name, value in wishes.items()})
    assert made.experiment.seeds == tuple(wishes.get("seeds", made.experiment.seeds))


@pytest.mark.parametrize(("row", "schedule"), SCHEDULES)
def test_no_schedule_falls_into_the_hour_that_clocks_skip_or_repeat(row, schedule):
    assert schedule["timezone"]
    assert schedule["cron"].split()[1] in {str(hour) for hour in range(24)} - {"1", "2"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_serve_registers_what_workers_get_but_for_the_pool(row):
    served = deployments.served(row)
    assert served.name == row["name"]
    assert served.entrypoint.endswith(row["entrypoint"])
    assert served.parameters == row["parameters"]
    assert served.work_pool_name is None
    assert (served.concurrency_limit, served.concurrency_options.collision_strategy.value) == (1, "ENQUEUE")
    assert [
        {
            "slug": made.slug,
            "cron": made.schedule.cron,
            "timezone": made.schedule.timezone,
            "active": made.active,
            **({"parameters": made.parameters} if made.parameters else {}),
        }
        for made in served.schedules
    ] == row["schedules"]


def test_outside_the_project_the_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"prefect\.yaml is not in .*; start this in the project's folder"):
        deployments.deploy()


def test_a_broken_file_is_named_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prefect.yaml").write_text("deployments: [\n")
    with pytest.raises(InputError, match=r"prefect\.yaml cannot be read: ") as error:
        deployments.deploy()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["server.env", "worker.env"])
def test_every_setting_that_we_ship_is_one_of_prefects(name):
    from prefect.settings.legacy import _get_valid_setting_names
    from prefect.settings.models.root import Settings

    lines = [line.removeprefix("# ") for line in (ROOT / "deploy" / name).read_text().splitlines()]
    names = {line.split("=")[0] for line in lines if line.startswith("PREFECT_") and "=" in line}
    assert len(names) >= 3
    assert not names - _get_valid_setting_names(Settings)


def test_the_work_pool_is_made_without_asking_prefects_registry_on_github(monkeypatch):
    made, commands = [], []

    class Server:
        def __enter__(self):
            return self

        def __exit__(self, *ending):
            pass

        def read_work_pools(self, **wishes):
            return []

        def create_work_pool(self, pool):
            made.append(pool)

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(deployments, "get_client", lambda **wishes: Server())
    monkeypatch.setattr(deployments, "_prefect", lambda *words: commands.append(words[0]))
    monkeypatch.setattr(deployments, "_bring_up_to_date", lambda automation: None)
    deployments.deploy()
    assert commands == ["deploy"]
    assert [(pool.name, pool.type) for pool in made] == [("mmdvae", "process")]
    assert {"env", "command"} <= set(made[0].base_job_template["job_configuration"])


def test_the_automation_for_zombies_goes_on_waiting_after_every_event_of_a_run_that_is_not_its_last():
    # Any event of the run ends the wait that another began. These are the events that a run sends before it works (seen
    # with Prefect 3.8) and while it works; if one is missing here, a run that dies after it is shown as live for ever.
    (shipped,) = yaml.safe_load((ROOT / "deploy" / "automations.yaml").read_text())["automations"]
    sent = ["Pending", "Submitting", "pull-step.executed", "Running", "heartbeat", "Cancelling"]
    assert set(shipped["trigger"]["after"]) == {f"prefect.flow-run.{event}" for event in sent}
    assert shipped["trigger"]["expect"] == ["prefect.flow-run.*"]
