"""The search on the recorded sweep, without training: what it reaches, and what random settings and a grid reach.

The validation metrics carry the recorded numbers, and every test metric is NaN: reading one would show.
"""

import math

import numpy as np
import pytest
import recorded_sweep as sweep
from made_report import entry, none

from mmdvae.measures import live_range
from mmdvae.refinement import measured, search

TRAININGS, SIMULATIONS = 9, range(40)


def untested(variant, values):
    """A variant whose validation metrics are these by seed, and whose test metrics are NaN."""
    errors, distances = zip(*values.values(), strict=True)
    fields = {"alpha": variant.alpha, "sigma": variant.sigma, "seeds": tuple(values)}
    return entry(variant.name, **fields, valid_mse=errors, valid_sliced_w2=distances, mse=math.nan, sliced_w2=math.nan)


def refined(simulation, trainings=TRAININGS):
    """Settings in the order in which they are trained, with what they measured; each training has one of the seeds."""
    rng, known, trained = np.random.default_rng(simulation), [none(mse=math.nan, sliced_w2=math.nan, seeds=(0,))], {}
    while len(trained) < trainings:
        left = trainings - len(trained)
        step = search.next_trainings(measured.of(known), left, seeds=(0,), latent_dim=8, gaps=1)
        if step.settled or not step.trainings:
            break
        for one in step.trainings:
            setting = one.variant.alpha, one.variant.sigma
            assert setting not in trained
            trained[setting] = sweep.trained(*setting, int(rng.integers(3)))
            known.append(untested(one.variant, {0: trained[setting]}))
    return trained


def reached(trained):
    """The share of all that the front has: picked by one training each, valued by the mean of three."""
    return sweep.share_of_all(sweep.front(trained))


@pytest.fixture(scope="module")
def simulations():
    return [refined(one) for one in SIMULATIONS]


def test_nine_trainings_reach_what_the_full_sweep_reached(simulations):
    shares = [reached(trained) for trained in simulations]
    print(f"mean {np.mean(shares):.3f}, sd {np.std(shares):.3f}, worst {min(shares):.3f}")
    assert max(map(len, simulations)) <= TRAININGS
    assert np.mean(shares) >= 0.96
    assert min(shares) >= 0.93


def test_no_training_is_spent_on_a_dead_kernel(simulations):
    low, high = live_range.of_prior(8)
    for trained in simulations:
        assert all(low < sigma < high for _, sigma in trained)
        assert all(distance < sweep.FAR for _, distance in trained.values())


def test_random_settings_and_those_of_a_grid_reach_less_or_waste_more(simulations):
    def at_random(simulation, low, high):
        rng = np.random.default_rng(simulation)
        settings = [(rng.uniform(0.2, 0.9), math.exp(rng.uniform(math.log(low), math.log(high)))) for _ in range(9)]
        return {one: sweep.trained(*one, int(rng.integers(3))) for one in settings}

    def grid(simulation):
        rng = np.random.default_rng(simulation)
        return {(a, s): sweep.trained(a, s, int(rng.integers(3))) for a in sweep.ALPHAS for s in (2.83, 3.83, 5.66)}

    def told(name, found):
        shares = [reached(one) for one in found]
        far = np.mean([distance > sweep.FAR for one in found for _, distance in one.values()])
        print(f"{name}: mean {np.mean(shares):.3f}, sd {np.std(shares):.3f}, worst {min(shares):.3f}, far {far:.0%}")
        return np.mean(shares), far

    ours, _ = told("refined", simulations)
    everywhere, wasted = told("at random, sigma 1e-4 to 1e4", [at_random(one, 1e-4, 1e4) for one in SIMULATIONS])
    alive, some = told("at random, live sigma", [at_random(one, *live_range.of_prior(8)) for one in SIMULATIONS])
    by_grid, none_wasted = told("grid", [grid(one) for one in SIMULATIONS])
    assert ours > alive > everywhere
    assert wasted > some > 0 == none_wasted
    assert abs(ours - by_grid) < 0.03
