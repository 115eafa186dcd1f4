"""The first sentences of a page."""

import fake_run
from fake_run import QUICK, FakeVariant

from reports import header, inputs


def lead(out, variants):
    fake = fake_run.make(out, variants)
    return header.build(inputs.load(fake.run_dir), problems=[], failures=[]).lead


def test_a_few_kernels_are_named_with_their_state_and_variance(tmp_path):
    acted, without, *_ = lead(tmp_path, QUICK)
    assert acted.startswith("Kernels that acted: mmd-a0.6-s2.83 (live, total variance ")
    assert without.startswith("Kernels without effect: mmd-a0.6-s0.0001 (saturated, total variance ")
    assert "mmd-a0.6-s10000 (flat, total variance " in without


def test_many_kernels_are_counted_with_the_range_of_their_variance(tmp_path):
    many = [FakeVariant(name=f"live-{n}", sigma=1.0 + n, spread=1.0 + n) for n in range(header.NAMED + 1)]
    acted = lead(tmp_path, [*QUICK[:2], *many])[0]
    run = inputs.load(next(tmp_path.glob("*/report.json")).parent)
    values = sorted(variant.mean("total_variance") for variant in run.finished if variant.name.startswith("live-"))
    assert acted == f"Kernels that acted: 7 variants, total variance {values[0]:.2f} to {values[-1]:.0f}."
