"""Verdict cards, the notebook's conclusions beside the numbers, and the figures that verdicts are based on."""

from dataclasses import replace

import fake_run
from fake_run import QUICK
from parsed_page import section, words

from mmdvae.conclusions.claims import CLAIMS
from reports.sections import verdicts
from reports.text import significant


def test_a_card_says_state_claim_effect_interval_seeds_rule_and_why(page, report):
    cards = [words(e) for e in page.all("li") if "card" in (e.attributes.get("class") or "").split()]
    assert [card.split(" V")[0] for card in cards] == [
        "✗ not supported", "✗ not supported", "✗ not supported", "✓ supported", "– not run", "✓ supported",
    ]  # fmt: skip
    for verdict, card, times, nothing in zip(report.verdicts, cards, ("", "× ", "× ", "× "), "0111", strict=False):
        low, high = map(significant, verdict.interval)
        assert card.endswith(
            f" {verdict.code} {verdict.claim} {times}{significant(verdict.effect)} {verdict.quantity}; "
            f"{nothing} is no effect 95 % interval {low} to {high}; 3 seeds {verdict.explanation} Rule: {verdict.rule}"
        )
    not_run = report.verdicts[4]
    assert cards[4] == f"– not run V5 {not_run.claim} {not_run.explanation} Rule: {not_run.rule}"


def test_with_few_seeds_a_card_says_why_it_has_no_interval(tmp_path):
    cards = verdicts.build(fake_run.make(tmp_path, QUICK[:4], seeds=(0, 1)).report).cards
    measured = [card for card in cards if card.effect]
    assert [card.verdict.code for card in measured] == ["V1", "V2", "V4", "V6"]
    for card in measured:
        assert (card.sign, card.word) == ("?", "inconclusive")
        assert (card.interval, card.seeds) == ("no interval: fewer than 3 seeds", "2 seeds")


def test_the_notebooks_conclusions_stand_in_one_table_beside_the_numbers(page, report):
    assert [card.verdict.code for card in verdicts.build(report).answers] == ["V1", "V2", "V3", "V4", "V5"]
    said, verdict = section(page, "findings"), report.verdicts[2]
    assert said.count("What the notebook concluded, what the numbers say, why") == 1
    low, high = map(significant, verdict.interval)
    assert (
        f"V3 {verdict.notebook} not supported: {verdict.claim} × {significant(verdict.effect)}, "
        f"95 % interval {low} to {high} {verdict.explanation}"
    ) in said


def test_claims_on_which_the_notebook_had_no_word_are_no_answers(report):
    silent = replace(report, verdicts=[replace(verdict, notebook=None) for verdict in report.verdicts])
    assert verdicts.build(silent).answers == []


def test_each_section_of_figures_ends_with_the_verdicts_it_bears_on(page, report):
    for code, expected in (("curves", ["V1"]), ("latent", ["V3", "V4"]), ("dispersion", ["V2", "V3"])):
        said = section(page, code).split()[-80:]
        for verdict in expected:
            assert f"{verdict}," in said
            assert page.all("li", id=f"v-{verdict}")
            assert page.all("a", href=f"#v-{verdict}")
    first = report.verdicts[0]
    assert f"V1, not supported: {first.claim} ({significant(first.effect)}, 95 % interval" in section(page, "curves")


def test_every_section_that_a_claim_names_is_one_of_the_page(page):
    named = {code for claim in CLAIMS for code in claim.sections}
    assert named <= {e.attributes["id"] for e in page.all("section")}


def test_the_markdown_has_effect_and_interval_behind_each_verdict(fake, page):
    text, verdict = (fake.run_dir / "summary.md").read_text(), fake.report.verdicts[3]
    low, high = map(significant, verdict.interval)
    assert (
        f"- **supported** V4: {verdict.claim} \\[× {significant(verdict.effect)} {verdict.quantity}, "
        f"95\u00a0% interval {low} to {high}, 3 seeds\\]"
    ) in text
    assert f"- **not run** V5: {fake.report.verdicts[4].claim}\n" in text
    assert "| Sliced W2 (latent units) |" in text
    assert "| Fréchet distance (own classifier's features) |" in text
    assert len(text.encode()) <= 20_000
