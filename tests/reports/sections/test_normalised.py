"""What the page says of variants with normalised codes: near the prior perhaps, the reference never."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant

from reports import metrics
from reports.sections import advice, heatmap, kernel
from reports.sections.answer import headline

LIVE = QUICK[3]
FIXED = [replace(NONE, normalised=True, spread=1.0), replace(LIVE, normalised=True, spread=1.0)]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    variants: list[FakeVariant] = [*FIXED, NONE, LIVE]
    return fake_run.make(tmp_path_factory.mktemp("fixed"), variants).report


def test_they_stand_beside_the_grid_of_alpha_and_sigma(report):
    table = heatmap.build(report, metrics.of("bce"))
    assert [row.alpha for row in table.rows] == ["0 (no penalty, any σ)", "0.6"]
    shown = metrics.of("bce").show
    numbers = {variant.name: shown(variant.mean("bce")) for variant in report.variants}
    assert [cell.text for row in table.rows for cell in row.cells] == [numbers["none"], numbers["mmd-a0.6-s2.83"]]
    assert [(label, cell.text) for label, cell in table.others] == [
        ("no penalty, normalised codes", numbers["none-bn"]),
        ("α 0.6, σ 2.83, normalised codes", numbers["mmd-a0.6-s2.83-bn"]),
    ]


def test_they_are_judged_by_their_distance_from_the_prior_like_all_others_and_go_by_name(report):
    assert [variant.name for variant in headline.near_prior(report)] == [
        "none-bn",
        "mmd-a0.6-s2.83-bn",
        "mmd-a0.6-s2.83",
    ]
    assert "σ\u00a02.83 with α\u00a00.6; none-bn; mmd-a0.6-s2.83-bn." in headline.sentences(report)[0]


def test_the_kernel_section_says_what_fixes_the_scale(report):
    meanings = {row.name: row.meaning for row in kernel.build(report).rows}
    assert meanings["none-bn"] == kernel.NORMALISED != meanings["none"]
    assert meanings["mmd-a0.6-s2.83-bn"] == meanings["mmd-a0.6-s2.83"]


def test_rules_of_thumb_are_counted_on_codes_of_free_scale(report):
    assert {each.name for each in report.advice.sigma.codes} == {variant.name for variant in report.variants}
    for rule in advice.build(report).heuristics:
        assert (rule.free[-12:], rule.shaped[-12:]) == ("of 1 variant", "of 1 variant")
