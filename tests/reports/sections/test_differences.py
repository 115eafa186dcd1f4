"""Differences from the reference, paired by seed."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import QUICK
from parsed_page import of, section

from mmdvae.record.result import Difference
from reports.sections import differences
from reports.text import fixed


def cell(table, metric):
    """The fourth variant's cell for a metric."""
    (row,) = [row for row in table.rows if row.name == QUICK[3].name]
    return row.cells[[column.name for column in table.columns].index(metric)]


def test_paired_differences_are_those_of_the_report(report):
    table = differences.build(report)
    assert table.reference == "none"
    assert [column.name for column in table.columns] == ["bce", "mse", "sliced_w2", "mmd2", "knn_accuracy", "fid"]
    assert [row.name for row in table.rows] == [variant.name for variant in QUICK[1:]]
    bce = report.variants[3].differences.metrics["bce"]
    live = cell(table, "bce")
    assert live.text == f"+{fixed(bce.mean, 4)}"
    assert live.interval == f"+{fixed(bce.low, 4)} to +{fixed(bce.high, 4)}"
    assert {row.seeds for row in table.rows} == {"3 pairs"}


@pytest.mark.parametrize(
    ("metric", "low", "high", "sign", "word", "tone"),
    [
        ("bce", 0.006, 0.008, "▲", "higher, worse", "bad"),
        ("bce", -0.008, -0.006, "▼", "lower, better", "good"),
        ("bce", -0.001, 0.008, "", "", ""),
        ("bce", 0.0, 0.008, "", "", ""),
        ("knn_accuracy", 0.01, 0.02, "▲", "higher, better", "good"),
        ("mmd2", -0.4, -0.3, "▼", "lower, better", "good"),
        ("bce", None, None, "", "", ""),
    ],
)
def test_only_an_interval_without_zero_is_marked_by_sign_and_word(report, metric, low, high, sign, word, tone):
    report.variants[3].differences.metrics[metric] = Difference(mean=0.007, low=low, high=high, n=3)
    marked = cell(differences.build(report), metric)
    assert (marked.sign, marked.word, marked.tone) == (sign, word, tone)
    assert (marked.interval == "no interval") == (low is None)


def test_one_pair_has_a_difference_and_no_interval(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4])
    shown = section(of(fake), "differences")
    bce = fake.report.variants[3].differences.metrics["bce"].mean
    assert f"1 pair +{fixed(bce, 4)} no interval" in shown
    assert "to" not in shown.split("Fréchet distance own classifier's features", 1)[1].split()
    assert "shares its seed" in shown
    assert "With fewer than three seeds there is no interval" in shown


def test_a_failed_variant_has_no_difference_and_is_named(tmp_path):
    fake = fake_run.make(tmp_path, [*QUICK[:2], replace(QUICK[3], status="failed")], seeds=(0, 1, 2))
    table = differences.build(fake.report)
    assert ([row.name for row in table.rows], table.without) == ([QUICK[1].name], [QUICK[3].name])
    assert f"No paired differences for: {QUICK[3].name}." in section(of(fake), "differences")
