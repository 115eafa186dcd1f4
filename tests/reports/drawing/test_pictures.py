"""Colours: classes are distinguishable by colour-blind readers, lines stand out from white."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert
from matplotlib import color_sequences
from matplotlib.colors import to_hex, to_rgb

from reports import looks
from reports.drawing import palette, pictures, svg
from reports.sections.doubt import interval_bar


def least_distance(colours, deficiency):
    """The smallest CAM02-UCS distance between two colours as seen with a colour vision deficiency."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    if deficiency:
        seen = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
        rgb = np.clip(cspace_convert(rgb, seen, "sRGB1"), 0, 1)
    points = cspace_convert(rgb, "sRGB1", "CAM02-UCS")
    return min(np.linalg.norm(a - b) for a, b in combinations(points, 2))


@pytest.mark.parametrize("deficiency", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
def test_any_two_classes_are_told_apart(deficiency):
    assert least_distance(palette.CLASS_COLOURS, deficiency) >= 14


@pytest.mark.parametrize("deficiency", [None, "deuteranomaly", "protanomaly", "tritanomaly"])
def test_any_two_ranges_of_errors_are_told_apart_and_a_larger_one_is_darker(deficiency):
    assert least_distance(palette.ERROR_COLOURS, deficiency) >= 12
    lightness = cspace_convert([to_rgb(colour) for colour in palette.ERROR_COLOURS], "sRGB1", "CAM02-UCS")[:, 0]
    assert (np.diff(lightness) < -10).all()


@pytest.mark.parametrize("colour", [*looks.COLOURS.values(), *interval_bar.COLOURS.values(), svg.MUTED, svg.INK])
def test_words_and_lines_stand_out_from_white(colour):
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize("share", np.linspace(-1.2, 1.2, 25))
def test_numbers_on_coloured_cells_can_be_read(share):
    assert contrast(*pictures.diverging(share)) >= 7


def contrast(one: str, other: str) -> float:
    def luminance(colour):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_classes_wear_the_palette_that_colour_blind_readers_can_tell_apart():
    assert list(palette.CLASS_COLOURS) == [to_hex(colour) for colour in color_sequences["petroff10"]]
