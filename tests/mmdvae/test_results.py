"""report.json and manifest.json: their content, and the summary of several seeds in one row."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import made_report
import pytest

from mmdvae import results, variants
from mmdvae.files import strict_json
from mmdvae.record import report_json
from mmdvae.results import Outcome

TRAINING = {
    "status": "ok", "error": None, "epochs": 2, "train_seconds": 1.5, "peak_rss_mb": 700.0, "parameters": 10,
    "device": "cpu", "history": {"val_bce": [0.4, 0.3]},
}  # fmt: skip


RUN = made_report.run(seeds=[0, 1, 2])
SWEEP = Path(__file__).parents[2] / "docs" / "sweep"


def report(outcomes):
    """The report after a round trip through strict JSON, as in report.json."""
    return json.loads(strict_json(asdict(results.report(RUN, outcomes, []))))


def outcome(seed=0, *, bce=0.3, bce_excess=0.1, training=TRAINING, evaluated=True, error=None, variant=None):
    return Outcome(
        variant=variant or variants.gaussian(0.6, 2.83),
        seed=seed,
        train_key=f"train-{seed:024x}",
        evaluate_key=f"evaluate-{seed:024x}" if evaluated else None,
        training=training,
        evaluation={"metrics": {"bce": bce, "bce_excess": bce_excess, "kernel_state": "live", "psnr": None}}
        if evaluated
        else None,
        error=error,
    )


def test_seeds_become_mean_sd_extremes_and_count():
    # By hand: the mean of 1, 2, 6 is 3; squared differences 4 + 1 + 9, over n - 1 = 2: 7.
    assert asdict(results.summarise([1, 2, 6])) == {"mean": 3, "sd": pytest.approx(7**0.5), "min": 1, "max": 6, "n": 3}
    assert asdict(results.summarise([0.5])) == {"mean": 0.5, "sd": None, "min": 0.5, "max": 0.5, "n": 1}


def test_a_variant_is_summarised_over_its_seeds_and_text_and_missing_numbers_are_left_out():
    (row,) = report([outcome(0, bce=0.3), outcome(1, bce=0.5)])["variants"]
    assert row["status"] == "ok"
    assert row["summary"]["bce"]["mean"] == pytest.approx(0.4)
    assert row["summary"]["bce"]["n"] == 2
    assert set(row["summary"]) == {"bce", "bce_excess", "train_seconds", "peak_rss_mb", "parameters"}
    assert [run["seed"] for run in row["runs"]] == [0, 1]


def test_the_seconds_of_an_evaluation_are_a_metric_where_they_were_measured():
    old, new = outcome(0), outcome(1)
    new = replace(new, evaluation=new.evaluation | {"evaluate_seconds": 7.5})
    (row,) = report([old, new])["variants"]
    assert [run["metrics"].get("evaluate_seconds") for run in row["runs"]] == [None, 7.5]
    assert row["summary"]["evaluate_seconds"]["n"] == 1


def test_a_failed_seed_makes_the_variant_failed_and_is_named():
    outcomes = [outcome(0), outcome(1, training=None, evaluated=False, error="no space left")]
    (row,) = report(outcomes)["variants"]
    assert (row["status"], row["error"]) == ("failed", "seed 1: no space left")
    assert [run["seed"] for run in row["runs"]] == [0]


def test_a_diverged_variant_keeps_its_history_and_has_no_metrics():
    lost = TRAINING | {"status": "diverged", "error": "loss is nan"}
    (row,) = report([outcome(training=lost, evaluated=False, error="loss is nan")])["variants"]
    assert (row["status"], row["error"]) == ("diverged", "loss is nan")
    assert row["runs"][0]["metrics"] == {}
    assert row["summary"] == {}


def test_a_report_holds_differences_verdicts_checks_and_advice_of_its_own_numbers():
    outcomes = [outcome(seed, bce=0.3 + seed, bce_excess=0.1) for seed in range(3)]
    outcomes += [outcome(seed, bce=0.2 + seed, bce_excess=0.1, variant=variants.none()) for seed in (2, 1, 0)]
    content = report(outcomes)
    assert set(content) == {"schema", "run", "variants", "baselines", "verdicts", "checks", "advice", "more_advice"}
    penalised, plain = content["variants"]
    assert plain["differences"] is None
    assert penalised["differences"]["reference"] == "none"
    found = penalised["differences"]["metrics"]["bce"]
    assert [found["mean"], found["low"], found["high"]] == pytest.approx([0.1, 0.1, 0.1])
    assert (content["verdicts"][0]["code"], content["verdicts"][0]["state"]) == ("V1", "refuted")
    assert [check["code"] for check in content["checks"]] == [f"C{number}" for number in range(1, 17)]
    assert content["advice"]["latent_dim"] == 8


def test_the_sweep_of_the_documentation_is_judged_as_it_is_stored():
    """28 variants in one number of dimensions; words may change, and what was found may not."""
    stored = report_json.load(SWEEP)
    again = results.judged(stored.run, stored.variants, stored.baselines)
    for one, other in zip(again.verdicts, stored.verdicts, strict=True):
        words = {"claim": "", "quantity": "", "rule": "", "margin": "", "explanation": ""}
        assert replace(one, **words) == replace(other, **words)
    assert (again.variants, again.advice, again.more_advice) == (stored.variants, stored.advice, [])
    found = {check.code: (check.state, check.variants) for check in again.checks}
    assert found.items() >= {check.code: (check.state, check.variants) for check in stored.checks}.items()
    assert (again.latent_dims, {one.latent_dim for one in again.verdicts}) == ([8], {None})


def test_a_normalised_variant_says_so_and_is_not_the_reference():
    fixed = variants.normalised(variants.none())
    content = report([outcome(0, variant=fixed), outcome(0, bce=0.2, variant=variants.none())])
    assert [(row["name"], row["normalised"]) for row in content["variants"]] == [("none-bn", True), ("none", False)]
    assert content["variants"][0]["differences"]["reference"] == "none"
    assert content["variants"][1]["differences"] is None
    (alone,) = report([outcome(0, variant=fixed)])["variants"]
    assert alone["differences"] is None


@pytest.mark.parametrize("name", ["none", "none-bn", "mmd-a0.6-s2.83-bn", "kl-a0.5"])
def test_only_codes_that_nothing_shapes_or_scales_are_plain(name):
    (row,) = results.report(RUN, [outcome(variant=variants.named(name))], []).variants
    assert row.is_plain == (name == "none")


def test_a_number_that_is_none_in_one_run_stops_nothing():
    outcomes = [
        outcome(seed, bce_excess=None if seed == 1 else 0.3, variant=variant)
        for variant in (variants.none(), variants.gaussian(0.6, 2.83))
        for seed in range(3)
    ]
    content = report(outcomes)
    json.dumps(content, allow_nan=False)
    assert content["verdicts"][0]["n_seeds"] == 2


def test_a_report_without_any_result_is_one():
    lost = [outcome(training=None, evaluated=False, error="x", variant=v) for v in (variants.none(), variants.kl(0.5))]
    content = report(lost)
    assert {verdict["state"] for verdict in content["verdicts"]} == {"not_run"}
    assert [row["differences"] for row in content["variants"]] == [None, None]
    assert content["advice"]["pareto"]["front"] == []


def test_the_report_is_strict_json_and_the_manifest_names_only_what_exists():
    outcomes = [outcome(0), outcome(0, variant=variants.none(), training=None, evaluated=False, error="x")]
    json.dumps(report(outcomes), allow_nan=False)
    manifest = results.manifest("data-" + "0" * 24, outcomes)
    assert [row["evaluate"] for row in manifest["variants"]] == ["evaluate-" + "0" * 24, None]
