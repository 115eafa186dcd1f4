"""Squared error by class, as a difference from no penalty."""

from dataclasses import replace

import fake_run
import pytest
from fake_run import CLASSES, NONE, QUICK
from matplotlib.colors import to_rgb
from parsed_page import of, section

from reports.sections.more import class_errors
from reports.stored_arrays import StoredArrays
from reports.text import fixed

TOUCHED = ["mmd-a0.6-s2.83", "imq-a0.6"]


def built(fake, report=None):
    return class_errors.build(report or fake.report, StoredArrays(fake.run_dir, fake.store))


def with_errors(variant, *errors):
    """A variant with these errors of the first classes, and none of the others."""
    numbers = {f"mse_class_{label}": errors[label] if label < len(errors) else None for label in range(10)}
    return replace(variant, metrics=numbers)


def test_no_penalty_has_its_errors_and_the_touched_ones_their_differences(fake, report):
    table = built(fake, report)
    assert table.classes == list(CLASSES)
    assert [row.variant for row in table.rows] == ["none", "", *TOUCHED]
    base = [report.variants[0].mean(f"mse_class_{label}") for label in range(10)]
    assert [cell.text for cell in table.rows[0].cells] == [fixed(1000 * value, 1) for value in base]
    for row in table.rows[2:]:
        (variant,) = [one for one in report.variants if one.name == row.variant]
        shares = [variant.mean(f"mse_class_{label}") / value - 1 for label, value in enumerate(base)]
        assert [cell.text for cell in row.cells] == [f"+{fixed(100 * share, 0)}\u00a0%" for share in shares]


@pytest.mark.parametrize(
    ("error", "shown"), [(0.0128, "+28\u00a0%"), (0.0097, "−3\u00a0%"), (0.01001, "0\u00a0%"), (0.00999, "0\u00a0%")]
)
def test_a_difference_has_its_sign_and_zero_has_none(tmp_path, error, shown):
    fake = fake_run.make(tmp_path, [with_errors(NONE, 0.01, 0.01), with_errors(QUICK[3], error, 0.02)])
    assert built(fake).rows[1].cells[0].text == shown


def test_what_no_penalty_touched_is_one_row_with_its_range(tmp_path):
    variants = [with_errors(NONE, 0.01, 0.01), with_errors(QUICK[1], 0.0099, 0.01), with_errors(QUICK[2], 0.0102, 0.01)]
    table = built(fake_run.make(tmp_path, [*variants, with_errors(QUICK[3], 0.02, 0.01)]))
    assert (table.rows[1].title, [cell.text for cell in table.rows[1].cells]) == (
        "untouched (2)",
        ["−1 to +2\u00a0%", "0\u00a0%"],
    )
    assert table.finding == "The largest change: T-shirt/top +100\u00a0% with α\u00a00.6, σ\u00a02.83."


def test_the_colours_say_less_and_more_and_no_reference_has_one(tmp_path):
    table = built(
        fake_run.make(tmp_path, [with_errors(NONE, 0.01, 0.01, 0.01), with_errors(QUICK[3], 0.005, 0.01, 0.02)])
    )
    less, same, more = (to_rgb(cell.background) for cell in table.rows[1].cells)
    assert less[2] > less[0]  # blue
    assert more[0] > more[2]  # orange
    assert sum(same) > max(sum(less), sum(more))
    assert {cell.background for cell in table.rows[0].cells} == {""}


def test_with_one_class_or_no_plain_autoencoder_there_is_no_table(tmp_path):
    one = fake_run.make(tmp_path / "a", [with_errors(NONE, 0.01), with_errors(QUICK[3], 0.02)])
    assert built(one) is None
    assert "Error by class" not in section(of(one), "more")
    assert built(fake_run.make(tmp_path / "b", QUICK[3:])) is None


def test_a_class_that_a_variant_lacks_is_a_gap_and_no_zero(tmp_path):
    fake = fake_run.make(tmp_path, [with_errors(NONE, 0.01, 0.01), with_errors(QUICK[3], 0.02)])
    cell = built(fake).rows[1].cells[1]
    assert (cell.text, cell.background) == ("–", "")


def test_of_more_than_twenty_classes_the_worst_are_shown_in_their_order(tmp_path):
    base = {f"mse_class_{label}": 0.01 for label in range(25)}
    worse = {f"mse_class_{label}": 0.01 * (1 + (7 * label % 25) / 100) for label in range(25)}
    variants = [replace(NONE, metrics=base), replace(QUICK[3], metrics=worse)]
    table = built(fake_run.make(tmp_path, variants, classes=[str(label) for label in range(25)]))
    worst = sorted(sorted(range(25), key=lambda label: -(7 * label % 25))[:20])
    assert table.classes == [str(label) for label in worst]
    assert {len(row.cells) for row in table.rows} == {20}
    assert table.finding.endswith("Of 25 classes these are the 20 that got worse the most.")


def test_classes_without_names_have_their_numbers(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4], classes=CLASSES[:2])
    assert built(fake).classes == [*CLASSES[:2], *(f"class {label}" for label in range(2, 10))]
