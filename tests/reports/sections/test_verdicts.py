"""Verdict cards, the notebook's conclusions beside the numbers, and the figures that verdicts are based on."""

from dataclasses import replace

import fake_run
from fake_run import QUICK
from parsed_page import section, words

from mmdvae.conclusions.claims import CLAIMS
from reports.sections.doubt import verdicts
from reports.text import significant


def test_a_card_says_state_claim_effect_interval_seeds_rule_and_why(page, report):
    cards = [words(e) for e in page.all("li") if "card" in (e.attributes.get("class") or "").split()]
    signs = {"supported": "✓", "refuted": "✗", "not_run": "–"}
    assert {verdict.state for verdict in report.verdicts} == set(signs)
    for verdict, card in zip(report.verdicts, cards, strict=True):
        word = verdict.state.replace("_", " ")
        ratio = verdict.scale == "ratio"
        said = f"{signs[verdict.state]} {word} {verdict.code} {verdict.claim}"
        if verdict.state != "not_run":
            low, high = map(significant, verdict.interval)
            said += (
                f" {'× ' if ratio else ''}{significant(verdict.effect)} {verdict.quantity}; {int(ratio)} is no effect "
                f"{100 * verdict.level:.3g} % interval {low} to {high}; 3 seeds"
            )
        assert card.startswith(f"{said} {verdict.explanation}")
        assert card.endswith(f"Rule: {verdict.rule}. Margin: {verdict.margin}")


def test_a_card_folds_all_its_comparisons_with_states_and_intervals(page, report):
    verdict = report.verdicts[0]
    (card,) = page.all("li", id="v-V1")
    assert f"All {len(verdict.parts)} comparisons" in words(card)
    for part in verdict.parts:
        low, high = map(significant, part.interval)
        shown = f"✗ refuted: {part.name} × {significant(part.effect)}, {100 * part.level:.3g} % interval"
        assert f"{shown} {low} to {high}" in words(card)


def test_what_older_reports_called_not_supported_is_refuted(report):
    older = replace(report.verdicts[0], state="not_supported", parts=[], margin="")
    shown = verdicts.card(older)
    assert (shown.sign, shown.word, shown.parts) == ("✗", "refuted", [])


def test_with_few_seeds_a_card_says_why_it_has_no_interval(tmp_path):
    cards = verdicts.build(fake_run.make(tmp_path, QUICK[:4], seeds=(0, 1)).report).cards
    measured = [card for card in cards if card.effect]
    assert [card.verdict.code for card in measured] == ["V1", "V4", "V6", "V8", "V9", "V10", "N4"]
    for card in measured:
        assert (card.sign, card.word) == ("?", "inconclusive")
        assert (card.interval, card.seeds) == ("no interval: fewer than 3 seeds", "2 seeds")


def test_the_notebooks_conclusions_stand_in_one_table_beside_the_numbers(page, report):
    assert [card.verdict.code for card in verdicts.build(report).answers] == ["N1", "N2", "N3", "N4", "N5"]
    said, verdict = section(page, "findings"), next(one for one in report.verdicts if one.code == "N3")
    assert said.count("What the notebook concluded, what the numbers say, why") == 1
    low, high = map(significant, verdict.interval)
    assert (
        f"N3 {verdict.notebook} refuted: {verdict.claim} × {significant(verdict.effect)}, "
        f"{100 * verdict.level:.3g} % interval {low} to {high} {verdict.explanation}"
    ) in said


def test_claims_on_which_the_notebook_had_no_word_are_no_answers(report):
    silent = replace(report, verdicts=[replace(verdict, notebook=None) for verdict in report.verdicts])
    assert verdicts.build(silent).answers == []


def test_each_section_of_figures_ends_with_the_verdicts_it_bears_on(page, report):
    for code, expected in (("curves", ["V1"]), ("latent", ["V4", "N3"]), ("dispersion", ["V2", "N3"])):
        said = section(page, code).split()[-220:]
        for verdict in expected:
            assert f"{verdict}," in said
            assert page.all("li", id=f"v-{verdict}")
            assert page.all("a", href=f"#v-{verdict}")
    first = report.verdicts[0]
    shown = f"V1, refuted: {first.claim} (× {significant(first.effect)}, {100 * first.level:.3g} % interval"
    assert shown in section(page, "curves")


def test_every_section_that_a_claim_names_is_one_of_the_page(page):
    named = {code for claim in CLAIMS for code in claim.sections}
    assert named <= {e.attributes["id"] for e in page.all("section")}


def test_the_markdown_has_effect_and_interval_behind_each_verdict(fake, page):
    text, verdict = (fake.run_dir / "summary.md").read_text(), fake.report.verdicts[2]
    low, high = map(significant, verdict.interval)
    assert (
        f"- **supported** V4: {verdict.claim} \\[× {significant(verdict.effect)} {verdict.quantity}, "
        f"95\u00a0% interval {low} to {high}, 3 seeds\\]"
    ) in text
    assert f"- **not run** V5: {fake.report.verdicts[3].claim}\n" in text
    assert "| Sliced W2 (latent units) |" in text
    assert "| Fréchet distance (own classifier's features) |" in text
    assert len(text.encode()) <= 20_000
