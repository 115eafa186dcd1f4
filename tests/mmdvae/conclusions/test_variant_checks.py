"""The checks on a single variant: on both sides of each threshold, and with missing numbers."""

import pytest
from made_report import entry, kl, mmd, none

from mmdvae.conclusions import variant_checks

RULES = {fault.code: fault.has_it for fault in variant_checks.VARIANT_CHECKS}


def has(code, variant):
    return RULES[code](variant)


@pytest.mark.parametrize(
    ("code", "field", "fine", "fault"),
    [
        ("C3", "seeds", (0, 1, 2), (0, 1)),
        ("C3", "seeds", (0, 1, 2), (0, 1, 1)),
        ("C8", "active_units", 1, 0),
        ("C9", "active_units", 8, 7),
        ("C9", "active_units", 0, 1),  # zero active units is C8's case
        ("C13", "trustworthiness_pca", 0.9, 0.899),
        ("C13", "trustworthiness_tsne", 0.9, 0.899),
    ],
)
def test_the_border_of_each_threshold(code, field, fine, fault):
    assert not has(code, mmd(1.0, **{field: fine}))
    assert has(code, mmd(1.0, **{field: fault}))
    if field != "seeds":
        assert has(code, mmd(1.0, **{field: (fine, fault, fine)}))  # one seed is enough


def test_few_seeds_are_not_told_of_a_variant_that_did_not_finish():
    assert not has("C3", mmd(1.0, seeds=(0,), status="failed"))


def test_inactive_dimensions_are_counted_against_the_latent_dimensions():
    assert not has("C9", mmd(1.0, active_units=4, latent_dim=4))
    assert has("C9", mmd(1.0, active_units=4, latent_dim=5))


def test_a_gradient_is_missed_only_where_there_is_a_penalty():
    assert not has("C7", none(gradient_ratio=0.0))
    assert has("C7", kl(gradient_ratio=0.0099))
    assert not has("C7", kl(gradient_ratio=0.01))


@pytest.mark.parametrize(("sigma", "weak"), [(0.1, True), (1.0, True), (2.83, False), (10.0, False), (20.0, True)])
@pytest.mark.parametrize("ratio", [0.0, 0.38, 14.0])
def test_a_kernel_is_judged_by_its_pull_at_the_prior_and_not_by_gradients_that_balance_at_the_end(sigma, weak, ratio):
    assert has("C7", mmd(sigma, gradient_ratio=ratio)) == weak


@pytest.mark.parametrize(("posterior", "points"), [(0.00801, False), (0.00799, True), (8.0, False)])
def test_a_posterior_of_less_than_a_thousandth_of_the_variance_is_a_point(posterior, points):
    assert has("C10", mmd(1.0, posterior_variance=posterior, total_variance=8.0)) == points


def test_codes_without_any_variance_have_no_points_to_tell_from_noise():
    assert not has("C10", mmd(1.0, posterior_variance=0.0, total_variance=0.0))


def test_variances_are_compared_within_a_seed():
    mixed = {"posterior_variance": (0.009, None, 9.0), "total_variance": (8.0, 8.0, 800.0)}
    assert not has("C10", mmd(1.0, **mixed))
    assert has("C10", mmd(1.0, **mixed | {"posterior_variance": (0.009, None, 0.5)}))


@pytest.mark.parametrize(("valid", "over"), [(0.3059, False), (0.3061, True), (0.25, False)])
def test_overfitting_is_a_gap_of_more_than_a_tenth_of_the_excess_over_the_entropy(valid, over):
    # Entropy 0.30 - 0.06 = 0.24, so the training BCE is 0.06 above it and the gap may be 0.006.
    curves = {"bce": [0.4, 0.3], "val_bce": [0.9, valid]}
    assert has("C11", mmd(1.0, history=curves, bce=0.30, bce_excess=0.06)) == over


def test_overfitting_of_a_gaussian_likelihood_is_a_gap_of_its_own_error_which_has_no_floor():
    bce = {"bce": [0.4, 0.3], "val_bce": [0.4, 0.3]}
    for valid, over in ((0.0109, False), (0.0111, True)):
        error = {"reconstruction": [0.02, 0.01], "val_reconstruction": [0.02, valid]}
        assert has("C11", mmd(1.0, history=bce | error, bce=0.30, bce_excess=0.06)) == over


@pytest.mark.parametrize("missing", ["bce", "val_bce", "bce_excess"])
def test_overfitting_needs_both_curves_and_the_entropy(missing):
    curves = {name: [0.1, 0.9] if name == "val_bce" else [0.1, 0.1] for name in {"bce", "val_bce"} - {missing}}
    excess = None if missing == "bce_excess" else 0.06
    assert not has("C11", mmd(1.0, history=curves, bce=0.30, bce_excess=excess))


@pytest.mark.parametrize("code", sorted(RULES.keys() - {"C3", "C7"}))
def test_a_variant_without_numbers_has_no_fault(code):
    assert not has(code, mmd(1.0))
    assert not has(code, entry("b", seeds=(), status="failed"))
    assert not has(code, mmd(1.0, **dict.fromkeys(("gradient_ratio", "active_units", "trustworthiness_pca"))))
