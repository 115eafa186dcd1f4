"""What the folded parts say of variants with normalised codes: shown by themselves, and never as the reference."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant
from parsed_page import Parsed

from reports.sections.doubt import curves
from reports.sections.more import class_errors, kernel
from reports.stored_arrays import StoredArrays

LIVE = QUICK[3]
FIXED = [replace(NONE, normalised=True, spread=1.0), replace(LIVE, normalised=True, spread=1.0)]


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    variants: list[FakeVariant] = [*FIXED, NONE, LIVE]
    return fake_run.make(tmp_path_factory.mktemp("fixed"), variants)


def test_they_have_curves_of_their_own_and_are_no_yardstick(fake):
    chart = Parsed(curves.build(fake.report).error)
    drawn = {e.attributes.get("data-variant") for e in chart.all("g") if "data-series" in e.attributes}
    assert {"none-bn", "mmd-a0.6-s2.83-bn"} <= drawn


def test_no_difference_is_taken_from_them(fake):
    table = class_errors.build(fake.report, StoredArrays(fake.run_dir, fake.store))
    assert [row.variant for row in table.rows] == ["none", "mmd-a0.6-s2.83", "none-bn", "mmd-a0.6-s2.83-bn"]


def test_the_kernel_table_has_those_with_a_penalty(fake):
    titles = [row.look.title for row in kernel.build(fake.report).rows]
    assert titles == ["α\u00a00.6, σ\u00a02.83", "α\u00a00.6, σ\u00a02.83, normalised codes"]
