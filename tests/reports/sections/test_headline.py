"""The headline of the page: which settings came near the prior, which did not, and what that cost."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import QUICK, FakeVariant

from mmdvae.record.result import Check
from reports.sections.answer import headline


def said(out, variants, **options):
    return headline.sentences(fake_run.make(out, variants, **options).report)


def grid(alphas, sigmas, **how):
    return [FakeVariant(alpha=a, sigma=s, **how) for a in alphas for s in sigmas]


def test_settings_near_the_prior_come_first_with_the_sigmas_of_each_alpha_together(tmp_path):
    variants = [QUICK[0], *grid((0.2, 0.6), (2.83, 5.66)), *grid((0.9,), (2.83,)), QUICK[-1]]
    first = said(tmp_path, variants)[0]
    assert first == (
        "Codes near the prior (sliced W2 at most 0.25 of the prior's standard deviation): "
        "σ\u00a02.83 and 5.66 with α\u00a00.2 and 0.6; σ\u00a02.83 with α\u00a00.9; imq-a0.6."
    )


@pytest.mark.parametrize(("distance", "found"), [(0.25, True), ((0.1, 0.26), False)])
def test_near_is_a_distance_with_every_seed(tmp_path, distance, found):
    first = said(tmp_path, [QUICK[0], replace(QUICK[1], metrics={"sliced_w2": distance})], seeds=(0, 1))[0]
    assert first.startswith("No variant brought its codes near the prior") is not found
    assert ("σ\u00a00.0001 with α\u00a00.6" in first) is found


def test_codes_with_the_priors_total_variance_far_away_from_it_are_not_near(tmp_path):
    lookalike = {"total_variance": 8.0, "mean_norm": 20.0, "participation_ratio": 1.0, "sliced_w2": 7.1}
    lines = said(tmp_path, [QUICK[0], replace(QUICK[3], metrics=lookalike)])
    assert lines[0].startswith("No variant brought its codes near the prior")
    assert not any("reconstructs best" in line for line in lines)


def test_what_an_affine_map_of_the_plain_codes_gives_is_the_mark_to_beat(tmp_path):
    given = {"sliced_w2_white": 0.107, "latent_coverage_white": 0.6, "fid_fitted": 17.2}
    assert said(tmp_path, [replace(QUICK[0], metrics=given), QUICK[3]])[1] == (
        "The mark to beat: an affine map of the codes of none, without any penalty, gives sliced W2 0.107, 60 % of the "
        "prior covered, samples at a Fréchet distance of 17.2."
    )


def test_a_few_dead_kernels_are_named_with_state_and_variance_and_many_are_counted(tmp_path):
    second = said(tmp_path / "few", QUICK)[3]
    assert second.startswith("Dead kernels: mmd-a0.6-s0.0001 (saturated, total variance ")
    assert "mmd-a0.6-s10000 (flat, total variance " in second
    dead = grid((0.6,), range(10, 10 + headline.NAMED + 1), state="flat", spread=9.0)
    second = said(tmp_path / "many", [QUICK[0], *dead])[1]
    assert second.startswith("Dead kernels: 7 variants, total variance 6")


def test_the_choices_are_among_those_near_the_prior_and_say_both_respects_with_the_interval(tmp_path):
    variants = [QUICK[0], *grid((0.6,), (2.83,), bce=0.30, spread=1.2), *grid((0.9,), (2.83,), bce=0.31, spread=1.0)]
    third = said(tmp_path, variants, seeds=(0, 1, 2))[2]
    cheap, near = third.split("; ")
    assert cheap.startswith("Of those near the prior, mmd-a0.6-s2.83 reconstructs best (test BCE 0.300")
    assert near.startswith("mmd-a0.9-s2.83 is closest to the prior by sliced W2 (test BCE 0.31")
    for part in (cheap, near):
        assert " to " in part.partition("[")[2], part
        assert "against none, sliced W2 " in part


def test_a_lead_that_may_be_chance_names_those_who_may_be_as_good(tmp_path):
    bces = ((0.300, 0.302, 0.301), (0.3011, 0.3, 0.302), (0.32, 0.321, 0.319))
    near = [replace(QUICK[3], sigma=2 + i / 10, metrics={"bce": bce}) for i, bce in enumerate(bces)]
    assert "), not surely better than mmd-a0.6-s2.1" in said(tmp_path, [QUICK[0], *near], seeds=(0, 1, 2))[2]


def test_one_variant_can_be_best_in_both(tmp_path):
    assert said(tmp_path, [QUICK[0], QUICK[3]])[2].endswith(") and is closest to the prior by sliced W2.")


def test_the_last_sentence_says_what_limits_all_of_it(tmp_path):
    def last(folder, variants, moving, **options):
        report = fake_run.make(tmp_path / folder, variants, **options).report
        others = [check for check in report.checks if check.code != "C5"]
        names = [variant.name for variant in moving]
        check = Check(code="C5", title="Not converged", state="tip", explanation="", variants=names)
        return headline.sentences(replace(report, checks=[*others, check]))[-1]

    assert last("a", QUICK, QUICK) == (
        "Limits: 1 seed, so no interval; 0.6 is the only α above 0; no variant had settled, so the ranking may "
        "change with more epochs."
    )
    assert last("b", QUICK, QUICK[:2], seeds=(0, 1, 2)) == (
        "Limits: 0.6 is the only α above 0; 2 of 6 variants had not settled, so the ranking may change with more "
        "epochs."
    )
    several = [QUICK[0], *grid((0.2, 0.6), (2.83,))]
    assert not last("c", several, [], seeds=(0, 1, 2)).startswith("Limits")


def test_what_was_not_measured_is_not_spoken_of(tmp_path):
    assert not any("near the prior" in line for line in said(tmp_path, [FakeVariant(sigma=1.0, status="failed")]))
