"""Squared errors per image and per class."""

from dataclasses import replace

import fake_run
import numpy as np
import pytest
from fake_run import CLASSES, QUICK
from matplotlib.colors import to_rgb

from reports.sections.images import class_errors, images
from reports.text import fixed


def test_squared_errors_are_those_of_the_definition():
    originals, decoded = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 28, 28), np.uint8)
    decoded[0, 0, :2] = 255, 51  # 1 and 0.2
    assert images.squared_errors(originals, decoded)[0] == pytest.approx((1 + 0.04) / 784)


def test_errors_by_class_are_those_of_the_report_times_a_thousand(report):
    table = class_errors.build(report, CLASSES)
    assert table.classes == list(CLASSES)
    pca = [f"PCA-{k}" for k in (2, 4, 8, 16)]
    assert [row.name for row in table.rows] == [*(variant.name for variant in QUICK), "mean image", *pca]
    for variant, row in zip(report.variants, table.rows, strict=False):
        expected = [fixed(1000 * variant.mean(f"mse_class_{label}"), 1) for label in range(10)]
        assert [cell.text for cell in row.cells] == expected
    assert table.rows[len(QUICK)].cells[9].text == "130.1"  # 1000 * 0.0867 * 1.5
    assert table.finding == (
        "Ankle boot has the largest error in 6 of 6 variants, T-shirt/top the smallest in 6 of 6 variants."
    )


def test_the_larger_the_error_the_darker_and_no_baseline_stretches_the_scale(report):
    rows = [[sum(to_rgb(cell.background)) for cell in row.cells] for row in class_errors.build(report, CLASSES).rows]
    variants, mean_image = rows[: len(QUICK)], rows[len(QUICK)]
    assert variants[0] == sorted(variants[0], reverse=True)
    lightest, darkest = max(map(max, variants)), min(map(min, variants))
    assert lightest - darkest > 1.5  # the variants without the baselines use the whole colour range
    assert mean_image[9] == darkest


def test_classes_without_names_have_their_numbers_and_without_numbers_there_is_no_table(tmp_path):
    two = {f"mse_class_{label}": None for label in (0, 1, 2, 4, 5, 6, 8, 9)}
    some, none = (
        fake_run.make(tmp_path / name, [replace(QUICK[0], metrics=metrics)], baselines=False).report
        for name, metrics in (("some", two), ("none", two | {"mse_class_3": None, "mse_class_7": None}))
    )
    assert class_errors.build(some, []).classes == ["class 3", "class 7"]
    assert class_errors.build(none, []) is None


def test_a_class_that_one_variant_lacks_is_a_gap_and_no_zero(tmp_path):
    lacking = replace(QUICK[1], metrics={"mse_class_4": None})
    cell = class_errors.build(fake_run.make(tmp_path, [QUICK[0], lacking]).report, CLASSES).rows[1].cells[4]
    assert (cell.text, cell.background) == ("–", "")
