"""What the page says of settings that were chosen by what was measured of them, and what it does not."""

import fake_run
import pytest
from fake_run import QUICK

from mmdvae.record.result import Chosen
from reports.sections.answer import answer, boxes, headline, next_step
from reports.sections.doubt import checks, section, verdicts


def made(out, seeds, chose, among=9):
    chosen = Chosen(among=among, by=("valid_mse", "valid_sliced_w2"), rounds=2, seeds=chose) if chose else None
    return fake_run.make(out, QUICK[:5], seeds=seeds, chosen=chosen).report


@pytest.fixture(scope="module")
def by_its_seeds(tmp_path_factory):
    return made(tmp_path_factory.mktemp("own"), (0, 1, 2), (0, 1, 2))


@pytest.fixture(scope="module")
def by_others(tmp_path_factory):
    return made(tmp_path_factory.mktemp("others"), (1, 2, 3), (0,))


def sure(report):
    return " ".join(boxes.sure(report, headline.choice(report)).rest)


def test_the_first_screen_says_among_how_many_and_by_which_seeds(by_its_seeds, by_others):
    start = "Chosen among 9 settings by validation images with "
    assert f"{start}seeds 0, 1 and 2: those on the front have intervals from other seeds alone." in sure(by_its_seeds)
    assert f"{start}seed 0; the seeds here did not choose." in sure(by_others)
    assert "chosen among 9 by these seeds" in answer.build(by_its_seeds, problems=[], failures=[]).preliminary
    assert "chosen" not in answer.build(by_others, problems=[], failures=[]).preliminary


def test_a_run_in_which_nothing_was_chosen_says_nothing_of_it(tmp_path):
    report = made(tmp_path, (0, 1, 2), ())
    assert "hosen among" not in sure(report)
    assert headline.sentence(report).startswith("Use ")


def test_what_its_own_seeds_chose_is_tried_and_not_used(by_its_seeds, by_others):
    assert headline.sentence(by_its_seeds).startswith("Try α\u00a00.6 with σ\u00a02.83")
    assert headline.sentence(by_others).startswith("Use α\u00a00.6 with σ\u00a02.83")


def test_its_price_has_no_interval(by_its_seeds, by_others):
    shown, others = (
        headline.cost(report, headline.variant_of(report, "mmd-a0.6-s2.83")) for report in (by_its_seeds, by_others)
    )
    assert shown.interval is None
    assert others.interval


def test_claims_about_it_wait_for_seeds_that_did_not_choose(by_its_seeds, by_others):
    claims = verdicts.build(by_its_seeds)
    (about,) = [card for card in claims.waiting if card.verdict.code == "V4"]
    assert about.word == "needs three seeds that did not choose"
    assert about.interval == "no interval: chosen by these seeds"
    assert claims.need.endswith(" three seeds that did not choose")
    assert not about.levels.startswith("No interval")
    assert "V4" in [card.verdict.code for card in verdicts.build(by_others).decidable]


def test_the_checks_doubt_it_and_name_the_chosen(by_its_seeds, by_others):
    (flagged,) = [item for item in checks.build(by_its_seeds).flagged if item.code == "C18"]
    assert flagged.title == "Chosen among 9 by the same seeds"
    assert flagged.who == "α\u00a00.6 with σ\u00a02.83"
    assert "Chosen among 9 by other seeds" in checks.build(by_others).passed
    assert "found something" in section.build(by_its_seeds).title


def test_the_next_command_adds_seeds_that_did_not_choose(by_its_seeds, by_others):
    step = next_step.of(by_its_seeds)
    assert step.why == "3 seeds that did not choose, for intervals"
    assert step.command.endswith("--seed 0 --seed 1 --seed 2 --seed 3 --seed 4 --seed 5")
    assert step.trainings == 3 * 5
    assert "seeds" not in next_step.of(by_others).why
