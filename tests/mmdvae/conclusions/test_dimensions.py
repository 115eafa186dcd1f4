"""Several numbers of latent dimensions in one report: each is judged as if it were alone, and none is the winner."""

import math
from dataclasses import replace

import numpy as np
from made_report import kl, mmd, none, run

from mmdvae import results
from mmdvae.conclusions import across_dimensions, checks, verdicts
from mmdvae.record import report_json

STATES = ("refuted", "inconclusive", "supported", "not_run")


def rows(dim, distance, *, seed=0, **fields):
    """The plain autoencoder, two strong kernels at `distance` times its own from the prior, and KL."""
    rng, end = np.random.default_rng(seed), "" if dim == 8 else f"-d{dim}"

    def noisy(value):
        return tuple((value * np.exp(0.01 * rng.normal(size=3))).tolist())

    made = [none(sliced_w2=noisy(1.0), mse=noisy(0.01)), kl(sliced_w2=noisy(0.2), mse=noisy(0.02))]
    made += [
        mmd(float(f"{k * math.sqrt(dim):.3g}"), sliced_w2=noisy(distance), mse=noisy(0.02), **fields)
        for k in (1.0, 1.3)
    ]
    return [replace(one, name=one.name + end, latent_dim=dim) for one in made]


def judged(*variants):
    dims = {one.latent_dim for one in variants}
    return results.judged(run(latent_dim=dims.pop() if len(dims) == 1 else None), list(variants), [])


NEAR, FAR = rows(2, 0.1, seed=1), rows(32, 3.0, seed=2, total_variance=48.0)


def test_each_number_of_dimensions_is_judged_as_if_it_were_alone_whatever_the_order():
    """Also the measure of scatter is its own: a pool over both would change every interval."""
    both = judged(*(one for pair in zip(FAR, NEAR, strict=True) for one in pair))
    for dim, alone in ((2, judged(*NEAR)), (32, judged(*FAR))):
        own = {one.code: one for one in both.verdicts if one.latent_dim == dim}
        assert own == {one.code: replace(one, latent_dim=dim) for one in alone.verdicts}
        assert [one.differences for one in both.variants if one.latent_dim == dim] == [
            one.differences for one in alone.variants
        ]
        assert [one for one in both.advices if one.latent_dim == dim] == alone.advices
    assert both.latent_dims == [2, 32]


def test_verdicts_on_one_claim_stand_together_and_the_one_against_it_is_first():
    found = verdicts.all_of([*NEAR, *FAR])
    codes = [one.code for one in found]
    assert codes == [one.code for one in verdicts.all_of(NEAR) for _ in range(2)]
    assert [(one.latent_dim, one.state) for one in found if one.code == "V4"] == [(32, "refuted"), (2, "supported")]
    order = [STATES.index(one.state) for one in found]
    assert all(a <= b for a, b, same in zip(order[::2], order[1::2], codes[::2], strict=True) if same)
    assert {one.latent_dim for one in verdicts.all_of(NEAR)} == {None}


def test_inactive_dimensions_are_counted_by_each_variants_own():
    variants = [mmd(1.41, active_units=2, latent_dim=2), replace(mmd(5.66, active_units=2, latent_dim=32), name="wide")]
    (found,) = (one for one in checks.run_all(run(latent_dim=None), variants, []) if one.code == "C9")
    assert (found.state, found.variants) == ("tip", ["wide"])


def test_a_report_with_several_is_read_as_it_was_written(tmp_path):
    both = judged(*NEAR, *FAR)
    report_json.write(both, tmp_path)
    assert report_json.load(tmp_path) == both


def test_a_width_in_latent_units_dies_with_more_dimensions_and_one_in_roots_of_them_does_not():
    """Alive at N(0, I): from 0.77 in eight dimensions, from 3.18 in 64."""
    variants = [
        replace(mmd(sigma), name=f"{sigma}-d{dim}", latent_dim=dim) for dim, sigma in ((8, 2.83), (64, 8.0), (64, 2.83))
    ]
    found = across_dimensions.widths([*variants, none()])
    narrow, wide = found.latent
    assert (narrow.value, narrow.states) == (2.83, {8: "strong", 64: "saturated"})
    assert (wide.value, wide.names) == (8.0, {8: [], 64: ["8.0-d64"]})
    low, one = found.roots
    assert (low.value, low.states) == (0.35, {8: "weak", 64: "saturated"})
    assert (one.value, one.states) == (1.0, {8: "strong", 64: "strong"})
    assert one.names == {8: ["2.83-d8"], 64: ["8.0-d64"]}
    assert across_dimensions.widths([mmd(2.83)]) is None
