"""What to doubt: its heading, the checks that found something, and those that passed."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import HOSTILE, NONE, QUICK, FakeVariant
from parsed_page import Parsed, of, section, words

from mmdvae.record.result import Check
from reports.sections.doubt import checks
from reports.sections.doubt import section as doubt

ALIVE, WIDE = QUICK[3], QUICK[4]


def check(code="C9", state="tip", names=(), explanation="Something is odd. Do this. And that."):
    return Check(code=code, title="Odd", state=state, explanation=explanation, variants=list(names))


def item(report, **fields):
    (found,) = checks.build(replace(report, checks=[check(**fields)])).flagged
    return found


@pytest.mark.parametrize(
    ("seeds", "found", "heading"),
    [
        ((0,), 2, "One seed: nothing here has an interval; 2 checks found something"),
        ((0, 1), 1, "Two seeds: nothing here has an interval; 1 check found something"),
        ((0, 1, 2), 0, "Every check passed; 11 of 11 claims are decided"),
    ],
)
def test_the_heading_says_how_much_there_is_to_doubt(tmp_path, seeds, found, heading):
    report = fake_run.make(tmp_path, seeds=seeds).report
    odd = [check(), check(code="C10", state="issue")][:found]
    assert doubt.build(replace(report, checks=[*odd, check(code="C1", state="passed")])).title == heading


def test_the_heading_counts_only_claims_with_an_interval(report):
    first, *others = report.verdicts
    some = [replace(first, state="inconclusive"), *(replace(one, state="not_run") for one in others)]
    assert doubt.build(replace(report, verdicts=some)).title.endswith("0 of 1 claims are decided")
    assert "claim" not in doubt.build(replace(report, verdicts=some[1:])).title


def test_nothing_to_compare_is_no_doubt_about_numbers(tmp_path):
    failed = fake_run.make(tmp_path, [replace(one, status="failed") for one in QUICK]).report
    assert doubt.build(failed).title == "No variant finished, so there is nothing to compare"


def test_issues_come_before_tips_and_passed_checks_are_a_count_with_titles(page, report):
    shown = checks.build(report)
    assert [one.word for one in shown.flagged] == ["issue", *["tip"] * (len(shown.flagged) - 1)]
    assert len(shown.flagged) + len(shown.passed) == len(report.checks)
    said = section(page, "doubt")
    assert f"{len(shown.passed)} checks passed" in said
    assert "No overfitting" in shown.passed
    assert all(title in said for title in shown.passed)


def test_a_check_is_one_sentence_and_the_rest_is_folded(report):
    shown = item(report)
    assert (shown.title, shown.said, shown.more) == ("Odd", "Something is odd.", "Do this. And that.")


@pytest.mark.parametrize("code", ["C2", "C3", "C5"])
def test_what_the_top_of_the_page_explains_is_a_title_with_its_explanation_folded(report, code):
    shown = item(report, code=code)
    assert (shown.said, shown.more) == ("", "Something is odd. Do this. And that.")


def test_affected_variants_are_settings_and_whole_kinds_are_counted(report):
    names = [variant.name for variant in report.variants]
    dead = ["mmd-a0.6-s0.0001", "mmd-a0.6-s0.1", "mmd-a0.6-s10000"]
    assert item(report, names=names).who == "all 6 variants"
    assert item(report, names=dead).who == "3 dead kernels"
    assert item(report, names=[*dead, "none"]).who == "3 dead kernels; no penalty"
    assert item(report, names=dead[:1]).who == "α\u00a00.6 with σ\u00a00.0001"
    assert item(report, names=["mmd-a0.6-s2.83", "imq-a0.6"]).who == "2 alive"
    assert item(report).who == ""


def test_many_settings_without_a_common_kind_are_a_number(tmp_path):
    normalised = [FakeVariant(sigma=1.0 + i, normalised=True, alpha=0.1 * (i + 1)) for i in range(8)]
    report = fake_run.make(tmp_path, [NONE, ALIVE, *normalised]).report
    names = [variant.name for variant in report.variants if variant.normalised][:7]
    assert item(report, names=names).who == "7 variants"


def test_ids_within_an_explanation_are_spelled_out_and_untrusted_text_is_text(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(WIDE, status="failed", error=HOSTILE)])
    said = section(of(fake), "doubt")
    assert f"α 0.6, σ 10,000: failed ({HOSTILE})." in said
    assert "mmd-a0.6-s10000" not in said


def test_no_id_of_a_variant_is_shown(page, report):
    said = section(page, "doubt")
    assert not [one.name for one in report.variants if one.has_penalty and one.name in said]


def test_help_is_a_question_mark_with_a_name(page):
    start = page.elements.index(page.all("section", id="doubt")[0])
    end = page.elements.index(page.all("section", id="more")[0])
    marks = [e for e in page.elements[start:end] if e.tag == "summary" and words(e) == "?"]
    assert marks
    assert all(mark.attributes["aria-label"] for mark in marks)


def test_the_page_on_own_data_does_not_speak_of_the_notebook(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4], dataset="images:faces", preset="grid", seeds=(0, 1, 2))
    from reports import write

    html = write.write(fake.run_dir, fake.store).read_text()
    said = words(Parsed(html).all("main")[0]).lower()
    assert "notebook" not in said
    assert "not run" not in said
