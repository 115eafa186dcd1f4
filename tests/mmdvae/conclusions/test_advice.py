"""The advice on which sigma and which variants to choose."""

import math
from dataclasses import asdict

import numpy as np
import pytest
from made_report import entry, mmd, none

from mmdvae.conclusions import advice
from mmdvae.record.result import FrontMember


def brute_force(points):
    """Names on the Pareto front of {name: (error, distance)}: none is at least as good in both and better in one."""
    front = set()
    for name, (error, distance) in points.items():
        better = [
            other for other, (e, d) in points.items() if (e < error and d <= distance) or (e <= error and d < distance)
        ]
        front |= set() if better else {name}
    return front


@pytest.mark.parametrize("number", range(20))
def test_the_front_is_that_of_brute_force_seed_by_seed(number):
    rng = np.random.default_rng(number)
    grid = rng.integers(1, 6, size=(9, 2, 4)) / 10  # coarse, to produce ties
    rows = [entry(f"v{i}", mse=tuple(mse.tolist()), sliced_w2=tuple(w2.tolist())) for i, (mse, w2) in enumerate(grid)]
    fronts = [brute_force({f"v{i}": tuple(grid[i, :, seed]) for i in range(9)}) for seed in range(4)]
    counts = {f"v{i}": sum(f"v{i}" in front for front in fronts) for i in range(9)}
    found = advice.front(rows)
    assert {row.name: row.seeds for row in found} == {name: count for name, count in counts.items() if count}
    assert {row.of for row in found} == {4}
    assert [row.seeds for row in found] == sorted(counts.values(), reverse=True)[: len(found)]


def test_equal_variants_are_both_on_the_front_and_one_without_numbers_is_not():
    rows = [mmd(1.0, mse=0.1, sliced_w2=1.0), mmd(2.0, mse=0.1, sliced_w2=1.0), mmd(3.0, mse=0.1, sliced_w2=1.1)]
    found = advice.front([*rows, mmd(4.0, mse=0.01, sliced_w2=None)])
    assert found == [
        FrontMember(name="mmd-a0.6-s1", seeds=3, of=3),
        FrontMember(name="mmd-a0.6-s2", seeds=3, of=3),
    ]
    assert advice.front([]) == []


def test_a_variant_is_compared_with_each_seed_that_it_has():
    rows = [
        mmd(1.0, seeds=(0, 1), mse=0.1, sliced_w2=1.0),
        mmd(2.0, seeds=(1, 2), mse=0.2, sliced_w2=2.0),
    ]
    assert advice.front(rows) == [
        FrontMember(name="mmd-a0.6-s1", seeds=2, of=3),
        FrontMember(name="mmd-a0.6-s2", seeds=1, of=3),
    ]


def test_published_choices_in_our_units():
    # from docs/decisions/bandwidth.md, for eight dimensions
    assert [round(row.sigma, 2) for row in advice.heuristics(8)] == [2.83, 3.83, 5.42, 5.66]
    assert [row.sigma for row in advice.heuristics(2)][0::3] == pytest.approx([math.sqrt(2), math.sqrt(2)])


def test_advice_is_of_finished_variants_and_means_over_seeds():
    rows = [
        none(mse=0.1, sliced_w2=5.0, live_sigma_low=(1.0, 2.0, 6.0), live_sigma_high=(30.0, 40.0, 50.0)),
        mmd(1.0, status="diverged", mse=0.0, sliced_w2=0.0, live_sigma_low=1.0, live_sigma_high=2.0),
        mmd(2.0, mse=0.2, sliced_w2=1.0, live_sigma_low=1.0),
    ]
    found = asdict(advice.of(8, rows))
    assert found["latent_dim"] == 8
    assert found["sigma"]["codes"] == [{"name": "none", "low": pytest.approx(3.0), "high": pytest.approx(40.0)}]
    assert found["sigma"]["prior"] == pytest.approx([0.770, 39.28], abs=0.005)
    assert found["sigma"]["strong"] == pytest.approx([1.029, 13.12], abs=0.005)
    assert (found["pareto"]["x"], found["pareto"]["y"]) == ("mse", "sliced_w2")
    assert [row["name"] for row in found["pareto"]["front"]] == ["none", "mmd-a0.6-s2"]
