"""The dispersion section: Pareto plot of two metrics, lines over sigma, ranges where a kernel is alive."""

import math
import re
from dataclasses import replace

import fake_run
import pytest
from fake_run import QUICK, FakeVariant
from parsed_page import Parsed, words

from mmdvae.record.result import FrontMember
from reports import metrics
from reports.drawing import scales
from reports.sections.dispersion import dispersion, pareto


def test_the_plot_has_a_dot_for_every_seed_at_its_place_on_logarithmic_axes(report):
    chart = Parsed(pareto.build(report).plot)
    drawn = [e.attributes for e in chart.all("path") if "a3.2" in e.attributes["d"]]
    assert len(drawn) == 6
    dots = [(float(x) + 3.2, each["fill"]) for each in drawn for x in re.findall(r"M([\d.]+) ", each["d"])]
    low, high = map(float, chart.elements[0].attributes["data-xlim"].split())
    expected = [run.metrics["mse"] for variant in report.variants for run in variant.runs]
    shares = [(x - 46) / (480 - 46 - 178) for x, _ in dots]
    assert [low * (high / low) ** share for share in shares] == pytest.approx(expected, rel=1e-4)
    filled = [fill != "none" for _, fill in dots]
    assert filled == [True] * 3 + [False] * 3 + [True] * 12  # the second variant is worse than the third in both


def test_a_logarithmic_axis_within_less_than_a_decade_has_ticks_all_the_same():
    assert [label for _, label in scales.logarithmic([0.0166, 0.0195]).ticks] == ["0.017", "0.018", "0.019"]
    assert [label for _, label in scales.logarithmic([0.03, 8.0]).ticks] == ["0.1", "1", "10"]


def test_the_plot_states_who_is_on_the_front_and_who_is_lowest(report):
    finding = Parsed(pareto.build(report).plot).elements[0].attributes["aria-label"]
    front = ", ".join(f"{member.name} ({member.seeds} of 3 seeds)" for member in report.advice.pareto.front)
    assert f"on the front: {front};" in finding
    assert QUICK[1].name not in front
    assert re.search(r"lowest MSE 0\.016\d\d by mmd-a0\.6-s0\.1, lowest Sliced W2 0\.0\d+ by imq-a0\.6\.", finding)


def test_a_seed_without_a_positive_number_is_no_dot_and_without_any_there_is_no_plot(tmp_path):
    holes = {"sliced_w2": (0.0, 0.5, 0.5), "mse": (0.1, None, 0.1)}
    report = fake_run.make(tmp_path, [replace(variant, metrics=holes) for variant in QUICK], seeds=(0, 1, 2)).report
    assert pareto.build(report).plot.count("a3.2") == 2 * 6  # a dot is drawn as two arcs
    assert pareto.build(replace(report, variants=[])) is None


def test_a_path_joins_the_sigmas_of_an_alpha_through_the_means_by_rising_sigma(report):
    report.variants.append(replace(report.variants[3], name="mmd-a0.2-s2.83", alpha=0.2))
    chart = Parsed(pareto.build(report).plot)
    (path,) = chart.all("g", data_alpha="0.6")  # an alpha with a single sigma has no path
    assert not chart.all("g", data_alpha="0.2")
    line = chart.elements[chart.elements.index(path) + 1].attributes["d"]
    got = [float(point.split(",")[0]) for point in line[1:].split("L")]
    low, high = map(float, chart.elements[0].attributes["data-xlim"].split())
    by_sigma = sorted((v for v in report.variants if v.sigma and v.alpha == 0.6), key=lambda v: v.sigma)
    share = [math.log(v.mean("mse") / low) / math.log(high / low) for v in by_sigma]
    assert got == pytest.approx([46 + s * (480 - 46 - 178) for s in share], abs=0.06)


def test_of_many_variants_only_the_front_the_lowest_and_those_without_a_sigma_are_named(report, tmp_path):
    assert pareto.build(report).unnamed == 0
    more = [FakeVariant(sigma=0.2 + i, spread=9.0, bce=0.2945, state="saturated") for i in range(6)]  # not on the front
    many = fake_run.make(tmp_path, [*QUICK, *more], seeds=(0, 1, 2)).report
    many.advice.pareto.front.append(FrontMember(name=more[0].name, seeds=1, of=3))  # in a minority of seeds
    built = pareto.build(many)
    named = {label.split(" (")[0] for label in map(words, Parsed(built.plot).all("text"))}
    front = {member.name for member in many.advice.pareto.front if member.seeds > 1}
    assert {variant.name for variant in many.variants} & named == front == {v.name for v in QUICK} - {QUICK[1].name}
    assert built.unnamed == 12 - 5
    dots = [e for e in Parsed(built.plot).all("g") if e.attributes.get("data-variant") in {v.name for v in more}]
    assert len(dots) == 6
    assert all("Sliced W2" in e.attributes["data-tips"] for e in dots)


def test_sigmas_at_which_a_kernel_pulls_weakly_or_not_at_all_are_shaded(report):
    for _, chart in dispersion_of(report).charts:
        left, right = map(float, Parsed(chart).elements[0].attributes["data-xlim"].split())
        (zones,) = [e.attributes["data-zones"] for e in Parsed(chart).all("path") if "data-zones" in e.attributes]
        assert list(map(float, zones.split())) == pytest.approx([left, *report.advice.sigma.strong, right], rel=1e-3)
    everywhere = replace(report.advice, sigma=replace(report.advice.sigma, strong=(1e-9, 1e9)))
    assert all("data-zones" not in chart for _, chart in dispersion_of(replace(report, advice=everywhere)).charts)


def test_a_line_is_dotted_over_more_than_a_decade_that_nobody_tried(report):
    _, chart = dispersion_of(report).charts[0]
    parsed = Parsed(chart)
    start = next(i for i, e in enumerate(parsed.elements) if e.attributes.get("data-alpha") == "0.6")
    band, line, gap = parsed.elements[start + 1 : start + 4]
    assert "data-gap" in gap.attributes
    sigmas = sorted(v.sigma for v in report.finished if v.sigma)
    assert sigmas == [1e-4, 0.1, 2.83, 1e4]  # more than a decade apart
    assert [line.attributes["d"].count("M"), line.attributes["d"].count("L")] == [4, 0]
    assert [gap.attributes["d"].count("M"), gap.attributes["d"].count("L")] == [3, 3]
    assert band.attributes["d"].count("z") == 4
    near = [replace(v, sigma=sigma) for v, sigma in zip(report.finished[1:5], (0.1, 1.0, 10.0, 100.0), strict=True)]
    (drawn,) = (chart for _, chart in dispersion_of(replace(report, variants=near)).charts[:1])
    assert "data-gap" not in drawn  # a decade does not exceed the limit


def test_points_of_a_chart_say_their_values(report):
    _, chart = dispersion_of(report).charts[0]
    (line,) = Parsed(chart).all("g", data_alpha="0.6")
    by_sigma = sorted((v for v in report.finished if v.sigma), key=lambda v: v.sigma)
    values = [metrics.of("total_variance").show(v.mean("total_variance")) for v in by_sigma]
    said = [tip.split(" ", 2)[2].split(" ±")[0] for tip in line.attributes["data-tips"].split("\n")]
    assert said == [f"α 0.6, σ {v.sigma:.12g}: {value}" for v, value in zip(by_sigma, values, strict=True)]


def dispersion_of(report):
    return dispersion.build(report, EmptyStore())


class EmptyStore:
    def first(self, variant):
        return None
