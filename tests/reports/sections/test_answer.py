"""The head of the page: what to use, what it buys and costs, how sure that is, what to run next."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant

from flows import plan
from mmdvae.record.result import Check
from reports.sections.answer import answer, boxes, headline, next_step

ALIVE, IMQ = QUICK[3], QUICK[5]


def made(out, variants=QUICK, **options):
    return fake_run.make(out, variants, **options).report


def settled(report, *, names=()):
    """The report with a check C5 that found these variants unsettled."""
    others = [check for check in report.checks if check.code != "C5"]
    check = Check(code="C5", title="", state="tip" if names else "passed", explanation="", variants=list(names))
    return replace(report, checks=[*others, check])


def spaced(words):
    """With ordinary spaces."""
    return words.replace("\u00a0", " ")


def sentence(out, variants, **options):
    return headline.sentence(made(out, variants, **options)).replace("\u00a0", " ")


def test_one_seed_tries_and_three_use(tmp_path):
    assert sentence(tmp_path / "a", QUICK).startswith("Try α 0.6 with σ 2.83")
    assert sentence(tmp_path / "b", QUICK, seeds=(0, 1, 2)).startswith("Use α 0.6 with σ 2.83")


def test_the_reason_is_the_lowest_price_of_several_or_that_only_one_reached_the_prior(tmp_path):
    assert sentence(tmp_path / "a", QUICK).endswith(": the cheapest of 2 that reach the prior")
    assert sentence(tmp_path / "b", QUICK[:5]).endswith(": only this setting reaches the prior")
    alike = [*QUICK[:3], *(replace(ALIVE, sigma=sigma) for sigma in (2.0, 3.0))]
    assert sentence(tmp_path / "c", alike) == "Try α 0.6 with σ 2: of 2 as cheap, the nearest to the prior"


def test_a_cost_whose_interval_is_around_zero_and_small_is_not_measurable(tmp_path):
    free = replace(ALIVE, bce=NONE.bce, metrics={"mse": (0.0170, 0.0171, 0.0172)})
    plain = replace(NONE, metrics={"mse": (0.0171, 0.0172, 0.0170)})
    found = sentence(tmp_path, [plain, *QUICK[1:3], free], seeds=(0, 1, 2))
    assert found == "Use α 0.6 with σ 2.83: it reaches the prior at no measurable cost"


def test_many_that_are_as_cheap_are_not_all_named(tmp_path):
    noisy = {"mse": (0.016, 0.018, 0.017)}
    many = [replace(ALIVE, sigma=sigma, alpha=alpha, metrics=noisy) for sigma, alpha in ((2, 0.2), (3, 0.3), (4, 0.4))]
    report = made(tmp_path, [NONE, *many, replace(IMQ, metrics=noisy)], seeds=(0, 1, 2))
    assert len(headline.choice(report).names) == 4
    assert headline.sentence(report).endswith(": of 4 as cheap, the nearest to the prior")


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ([replace(one, status="failed") for one in QUICK], "No variant finished"),
        ([NONE], "No variant with a penalty finished, so there is nothing to choose"),
        (QUICK[:3], "No setting brought the codes to the prior"),
        (
            [NONE, FakeVariant(sigma=1.0, spread=3.0)],
            "No setting brought the codes to the prior; α 0.6 with σ 1 came half-way",
        ),
        ([replace(ALIVE, metrics={"sliced_w2": None})], "How far the codes are from the prior was not measured"),
    ],
)
def test_without_a_setting_to_use_it_says_why(tmp_path, variants, said):
    report = made(tmp_path, variants)
    assert headline.sentence(report).replace("\u00a0", " ") == said
    assert headline.price(report) == "–"
    assert [box.title for box in boxes.of(report)] == ["How sure"]


def test_the_price_is_the_error_in_percent_of_no_penalty(tmp_path):
    report = made(tmp_path, [replace(NONE, metrics={"mse": 0.015}), replace(ALIVE, metrics={"mse": 0.0165})])
    assert headline.price(report).replace("\u00a0", " ") == "+10 % error (α 0.6 with σ 2.83)"


def test_what_it_buys_stands_beside_what_a_rescaling_gives_for_nothing(tmp_path):
    plain = replace(NONE, metrics={"fid": 169.0, "fid_fitted": 17.2, "latent_coverage_white": 0.6, "sliced_w2": 11.6})
    best = replace(ALIVE, metrics={"fid": 20.3, "latent_coverage": 0.648, "sliced_w2": 0.104})
    buys = boxes.of(made(tmp_path, [plain, best]))[0]
    assert buys.main == "Fréchet 169 → 20"
    assert [*map(spaced, buys.rest)] == [
        "for samples from N(0, I); distance from the prior 12 → 0.10.",
        "Rescaling the codes of no penalty gives 17 for nothing: not beaten.",
        "Of the prior 65 % is covered; rescaled, 60 %.",
    ]


def test_with_intervals_it_says_what_the_claim_about_samples_says_of_this_setting(tmp_path):
    plain = replace(NONE, metrics={"fid_fitted": (17.0, 17.3, 17.2)})
    for fids, word in (
        ((8.0, 8.1, 8.2), "surely beaten"),
        ((30.0, 30.2, 30.1), "surely not beaten, × 1.75"),
    ):
        report = made(
            tmp_path / word.replace(" ", "-"), [plain, replace(ALIVE, metrics={"fid": fids})], seeds=(0, 1, 2)
        )
        assert f"{word}. Of the prior" in " ".join(boxes.of(report)[0].rest)


def test_the_cost_with_one_seed_is_measured_by_the_trainings_that_no_penalty_touched(tmp_path):
    plain = replace(NONE, metrics={"mse": 0.0150})
    dead = replace(QUICK[1], metrics={"mse": 0.0153})
    report = made(tmp_path, [plain, dead, replace(ALIVE, metrics={"mse": 0.0165})])
    assert (
        "Its error changed 5.0 times as much as the 2 trainings that no penalty touched (no penalty and 1 dead kernel) "
        "differ by chance (2 %)." in map(spaced, boxes.of(report)[2].rest)
    )


def test_without_samples_or_without_a_plain_training_the_boxes_still_tell_the_rest(tmp_path):
    nothing = {"fid": None, "fid_fitted": None}
    report = made(tmp_path / "a", [replace(one, metrics=nothing) for one in (NONE, ALIVE)])
    assert boxes.of(report)[0].main.startswith("Distance from the prior 7.8 → ")
    alone = boxes.of(made(tmp_path / "b", [ALIVE]))
    assert [box.main for box in alone][1] == "Not measured:"


def test_where_pca_reconstructs_better_many_more_epochs_come_before_all_else(tmp_path):
    report = made(tmp_path, seeds=(4,), command="mmdvae compare mine.toml --seed 4", jobs=2)
    run = replace(report.run, recipe_settings={"batch_size": 128}, dataset=replace(report.run.dataset, train=417))
    epochs = report.variants[0].runs[0].epochs
    found = [replace(check, state="issue") if check.code == "C17" else check for check in report.checks]
    step = next_step.of(replace(report, run=run, checks=found))
    assert "C17" in {check.code for check in report.checks}
    assert step.command == f"mmdvae compare mine.toml --seed 4 --epochs {epochs * -(-1_000 // (epochs * 4))}"
    assert step.why == "more epochs, as PCA still reconstructs better"
    over = [replace(check, state="tip") if check.code == "C11" else check for check in found]
    assert next_step.of(replace(report, run=run, checks=over)).why == "3 seeds, for intervals"


def test_fewer_seeds_than_three_come_first_then_epochs_then_settings_between(tmp_path):
    command = {"command": "mmdvae compare quick --seed 4 --epochs 3", "jobs": 2}
    first = next_step.of(made(tmp_path / "a", seeds=(4,), **command))
    assert first.command == "mmdvae compare quick --epochs 3 --seed 4 --seed 0 --seed 1"
    assert first.minutes == pytest.approx((41.5 + 11.5) * 6 * 2 / 2 / 60)  # training and measuring, two at a time
    three = made(tmp_path / "b", seeds=(0, 1, 2), **command)
    second = next_step.of(settled(three, names=["none"]))
    assert second.command == "mmdvae compare quick --seed 4 --epochs 6"
    assert second.minutes == pytest.approx((2 * 41.5 + 11.5) * 6 * 3 / 2 / 60)
    third = next_step.of(settled(three))
    # Between 0.1 and 2.83 lies 0.53, whose kernel is dead. So alphas come next: a third and three times the weight.
    names = ["none", "mmd-a0.6-s2.83", "mmd-a0.33-s2.83", "mmd-a0.82-s2.83"]
    assert third.command == " ".join(["mmdvae compare quick --seed 4 --epochs 3", *(f"--variant {it}" for it in names)])
    assert (third.why, third.trainings) == ("other α", 6)
    wide = [NONE, *(replace(ALIVE, sigma=sigma, bce=bce) for sigma, bce in ((2.0, 0.294), (8.0, 0.31)))]
    fourth = next_step.of(settled(made(tmp_path / "c", wide, seeds=(0, 1, 2))))
    assert fourth.command.endswith("--variant none --variant mmd-a0.6-s2 --variant mmd-a0.6-s4")
    dense = [NONE, *(replace(ALIVE, sigma=sigma, alpha=alpha) for sigma in (2.0, 2.5, 3.0) for alpha in (0.3, 0.6))]
    assert next_step.of(settled(made(tmp_path / "d", dense, seeds=(0, 1, 2)))) is None


def test_where_no_kernel_pulled_a_strong_one_is_next_whatever_the_seeds(tmp_path):
    dead = [NONE, *QUICK[1:3]]
    for seeds in ((0,), (0, 1, 2)):
        step = next_step.of(settled(made(tmp_path / str(len(seeds)), dead, seeds=seeds)))
        assert step.command.endswith("--variant none --variant mmd-a0.6-s2.83")
        assert step.trainings == len(seeds)
    assert "--seed" in next_step.of(made(tmp_path / "b", [NONE, FakeVariant(sigma=1.0, spread=3.0)])).command


def test_every_next_command_is_one_that_can_be_run(tmp_path):
    cases = [QUICK, QUICK[:3], [NONE, ALIVE, replace(ALIVE, sigma=8.0)], [*QUICK, replace(ALIVE, normalised=True)]]
    for number, variants in enumerate(cases):
        for seeds in ((0,), (0, 1, 2)):
            report = settled(made(tmp_path / f"{number}{len(seeds)}", variants, seeds=seeds))
            words = next_step.of(
                replace(report, run=replace(report.run, command="mmdvae compare quick"))
            ).command.split()
            flags = dict.fromkeys(words[3::2])
            found = {
                flag: [value for key, value in zip(words[3::2], words[4::2], strict=True) if key == flag]
                for flag in flags
            }
            made_plan = plan.make(
                out=tmp_path / "runs",
                variants=tuple(found.get("--variant", ())),
                seeds=tuple(map(int, found.get("--seed", ()))),
            )
            assert made_plan.experiment.variants


@pytest.mark.parametrize("command", ["", "rm -rf /", "mmdvae compare 'quick", fake_run.HOSTILE])
def test_a_command_that_is_none_of_ours_is_not_continued(tmp_path, command):
    assert next_step.of(made(tmp_path, command=command)) is None


def test_a_word_of_a_command_that_a_shell_would_read_is_quoted(tmp_path):
    step = next_step.of(made(tmp_path, command="mmdvae compare quick --dataset 'images:a; b'"))
    assert step.command.startswith("mmdvae compare quick --dataset 'images:a; b' --seed 0")


def test_the_head_says_what_is_preliminary_and_what_is_missing(tmp_path):
    lost = replace(QUICK[1], status="failed")
    head = answer.build(settled(made(tmp_path, [NONE, lost, ALIVE]), names=["none"]), problems=["x"], failures=["y"])
    assert head.preliminary == "1 seed, training not settled"
    assert "2 of 3 variants finished" in head.facts
    assert [trouble.what.replace("\u00a0", " ") for trouble in head.troubles] == [
        "α 0.6, σ 0.0001 failed",
        "Stored arrays missing",
        "Section missing",
    ]


def test_an_older_record_without_a_choice_gets_one(tmp_path):
    report = made(tmp_path)
    older = replace(report, advice=replace(report.advice, choice=None))
    assert headline.choice(older) == report.advice.choice


@pytest.mark.parametrize(
    ("mse", "main"), [(0.0165, "Error +10 %:"), (0.01501, "Error +0.1 %:"), (0.015, "Error unchanged:")]
)
def test_the_cost_is_a_change_or_none(tmp_path, mse, main):
    report = made(tmp_path, [replace(NONE, metrics={"mse": 0.015}), replace(ALIVE, metrics={"mse": mse})])
    costs = boxes.of(report)[1]
    assert spaced(costs.main) == main
    assert costs.rest[0] == f"squared error of reconstructions 15.0 → {1000 * mse:.1f} (× 1,000)."


def test_a_chosen_setting_with_normalised_codes_is_refined_among_its_like(tmp_path):
    fixed = [replace(ALIVE, sigma=sigma, normalised=True, bce=bce) for sigma, bce in ((2.0, 0.31), (8.0, 0.294))]
    alone = settled(made(tmp_path / "a", [NONE, fixed[1]], seeds=(0, 1, 2)))
    assert next_step.of(alone).command.endswith("--variant mmd-a0.33-s8-bn --variant mmd-a0.82-s8-bn")
    step = next_step.of(settled(made(tmp_path / "b", [NONE, *fixed], seeds=(0, 1, 2))))
    assert step.command.endswith("--variant none --variant mmd-a0.6-s8-bn --variant mmd-a0.6-s4-bn")


def test_a_record_edited_by_hand_breaks_no_head(tmp_path):
    report = made(tmp_path)
    lost = replace(report.advice.choice, names=["gone"], alive=["gone"])
    assert headline.choice(replace(report, advice=replace(report.advice, choice=lost))) == report.advice.choice
    odd = replace(report.variants[3], differences=replace(report.variants[3].differences, reference="gone"))
    assert headline.cost(report, odd) is None


def test_with_two_seeds_the_yardstick_counts_trainings_and_not_variants(tmp_path):
    plain, dead = (replace(one, metrics={"mse": mse}) for one, mse in ((NONE, (0.015, 0.016)), (QUICK[1], 0.0155)))
    report = made(tmp_path, [plain, dead, replace(ALIVE, metrics={"mse": 0.0175})], seeds=(0, 1))
    assert report.advice.choice.yardstick == pytest.approx(0.001)
    assert "the 4 trainings that no penalty touched" in " ".join(boxes.of(report)[2].rest)


def test_the_setting_to_use_is_marked_wherever_it_is_shown(tmp_path):
    report = made(tmp_path, QUICK)
    badges = {one.name: spaced(headline.badge(report, one)) for one in report.variants}
    assert {name: badge for name, badge in badges.items() if badge} == {headline.choice(report).names[0]: "★ try"}
    sure = made(tmp_path / "b", QUICK, seeds=(0, 1, 2))
    assert spaced(headline.badge(sure, headline.variant_of(sure, headline.choice(sure).names[0]))) == "★ use"
    none = made(tmp_path / "c", [NONE])
    assert headline.badge(none, none.variants[0]) == ""


def test_what_normalisation_alone_gives_stands_beside_a_choice_that_has_it(tmp_path):
    alone = replace(NONE, normalised=True, metrics={"fid": 24.0, "latent_coverage": 0.46, "mse": 0.018})
    fixed = replace(ALIVE, normalised=True, metrics={"mse": 0.0172, "sliced_w2": 0.07})
    plain = replace(NONE, metrics={"mse": 0.0171})
    buys = boxes.of(made(tmp_path / "a", [plain, alone, fixed]))[0]
    assert spaced(buys.rest[-1]) == "Normalisation alone: Fréchet 24, 46 % covered, error +5.3 %."
    assert not any("Normalisation" in one for one in boxes.of(made(tmp_path / "b", [plain, fixed]))[0].rest)
    assert not any("Normalisation" in one for one in boxes.of(made(tmp_path / "c", [plain, alone, ALIVE]))[0].rest)


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ([NONE, ALIVE, FakeVariant(sigma=5.66, metrics={"sliced_w2": None})], "it reaches the prior"),
        ([NONE, ALIVE, FakeVariant(sigma=5.66, spread=1.05, metrics={"mse": None})], "it reaches the prior"),
        ([NONE, QUICK[1], replace(ALIVE, status="failed", lost=(2,))], "No setting that was measured brought"),
        (
            [NONE, replace(NONE, normalised=True, spread=1.02), ALIVE, FakeVariant(sigma=1.0, spread=3.0)],
            "as normalised",
        ),
        ([NONE, replace(ALIVE, metrics={"mse": None})], "What the settings that reach the prior cost was not measured"),
    ],
)
def test_what_was_not_measured_is_not_called_a_failure(tmp_path, variants, said):
    found = sentence(tmp_path, variants, seeds=(0, 1, 2))
    assert said in found
    assert "only" not in found


def test_three_trainings_of_which_one_was_measured_carry_no_use(tmp_path):
    assert sentence(tmp_path, [NONE, replace(ALIVE, metrics={"mse": (0.016, None, None)})], seeds=(0, 1, 2)).startswith(
        "Try"
    )


def test_many_settings_as_cheap_do_not_fill_the_heading(tmp_path):
    many = [replace(ALIVE, alpha=round(0.1 + 0.05 * n, 2), metrics={"mse": 0.0172}) for n in range(14)]
    report = made(tmp_path, [NONE, *many])
    assert headline.sentence(report).count("α") == 1
    assert "As cheap, as far as this shows, and farther from the prior: 13 others." in boxes.of(report)[2].rest


def test_a_setting_that_no_claim_is_about_is_said_to_be_outside(tmp_path):
    fixed = replace(ALIVE, normalised=True, metrics={"mse": 0.016})
    outside = boxes.of(made(tmp_path / "a", [*QUICK, fixed], seeds=(0, 1, 2)))[2].rest
    assert any(said.startswith("No claim is about this setting") for said in outside)
    inside = boxes.of(made(tmp_path / "b", QUICK, seeds=(0, 1, 2)))[2].rest
    assert not any("No claim" in said for said in inside)
