"""Rules of thumb for sigma, compared with the ranges in which a kernel is alive."""

from dataclasses import replace

from parsed_page import section

from mmdvae.record.result import Heuristic
from reports.sections import advice


def test_ranges_are_those_of_the_prior_and_of_the_codes(report, page):
    advised = advice.build(report)
    assert advised.ranges[:3] == [
        ("prior N(0, I), strong", "1.03", "13.1"),
        ("prior N(0, I)", "0.770", "39.3"),
        ("none", "3.52", "80.1"),
    ]
    assert len(advised.heuristics) == len(report.advice.heuristics)
    said = section(page, "advice")
    assert "sqrt(d), as pythae with bandwidth 1 2.83 inside 0 of 4 variants 2 of 2 variants" in said
    assert "imq-a0.6 3 of 3 seeds" in said


def test_rules_of_thumb_are_held_against_the_range_of_the_prior_and_of_the_codes(report):
    # On codes shaped by a penalty a kernel is alive from about 0.4 to 9.1, on the four others from 3.2 to 81 at most.
    rules = [Heuristic(name=name, sigma=sigma) for name, sigma in (("low", 0.5), ("middle", 3.4), ("high", 64.0))]
    advised = advice.build(replace(report, advice=replace(report.advice, heuristics=rules)))
    assert [(rule.name, rule.sigma, rule.place, rule.free, rule.shaped) for rule in advised.heuristics] == [
        ("low", "0.500", "below", "0 of 4 variants", "2 of 2 variants"),
        ("middle", "3.40", "inside", "1 of 4 variants", "2 of 2 variants"),
        ("high", "64.0", "above", "4 of 4 variants", "0 of 2 variants"),
    ]
