"""report.json is read back as it was written, or refused with a one-line error that names the fault."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import fake_run
import pytest
from fake_run import QUICK

from mmdvae.errors import InputError
from mmdvae.record import report_json

OLDER = Path(__file__).parent / "of_version_0_1"  # a real sweep; every later version must read it


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A report with variants of each status, and the bytes of its file."""
    ends = {"failed": 2, "diverged": 4}
    variants = list(QUICK)
    for status, number in ends.items():
        variants[number] = replace(QUICK[number], status=status)
    fake = fake_run.make(tmp_path_factory.mktemp("record"), variants, seeds=(0, 1, 2))
    return fake.report, (fake.run_dir / "report.json").read_bytes()


def test_a_report_is_read_as_it_was_written(written, tmp_path):
    report, _ = written
    report_json.write(report, tmp_path)
    assert report_json.load(tmp_path) == report
    assert {variant.status for variant in report.variants} == {"ok", "failed", "diverged"}


def test_a_report_of_an_earlier_version_can_still_be_read():
    report, content = report_json.load(OLDER), json.loads((OLDER / "report.json").read_bytes())
    assert len(report.finished) == len(report.variants) == 24
    for name in ("variants", "baselines", "verdicts", "checks", "advice"):
        read = asdict(report)[name]
        for row in read if name == "variants" else ():
            assert row.pop("normalised") is False  # there was no such variant
            assert row.pop("latent_dim") == content["run"]["latent_dim"]
        assert without_new_fields(read) == without_new_fields(content[name])
    assert report.run.recipe_settings == {}  # not recorded at that time


def without_new_fields(part):
    """Without the fields that later versions added; they have a default that says nothing."""
    if isinstance(part, list):
        return [without_new_fields(one) for one in part]
    if not isinstance(part, dict):
        return part
    added = {"half": {}, "p": None, "parts": [], "level": 0.95, "margin": "", "strong": None, "choice": None}
    added |= {"sigmas": (), "projections": None, "latent_dim": None, "chosen_by": ()}
    return {key: without_new_fields(value) for key, value in part.items() if key not in added or value != added[key]}


def test_a_made_up_run_has_the_metrics_of_a_real_one(written):
    report, real = written[0], report_json.load(OLDER)
    assert report.variants[1].runs[0].metrics.keys() >= real.variants[1].runs[0].metrics.keys()
    assert report.variants[1].runs[0].history.keys() >= real.variants[1].runs[0].history.keys()
    assert [baseline.name for baseline in report.baselines] == [baseline.name for baseline in real.baselines]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("variants.0.runs.0.seed", ..., "variants.0.runs.0.seed: field required"),
        ("run", {}, "run.id: field required"),
        ("variants.0.runs.0.seed", "x", "variants.0.runs.0.seed: input should be a valid integer, got 'x'"),
        ("variants.0.runs.0.seed", 1.0, "variants.0.runs.0.seed: input should be a valid integer, got 1.0"),
        ("run.dataset", ["x"], r"run.dataset: input should be an object, got \['x'\]"),
        ("advice", None, "advice: input should be an object, got None"),
        ("variants.2.status", "maybe", "variants.2.status: input should be 'ok', 'failed' or 'diverged', got 'maybe'"),
        ("verdicts.1.state", "so", "verdicts.1.state: input should be .*'not_run', got 'so'"),
        ("schema", 2, "schema: input should be 1, got 2"),
        ("run.latent_dim", 10**400, r"run.latent_dim: input should be below 2\*\*63|run.latent_dim: input should be"),
        ("variants.0.name", QUICK[1].name, "variants must have different names"),
        ("variants.0.alpha", float("nan"), "variants.0.alpha: input should be a finite number, got nan"),
        ("variants.0.alpha", float("-inf"), "alpha: input should be a finite number, got -inf"),
    ],
)  # fmt: skip
def test_what_breaks_the_schema_is_named(written, tmp_path, place, value, message):
    content = json.loads(written[1])
    *way, last = (int(step) if step.isdigit() else step for step in place.split("."))
    inner = content
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    (tmp_path / "report.json").write_text(json.dumps(content))  # NaN and Infinity as Python writes them
    with pytest.raises(InputError, match=message) as refused:
        report_json.load(tmp_path)
    assert f"{tmp_path / 'report.json'} cannot be read as a report of schema 1: " in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: b"",
        lambda text: b"[]",
        lambda text: text.replace(b'"alpha": 0.6', b'"alpha": 1e999', 1),
        lambda text: text.replace(b"fashion-mnist", b"fashion-mnist \xff", 1),
    ],
    ids=["half", "empty", "a list", "beyond all numbers", "not UTF-8"],
)
def test_a_file_that_is_no_report_is_refused_by_its_name(written, tmp_path, change):
    changed = change(written[1])
    assert changed != written[1]
    (tmp_path / "report.json").write_bytes(changed)
    with pytest.raises(InputError, match=r"report\.json cannot be read as a report of schema 1: "):
        report_json.load(tmp_path)


def test_a_folder_that_is_none_of_a_run_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no report\.json in .*; is it the folder of a run\?"):
        report_json.load(tmp_path)
