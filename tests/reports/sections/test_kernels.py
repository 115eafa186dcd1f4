"""Kernels in numbers, and σ by rules of thumb."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant
from parsed_page import section

from mmdvae.record.result import Heuristic
from reports.sections.more import kernel, sigma_rules

KL = FakeVariant(regularizer="kl", kernel=None, alpha=0.5, spread=1.1)


def test_each_penalty_has_its_state_and_its_kernels_numbers(page, report):
    table = kernel.build(report)
    assert [row.look.id for row in table.rows] == [variant.name for variant in report.variants if variant.has_penalty]
    assert [row.look.word for row in table.rows][:3] == ["dead: too narrow", "dead: too narrow", "alive"]
    assert table.heads[:2] == ["Kernel mean, 0 to 1", "Live pairs, %"]
    assert table.rows[2].cells[:2] == ["0.170", "93.0"]
    assert "α 0.6, σ 10,000 ✕ dead: too wide 1.000 0.0" in section(page, "kernels")


def test_a_penalty_without_a_kernel_has_dashes_and_no_zeros(tmp_path):
    (row,) = kernel.build(fake_run.make(tmp_path, [NONE, KL]).report).rows
    assert row.cells[:-1] == ["– no kernel"] * (len(row.cells) - 1)
    assert row.cells[-1][0].isdigit()


def test_what_is_noise_is_no_number(tmp_path):
    tiny = replace(QUICK[1], metrics={"kernel_mean": 7e-35, "gradient_ratio": 0.0002})
    (row,) = kernel.build(fake_run.make(tmp_path, [NONE, tiny]).report).rows
    assert (row.cells[0], row.cells[-1]) == ("< 0.0001", "0.000200")


def test_without_a_penalty_there_is_no_table(tmp_path):
    assert kernel.build(fake_run.make(tmp_path, [NONE]).report) is None


def test_the_ranges_of_the_prior_stand_in_words(page, report):
    rules = sigma_rules.build(report)
    assert (rules.strong, rules.alive) == ("1.03 to 13.1", "0.770 to 39.3")
    said = section(page, "sigma-rules")
    assert "strong for σ from 1.03 to 13.1, and alive from 0.770 to 39.3" in said
    assert "sqrt(d), as pythae with bandwidth 1 2.83 strong" in said


@pytest.mark.parametrize(
    ("sigma", "place"),
    [(0.5, "dead: too narrow"), (0.9, "weak"), (3.4, "strong"), (20.0, "weak"), (64.0, "dead: too wide")],
)
def test_a_rule_of_thumb_is_held_against_the_ranges(report, sigma, place):
    advice = replace(report.advice, heuristics=[Heuristic(name="rule", sigma=sigma)])
    (rule,) = sigma_rules.build(replace(report, advice=advice)).rules
    assert rule.place == place
    older = replace(advice, sigma=replace(advice.sigma, strong=None))
    (rule,) = sigma_rules.build(replace(report, advice=older)).rules
    assert rule.place == (place if "dead" in place else "alive")
