"""The contact sheet, its figure over sigma, and its tiles."""

import re
from dataclasses import replace

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant
from parsed_page import Parsed, words

from reports import looks, write
from reports.drawing import scales
from reports.sections.codes import frames
from reports.sections.sheet import columns, section, sigma_figure, thumbnails, tiles
from reports.sections.sheet.dots import ROOM, WIDTH, Axis
from reports.stored_arrays import StoredArrays

LIVE, DEAD = QUICK[3], QUICK[1]
GRID = [
    NONE,
    *(
        FakeVariant(alpha=alpha, sigma=sigma, spread=1.0 if alive else 9.0, state="live" if alive else "saturated")
        for alpha in (0.2, 0.6, 0.9)
        for sigma, alive in ((0.1, False), (2.83, True), (5.66, True))
    ),
    QUICK[5],
    FakeVariant(regularizer="none", kernel=None, alpha=0.0, normalised=True, spread=1.0),
]


def sheet_of(out, variants, **options):
    fake = fake_run.make(out, variants, **options)
    return fake.report, section.build(fake.report, StoredArrays(fake.run_dir, fake.store))


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    return sheet_of(tmp_path_factory.mktemp("sheet"), QUICK)


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return sheet_of(tmp_path_factory.mktemp("grid"), GRID, seeds=(0, 1, 2))


def test_a_column_stands_for_every_variant_in_the_order_of_the_page(six):
    report, sheet = six
    assert [column.look.id for column in sheet.columns.columns] == list(looks.of(report.variants))
    assert all(column.samples and column.reconstructions and column.codes for column in sheet.columns.columns)
    assert sheet.tiles is None


def test_its_numbers_are_the_means_of_the_report_beside_what_to_compare_them_with(six):
    report, sheet = six
    rows = {row.title: row for row in sheet.columns.rows}
    alive = next(one for one in report.variants if one.sigma == LIVE.sigma)
    cell = rows["Error"].cells[alive.name]
    assert cell.text == f"{1000 * alive.mean('mse'):.1f}"
    plain = report.variants[0].mean("mse")
    assert cell.note == f"+{100 * (alive.mean('mse') / plain - 1):.0f}\u00a0%"
    assert rows["Fréchet"].cells[alive.name].note == "○\u00a04.4"
    assert rows["Prior covered"].cells[alive.name].text == "63\u00a0%"


def test_a_metric_that_nobody_has_is_no_row_and_a_gap_is_no_cell(tmp_path):
    nothing = {"fid": None, "fid_fitted": None}
    _, sheet = sheet_of(tmp_path, [replace(NONE, metrics=nothing), replace(LIVE, metrics=nothing | {"mse": None})])
    rows = {row.title: row for row in sheet.columns.rows}
    assert "Fréchet" not in rows
    assert list(rows["Error"].cells) == ["none"]


def test_a_variant_that_failed_has_a_column_that_says_why(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(LIVE, status="failed"), QUICK[5]])
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    (column,) = page.all("article", data_variant=LIVE.name)
    assert "failed" in words(column)
    assert fake_run.ERRORS["failed"] in words(column)


@pytest.mark.parametrize(("log", "middle"), [(True, 10.0), (False, 50.5)])
def test_a_dot_lies_on_its_axis_in_proportion(log, middle):
    axis = Axis.around([1.0, 100.0], None, log=log)
    drawn = axis.draw(middle, "#123456")
    assert re.search(rf'cx="{WIDTH / 2:.1f}"', drawn)
    assert f'cx="{float(ROOM):.1f}"' in axis.draw(1.0, "#123456")
    assert f'cx="{float(WIDTH - ROOM):.1f}"' in axis.draw(100.0, "#123456")


def test_the_mark_lies_within_the_axis_even_beyond_all_values():
    axis = Axis.around([2.0, 3.0], 8.0, log=True)
    assert axis.scale == scales.Scale(low=2.0, high=8.0, log=True)
    assert Axis.around([], 8.0, log=True) is None
    assert Axis.around([5.0], None, log=False).scale.share(5.0) == 0.5
    assert not Axis.around([-1.0, 3.0], None, log=True).scale.log  # a logarithmic axis has no place for it


def test_the_figure_needs_three_sigmas(tmp_path):
    two = [NONE, LIVE, replace(LIVE, sigma=4.0)]
    assert sheet_of(tmp_path / "two", two)[1].figure is None
    assert sheet_of(tmp_path / "three", [*two, replace(LIVE, sigma=5.0)])[1].figure is not None


def test_every_sigma_has_its_own_column_whatever_its_size(grid):
    report, sheet = grid
    drawing = str(sheet.figure.drawing)
    titles = [float(x) for x in re.findall(r'<text x="([\d.]+)" y="15"', drawing)]
    assert len(titles) == 1 + 3 + 2  # no penalty, three sigmas, two variants without one
    gaps = {round(b - a, 1) for a, b in zip(titles, titles[1:], strict=False)}
    assert len(gaps) <= 2  # equal but for rounding
    assert {one.name for one in report.variants} == set(re.findall(r'data-variant="([^"]+)"', drawing))


def test_zones_are_named_in_the_figure(grid, tmp_path):
    drawing = str(grid[1].figure.drawing)
    assert "dead: too narrow" in drawing
    assert ">alive<" in drawing
    assert "known before training" in drawing
    mixed = [NONE, DEAD, replace(LIVE, sigma=1.0, spread=3.0), LIVE]
    assert ">half-way<" in str(sheet_of(tmp_path, mixed)[1].figure.drawing)


def test_lines_join_neighbours_of_one_alpha_and_no_dead_kernel(grid):
    drawing = str(grid[1].figure.drawing)
    joined = re.findall(r'<path d="(M[\d. ]+L[^"]+)" fill="none" stroke="(#\w+)"', drawing)
    assert len(joined) == 6  # three alphas in two panels
    assert all(path.count("L") == 1 for path, _ in joined)  # from 2.83 to 5.66
    assert {colour for _, colour in joined} == {looks.COLOURS[f"a{number}"] for number in range(3)}


def test_more_variants_than_columns_are_tiles_by_alpha_and_sigma(grid):
    _, sheet = grid
    assert sheet.columns is None
    assert [row.title.replace("\u00a0", " ") for row in sheet.tiles.rows] == ["α 0.2", "α 0.6", "α 0.9", "others"]
    assert [[tile.name.replace("\u00a0", " ") for tile in row.tiles] for row in sheet.tiles.rows] == [
        *[["σ 2.83", "σ 5.66"]] * 3,
        ["α 0.6, seven scales", "no penalty, normalised codes", "no penalty (as 3 dead kernels)"],
    ]


def test_very_many_tiles_are_those_nearest_to_the_prior_and_the_number_of_others_is_said(tmp_path):
    many = [NONE, *(replace(LIVE, sigma=2 + i / 10, spread=1 + i / 100) for i in range(40))]
    _, sheet = sheet_of(tmp_path, many, n=200)
    shown = [tile.look.id for row in sheet.tiles.rows for tile in row.tiles]
    assert len(shown) == tiles.MOST
    assert "mmd-a0.6-s2" in shown
    assert "mmd-a0.6-s5.9" not in shown
    assert "; 17 variants farther from it are left out" in sheet.tiles.title


def test_without_stored_arrays_the_numbers_stay(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4])
    for number in range(4):
        (fake.evaluation(number) / "views.npz").unlink()
    sheet = section.build(fake.report, StoredArrays(fake.run_dir, fake.store))
    assert all(column.samples is None for column in sheet.columns.columns)
    assert sheet.columns.rows[0].cells
    assert columns.MOST == 10


def test_it_says_how_many_settings_ended_in_which_state(six):
    assert six[1].title == "Side by side: 2 settings alive, 3 dead"
    assert sigma_figure.LEAST == 3


def test_codes_that_hardly_miss_the_prior_are_seen_at_its_scale(tmp_path):
    almost = replace(LIVE, sigma=4.0, spread=1.5, metrics={"sliced_w2": 0.5})  # half-way, but nothing like no penalty
    report, sheet = sheet_of(tmp_path, [NONE, LIVE, almost])
    far, near, third = (column.codes for column in sheet.columns.columns)
    fake = fake_run.make(tmp_path / "again", [NONE, LIVE, almost])
    clouds = [StoredArrays(fake.run_dir, fake.store).first(one) for one in report.variants]
    assert frames.reach([clouds[2].pca]) < thumbnails.CLOSE < frames.reach([clouds[0].pca])
    assert len({far.source, near.source, third.source}) == 3
    assert f"near the prior ±{frames.reach([one.pca for one in clouds[1:]]):.1f}" in sheet.columns.codes_reading
