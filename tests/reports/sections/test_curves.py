"""Learning curves: one validation chart with all variants, one of the penalties."""

import re
from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK
from parsed_page import Parsed, of, section, words

from reports import looks
from reports.sections.doubt import curves

TOUCHED = ["mmd-a0.6-s2.83", "imq-a0.6"]
SERIES = {"val_bce": "error", "val_penalty": "penalty"}


def values(element):
    return [float(value) for value in element.attributes["data-values"].split()]


def test_the_validation_curves_are_those_of_the_report(tmp_path):
    report = fake_run.make(tmp_path).report
    built = curves.build(report)
    for series, field in SERIES.items():
        chart = Parsed(getattr(built, field))
        drawn = [e for e in chart.all("g") if "data-variant" in e.attributes]
        assert [e.attributes["data-variant"] for e in drawn] == TOUCHED
        for element in drawn:
            (variant,) = [one for one in report.variants if one.name == element.attributes["data-variant"]]
            assert element.attributes["data-series"] == series
            assert values(element) == variant.runs[0].history[series]


def test_lines_are_means_over_seeds_with_the_range_of_few_lines_around_them(report):
    built = curves.build(report)
    (line,) = Parsed(built.error).all("g", data_variant=TOUCHED[0])
    runs = [run.history["val_bce"] for run in report.variants[3].runs]
    assert values(line) == [pytest.approx(sum(column) / 3) for column in zip(*runs, strict=True)]
    assert built.banded
    assert 'fill-opacity="0.16"' in built.error


def test_what_no_penalty_touched_is_one_grey_line_with_its_range(report):
    chart = Parsed(curves.build(report).error)
    (grey,) = [e for e in chart.all("g") if "data-variant" not in e.attributes and "data-values" in e.attributes]
    untouched = [one for one in report.variants if one.name not in TOUCHED]
    runs = [run.history["val_bce"] for one in untouched for run in one.runs]
    assert values(grey) == [pytest.approx(sum(column) / len(runs)) for column in zip(*runs, strict=True)]
    assert "untouched (4)" in [words(text) for text in chart.all("text")]
    assert chart.all("polygon")


def test_a_line_has_the_colour_and_the_name_of_its_variant(report):
    built = curves.build(report)
    for chart in map(Parsed, (built.error, built.penalty)):
        for name in TOUCHED:
            look = looks.of(report.variants)[name]
            group = chart.elements.index(chart.all("g", data_variant=name)[0])
            path = next(e for e in chart.elements[group:] if e.tag == "path" and e.attributes.get("fill") == "none")
            assert path.attributes["stroke"] == look.colour
            assert look.title in [text.text[0] for text in chart.all("text", data_variant=name)]


def test_lines_of_one_colour_differ_by_their_dashes(tmp_path):
    many = [NONE, *(replace(QUICK[3], sigma=sigma) for sigma in (2.0, 3.0, 4.0))]
    chart = Parsed(curves.build(fake_run.make(tmp_path, many).report).error)
    solid = [
        e.attributes.get("stroke-dasharray", "") for e in chart.all("path") if e.attributes.get("stroke-width") == "1.8"
    ]
    assert len(set(solid[:3])) == 3


def test_equal_bce_gives_equal_curves_whatever_alpha_makes_of_the_loss(tmp_path):
    report = fake_run.make(tmp_path, [replace(QUICK[3], alpha=alpha) for alpha in (0.2, 0.9)]).report
    first, second = (variant.runs[0].history for variant in report.variants)
    second["val_bce"] = first["val_bce"]
    assert first["loss"] != second["loss"]
    chart = Parsed(curves.build(report).error)
    lines = [e.attributes["d"] for e in chart.all("path") if e.attributes.get("stroke-linejoin")]
    assert lines[0] == lines[1]


def test_a_penalty_is_drawn_as_a_share_of_its_first_value(report):
    chart = Parsed(curves.build(report).penalty)
    low, high = map(float, chart.elements[0].attributes["data-ylim"].split())
    (line,) = chart.all("g", data_variant=TOUCHED[0])
    path = chart.elements[chart.elements.index(line) + 1].attributes["d"]
    heights = [float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", path)]
    frame = chart.all("svg")[1].attributes
    top, height = float(frame["y"]), float(frame["height"])
    shares = [low + (high - low) * (1 - (y - top) / height) for y in heights]
    assert shares == pytest.approx([value / values(line)[0] for value in values(line)], abs=0.01)


@pytest.mark.parametrize("first", [0.0, -0.01, None])
def test_a_penalty_without_a_first_value_above_zero_has_no_share(tmp_path, first):
    report = fake_run.make(tmp_path, [NONE, QUICK[3]]).report
    for series in ("penalty", "val_penalty"):
        report.variants[1].runs[0].history[series][0] = first
    assert curves.build(report).penalty is None


@pytest.mark.parametrize(("epochs", "folded"), [(1, True), (3, True), (4, False), (12, False)])
def test_few_epochs_are_folded(tmp_path, epochs, folded):
    fake = fake_run.make(tmp_path, epochs=epochs)
    page = of(fake)
    assert curves.build(fake.report).folded == folded
    assert (f"only {epochs} epoch" in section(page, "doubt")) == folded
    assert bool(page.all("details", **{"class": "curves"})) == folded


def test_a_long_run_may_leave_its_first_epoch_out_of_the_frame(tmp_path):
    report = fake_run.make(tmp_path, epochs=12).report
    for variant in report.variants:
        variant.runs[0].history["val_bce"][0] = 5.0
    _, high = map(float, Parsed(curves.build(report).error).elements[0].attributes["data-ylim"].split())
    assert high < 1


def test_a_run_without_histories_has_no_charts_and_one_without_some_names_them(tmp_path):
    failed = [replace(one, status="failed") for one in QUICK]
    assert curves.build(fake_run.make(tmp_path / "a", failed).report) is None
    some = curves.build(fake_run.make(tmp_path / "b", [NONE, failed[3], QUICK[5]]).report)
    assert some.without == ["α\u00a00.6, σ\u00a02.83"]


def test_only_the_notebook_recipe_is_warned_about_its_validation(tmp_path):
    plain = fake_run.make(tmp_path / "a", QUICK[:1])
    assert "training mode" not in section(of(plain), "doubt")
    fake = fake_run.make(tmp_path / "b", QUICK[:1], recipe="notebook")
    assert "training mode" in section(of(fake), "doubt")
    settings = fake.report.run.recipe_settings
    fake.save_run(recipe="mine")  # whatever it is called
    assert "training mode" in section(of(fake), "doubt")
    fake.save_run(recipe="notebook", recipe_settings=settings | {"training_flag": True})
    assert "training mode" not in section(of(fake), "doubt")
