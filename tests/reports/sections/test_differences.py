"""Differences from the reference, marked where they are sure among all of the table."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import QUICK
from parsed_page import of, section

from mmdvae.record.result import Difference
from reports.sections.numbers import differences
from reports.text import fixed


def cell(table, metric):
    """The fourth variant's cell for a metric."""
    (row,) = [row for row in table.rows if row.name == QUICK[3].name]
    return row.cells[[column.name for column in table.columns].index(metric)]


def test_differences_are_those_of_the_report(report):
    table = differences.build(report)
    assert table.reference == "none"
    assert [column.name for column in table.columns] == [metric.name for metric in differences.METRICS]
    assert [row.name for row in table.rows] == [variant.name for variant in QUICK[1:]]
    bce = report.variants[3].differences.metrics["bce"]
    live = cell(table, "bce")
    assert live.text == f"+{fixed(bce.mean, 4)}"
    assert live.interval == f"+{fixed(bce.low, 4)} to +{fixed(bce.high, 4)}"
    assert {row.seeds for row in table.rows} == {"3 seeds"}


@pytest.mark.parametrize(
    ("metric", "low", "high", "sign", "word", "tone"),
    [
        ("bce", 0.006, 0.008, "▲", "higher, worse", "bad"),
        ("bce", -0.008, -0.006, "▼", "lower, better", "good"),
        ("bce", -0.001, 0.008, "", "", ""),
        ("bce", 0.0, 0.008, "", "", ""),
        ("knn_accuracy", 0.01, 0.02, "▲", "higher, better", "good"),
        ("mmd2", -0.4, -0.3, "▼", "lower", ""),
        ("bce", None, None, "", "", ""),
    ],
)
def test_what_is_sure_is_marked_by_sign_and_word(report, metric, low, high, sign, word, tone):
    mean, p = (0.007, None) if low is None else ((low + high) / 2, 1e-9 if low * high > 0 else 0.04)
    report.variants[3].differences.metrics[metric] = Difference(mean=mean, low=low, high=high, n=3, p=p)
    marked = cell(differences.build(report), metric)
    assert (marked.sign, marked.word, marked.tone) == (sign, word, tone)
    assert (marked.interval == "no interval") == (low is None)


def test_a_difference_whose_own_interval_excludes_zero_may_be_chance_among_many(report):
    for variant in report.variants[1:]:
        for column in differences.METRICS:
            variant.differences.metrics[column.name] = Difference(mean=1.0, low=0.1, high=1.9, n=3, p=0.04)
    assert cell(differences.build(report), "bce").sign == ""
    report.variants[3].differences.metrics["bce"] = Difference(mean=1.0, low=0.9, high=1.1, n=3, p=0.001)  # of 35
    assert cell(differences.build(report), "bce").sign == "▲"


def test_an_older_report_has_no_p_values_and_no_marks(report):
    report.variants[3].differences.metrics["bce"] = Difference(mean=1.0, low=0.9, high=1.1, n=3)
    assert cell(differences.build(report), "bce").sign == ""


def test_one_seed_has_a_difference_and_no_interval(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4])
    shown = section(of(fake), "differences")
    bce = fake.report.variants[3].differences.metrics["bce"].mean
    assert f"1 seed +{fixed(bce, 4)} no interval" in shown
    assert "to" not in shown.split("Fréchet distance own classifier's features", 1)[1].split()
    assert "With fewer than three seeds there is no interval" in shown


def test_a_failed_variant_has_no_difference_and_is_named(tmp_path):
    fake = fake_run.make(tmp_path, [*QUICK[:2], replace(QUICK[3], status="failed")], seeds=(0, 1, 2))
    table = differences.build(fake.report)
    assert ([row.name for row in table.rows], table.without) == ([QUICK[1].name], [QUICK[3].name])
    assert f"No differences for: {QUICK[3].name}." in section(of(fake), "differences")
