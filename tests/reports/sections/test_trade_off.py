"""Error against distance from the prior, for runs with several α."""

import itertools
from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant
from parsed_page import Parsed, of, section, words

from reports import looks
from reports.sections.more import trade_off

ALIVE = QUICK[3]
GRID = [
    NONE,
    *QUICK[1:3],
    *(
        replace(ALIVE, alpha=alpha, sigma=sigma, spread=1.02 + 0.01 * place, bce=0.297 + 0.002 * place)
        for place, (alpha, sigma) in enumerate(itertools.product((0.2, 0.6, 0.9), (2.83, 5.66)))
    ),
    FakeVariant(sigma=1.0, spread=3.0, bce=0.294),
]


@pytest.fixture
def grid(tmp_path):
    return fake_run.make(tmp_path, GRID)


def test_each_touched_variant_has_a_dot_at_its_place_in_its_colour_with_its_label(grid):
    plot = Parsed(trade_off.build(grid.report).plot)
    shown = looks.of(grid.report.variants)
    for variant in grid.report.variants[3:9]:
        (group,) = plot.all("g", data_variant=variant.name)
        dot, label = plot.elements[plot.elements.index(group) + 1 :][:2]
        assert dot.attributes["fill"] == shown[variant.name].colour
        assert words(label) == f"α .{f'{variant.alpha}'[2:]} σ {variant.sigma}"
        assert f"MSE {1000 * variant.mean('mse'):.2f}," in group.attributes["data-tips"]
    dots = plot.all("circle")
    across = [float(dot.attributes["cx"]) for dot in dots]
    errors = [
        variant.mean("mse") for variant in sorted(grid.report.variants[3:9], key=lambda one: shown[one.name].place)
    ]
    steps = [
        (b - a) / (d - c) for (a, b), (c, d) in zip(itertools.pairwise(across), itertools.pairwise(errors), strict=True)
    ]
    ticks = [words(text) for text in plot.all("text") if text.attributes.get("text-anchor") == "middle"]
    assert "18" in ticks  # in thousandths, as the title says
    assert "MSE, per pixel × 1000" in ticks
    assert steps == pytest.approx([steps[0]] * len(steps), rel=0.02)  # a linear axis


def test_what_no_penalty_touched_is_one_grey_area_and_half_way_may_leave_the_frame(grid):
    built = trade_off.build(grid.report)
    plot = Parsed(built.plot)
    (grey,) = [e for e in plot.all("rect") if e.attributes.get("rx")]
    assert grey.attributes["fill"] == looks.COLOURS["none"]
    assert not [v.name for v in grid.report.variants[:3] if plot.all("g", data_variant=v.name)]
    assert [words(e) for e in plot.all("text") if "untouched (3)" in words(e)]
    assert [one.partition(" (")[0] for one in built.outside] == ["α\u00a00.6, σ\u00a01"]
    assert "Beyond the frame: α 0.6, σ 1" in section(of(grid), "trade-off")


def test_labels_do_not_cover_each_other(grid):
    plot = Parsed(trade_off.build(grid.report).plot)
    boxes = []
    for group in plot.all("g"):
        label = plot.elements[plot.elements.index(group) + 2]
        left, base = float(label.attributes["x"]), float(label.attributes["y"])
        boxes.append((left, base - 9, left + trade_off.LETTER * len(words(label)), base))
    assert all(trade_off._shared(one, other) == 0 for one, other in itertools.combinations(boxes, 2))


def test_one_alpha_or_nothing_alive_makes_no_plot(tmp_path, report):
    assert trade_off.build(report) is None
    far = [NONE, *(FakeVariant(alpha=alpha, sigma=1.0, spread=3.0) for alpha in (0.2, 0.9))]
    assert trade_off.build(fake_run.make(tmp_path / "a", far).report) is None
    lost = [replace(variant, metrics={"mse": None}) for variant in GRID]
    assert trade_off.build(fake_run.make(tmp_path / "b", lost).report) is None


def test_without_an_untouched_variant_there_is_no_grey_area(tmp_path):
    plot = Parsed(trade_off.build(fake_run.make(tmp_path, GRID[3:]).report).plot)
    assert not [e for e in plot.all("rect") if e.attributes.get("rx")]
