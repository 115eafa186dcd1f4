"""Every metric that a report can hold: its texts, its sign, which values are better."""

import re

import fake_run
import pytest

from reports import metrics


def test_every_metric_has_a_group_and_one_sentence_of_its_own():
    names = [metric.name for metric in metrics.METRICS]
    assert len(set(names)) == len(names)
    assert {metric.group for metric in metrics.METRICS} == {group for group, _ in metrics.GROUPS}
    for metric in metrics.METRICS:
        assert re.fullmatch(r".{20,}[^.]\.", metric.meaning), metric.name
    assert len({metric.meaning for metric in metrics.METRICS}) == len(names)


def test_every_number_of_a_run_is_described(tmp_path):
    measured = {name for variant in fake_run.make(tmp_path).report.variants for name in variant.summary}
    unknown = measured - {metric.name for metric in metrics.METRICS}
    assert unknown == {f"mse_class_{label}" for label in range(10)}  # these have a table of their own
    assert {metric.name for metric in metrics.METRICS} <= measured


@pytest.mark.parametrize(
    ("metric", "difference", "shown"),
    [
        ("bce", 0.00714, "+0.0071"),
        ("bce", -0.00714, "−0.0071"),
        ("bce", 0.00001, "0.0000"),
        ("knn_accuracy", 0.0123, "+1.2"),
        ("fid", 26.81, "+26.8"),
    ],
)
def test_a_difference_carries_its_sign_unless_it_is_nothing(metric, difference, shown):
    assert metrics.of(metric).signed(difference) == shown


@pytest.mark.parametrize(
    ("metric", "best_first"),
    [
        ("bce", [0.29, 0.30, None]),
        ("ssim", [0.9, -0.1, None]),
        ("mmd2", [0.0004, -0.002, 0.41, -0.5, None]),
        ("kid", [-0.0001, 0.02]),
    ],
)
def test_values_are_ranked_by_what_is_better(metric, best_first):
    badness = [metrics.worse(metrics.of(metric), value) for value in best_first]
    assert badness == sorted(set(badness))
