"""Claims as rows with their evidence: two states without a decision, each told once."""

import re
from dataclasses import replace

import fake_run
import pytest
from fake_run import QUICK
from parsed_page import Parsed, of, section, words

from mmdvae.conclusions.claims import CLAIMS
from reports import looks
from reports.sections.doubt import interval_bar, verdicts
from reports.text import significant

ROWS = {claim.code: claim for claim in CLAIMS}


def rows(page):
    """The list items that are claims, by code."""
    return {e.attributes["id"][2:]: words(e) for e in page.all("li") if (e.attributes.get("id") or "").startswith("v-")}


def test_a_row_says_state_claim_effect_interval_rule_and_why(page, report):
    signs = {"supported": "✓", "refuted": "✗", "inconclusive": "?"}
    shown, tested = looks.of(report.variants), [one for one in report.verdicts if one.state != "not_run"]
    said = rows(page)
    assert list(said) == [verdict.code for verdict in tested]
    for verdict in tested:
        word = {"inconclusive": "undecided"}.get(verdict.state, verdict.state)
        small = verdict.scale == "ratio" and verdict.effect < 0.1
        times = "× " if verdict.scale == "ratio" and not small else ""
        effect, low, high = (
            f"1/{1 / value:,.0f}" if small else significant(value) for value in (verdict.effect, *verdict.interval)
        )
        start = f"{signs[verdict.state]} {word} {verdict.code} {verdict.claim} {times}{effect}, "
        assert said[verdict.code].startswith(f"{start}{100 * verdict.level:.3g} % interval {low} to {high} ")
        assert f"Effect: {verdict.quantity}." in said[verdict.code]
        assert f"Rule: {verdict.rule}. Margin: {verdict.margin}." in said[verdict.code]
        assert words_of(looks.spelled(verdict.explanation, shown)) in said[verdict.code]


def words_of(text):
    return " ".join(text.split())


def test_all_comparisons_are_folded_with_states_intervals_and_settings(report):
    (card,) = [one for one in verdicts.build(report).decidable if one.verdict.code == "V1"]
    assert len(card.parts) == len(card.verdict.parts) == 2
    low, high = map(significant, card.verdict.parts[0].interval)
    assert re.fullmatch(
        rf"✗ refuted: α\u00a00.6, (σ\u00a02.83|seven scales), × {significant(card.verdict.parts[0].effect)}, "
        rf"97.5\u00a0% interval {low} to {high}",
        card.parts[0],
    )


def test_claims_that_the_run_cannot_test_are_not_on_its_page(page, report):
    untested = [verdict for verdict in report.verdicts if verdict.state == "not_run"]
    assert untested
    said = words(page.all("main")[0])
    assert not [verdict.code for verdict in untested if verdict.claim in said]
    assert "not run" not in said


def test_with_few_seeds_one_line_says_so_and_no_claim_does(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4], seeds=(0, 1))
    claims = verdicts.build(fake.report)
    assert (claims.decidable, claims.decided) == ([], 0)
    assert [card.verdict.code for card in claims.waiting] == ["V1", "V4", "V6", "V8", "V9", "V10", "N4"]
    page = of(fake)
    said = section(page, "doubt")
    assert said.count("three seeds") == 1
    assert "7 claims need three seeds" in said
    assert "undecided" not in said
    assert "inconclusive" not in said
    assert list(rows(page)) == [card.verdict.code for card in claims.waiting]  # links to them still lead there
    assert not [e for e in page.all("svg") if re.match(r"[VN]\d", e.attributes.get("aria-label") or "")]


def test_undecided_by_enough_seeds_is_another_state(report):
    verdict = replace(report.verdicts[0], state="inconclusive")
    assert verdicts.card(verdict).word == "undecided"
    assert verdicts.card(replace(verdict, interval=None)).word == verdicts.NEEDS_SEEDS
    claims = verdicts.build(replace(report, verdicts=[verdict, replace(verdict, code="V4", interval=None)]))
    assert (len(claims.decidable), claims.decided, claims.need) == (1, 0, "1 claim needs three seeds")


def test_what_older_reports_called_not_supported_is_refuted(report):
    older = replace(report.verdicts[0], state="not_supported", parts=[], margin="", rule="another")
    shown = verdicts.card(older)
    assert (shown.sign, shown.word, shown.tone, shown.parts) == ("✗", "refuted", "bad", [])
    assert "stroke-dasharray" not in shown.bar  # today's threshold is not that of its rule


@pytest.mark.parametrize("preset", ["quick", "grid", "sweep", "notebook"])
def test_the_notebooks_conclusions_stand_only_beside_its_variants(tmp_path, preset):
    fake = fake_run.make(tmp_path, preset=preset, seeds=(0, 1, 2))
    answers = verdicts.build(fake.report).answers
    said = section(of(fake), "doubt")
    if preset in ("quick", "grid"):
        assert answers == []
        assert "notebook" not in said.lower()
        return
    assert [card.verdict.code for card in answers] == ["N1", "N2", "N3", "N4"]  # N5 needs KL
    verdict = answers[2].verdict
    assert f"N3 {verdict.notebook} refuted: {verdict.claim} (× {significant(verdict.effect)}" in said


def test_the_seeds_are_told_where_they_are_not_all_of_the_runs(report):
    verdict = report.verdicts[0]
    assert verdicts.card(verdict, {}, 3).seeds == ""
    assert verdicts.card(verdict, {}, 5).seeds == "3 seeds"


@pytest.mark.parametrize("code", ["V1", "V4", "V6", "V9"])
def test_the_bar_has_interval_threshold_and_effect_in_their_order(report, code):
    verdict = next(one for one in report.verdicts if one.code == code)
    claim = ROWS[code]
    low, high = (claim.low, claim.high)
    borders = {"above": [high], "below": [low], "within": [low, high]}[claim.test]
    page = Parsed(interval_bar.draw(verdict, verdict.state))
    (region, *_) = page.all("rect")[1:]
    left, right = float(region.attributes["x"]), float(region.attributes["x"]) + float(region.attributes["width"])
    (dot,) = page.all("circle")
    at = float(dot.attributes["cx"])
    inside = {"above": verdict.effect > high, "below": verdict.effect < low, "within": low < verdict.effect < high}
    assert (left < at < right) == inside[claim.test]
    labels = [words(text) for text in page.all("text")]
    assert {f"{border:.3g}" for border in borders} <= set(labels)
    assert f"{1 if verdict.scale == 'ratio' else 0} no effect" in labels
    interval = next(e.attributes["d"] for e in page.all("path") if e.attributes.get("stroke-width") == "5")
    start, end = map(float, re.fullmatch(r"M([\d.]+) 24H([\d.]+)", interval).groups())
    assert start <= at <= end


def test_a_ratio_is_drawn_by_its_logarithm(report):
    verdict = replace(report.verdicts[0], effect=1.0, interval=[0.5, 2.0], scale="ratio", rule="another")
    page = Parsed(interval_bar.draw(verdict, "undecided"))
    interval = next(e.attributes["d"] for e in page.all("path") if e.attributes.get("stroke-width") == "5")
    start, end = map(float, re.fullmatch(r"M([\d.]+) 24H([\d.]+)", interval).groups())
    assert float(page.all("circle")[0].attributes["cx"]) == pytest.approx((start + end) / 2, abs=0.1)


@pytest.mark.parametrize("ends", [[1e-300, 1e300], [0.0, 1e300], [1.0, 1.0]])
def test_an_endless_interval_ends_at_the_edge(report, ends):
    verdict = replace(report.verdicts[0], effect=1.0, interval=ends)
    page = Parsed(interval_bar.draw(verdict, "undecided"))
    interval = next(e.attributes["d"] for e in page.all("path") if e.attributes.get("stroke-width") == "5")
    start, end = map(float, re.fullmatch(r"M([\d.]+) 24H([\d.]+)", interval).groups())
    assert 0 <= start <= end <= interval_bar.WIDTH


def test_without_an_interval_there_is_no_bar(report):
    assert interval_bar.draw(replace(report.verdicts[0], interval=None), "undecided") == ""


def test_what_only_a_lost_variant_leaves_open_says_so(tmp_path):
    lost = replace(QUICK[3], sigma=9.0, status="diverged")
    claims = verdicts.build(fake_run.make(tmp_path, [*QUICK, lost], seeds=(0, 1, 2)).report)
    (card,) = [one for one in claims.decidable if one.verdict.code == "V4"]
    assert (card.word, card.lacking) == ("undecided", "supported by all that finished, but not every variant did")
    assert not [one.lacking for one in claims.decidable if one.word != "undecided" and one.lacking]


def test_a_small_ratio_is_a_fraction(report):
    verdict = next(one for one in report.verdicts if one.scale == "ratio" and one.interval)
    small = verdicts.card(replace(verdict, effect=0.0106, interval=[0.00894, 0.0125], level=0.95))
    assert small.effect == "1/94"
    assert small.interval == "95\u00a0% interval 1/112 to 1/80"
    large = verdicts.card(replace(verdict, effect=1.12, interval=[0.957, 1.31], level=0.95))
    assert (large.effect, large.interval) == ("× 1.12", "95\u00a0% interval 0.957 to 1.31")
