"""The sections of a run with 2, 8 and 32 latent dimensions: each speaks of every one, and compares within it."""

import copy
import shlex
from dataclasses import replace

import fake_run
import pytest
from fake_run import DIMS, NONE, FakeVariant
from parsed_page import Parsed, section, summary_row, words

from mmdvae.conclusions.claims import CLAIMS
from mmdvae.variants import named
from reports import facets, roots, table
from reports.metrics import METRICS
from reports.sections.answer import boxes_of_each, headline, next_step
from reports.sections.dims import section as lives
from reports.sections.doubt import verdicts
from reports.sections.numbers import section as numbers
from reports.sections.numbers import summary
from reports.sections.sheet import sigma_figure

AT = ("d = 2", "d = 8", "d = 32")
COMMAND = "mmdvae compare quick --latent-dim 2 --latent-dim 8 --latent-dim 32"


@pytest.fixture
def report(dims):
    return copy.deepcopy(dims.report)


@pytest.fixture(scope="module")
def page(dims):
    return Parsed((dims.run_dir / "report.html").read_text())


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_part_is_what_a_run_of_its_latent_dimensions_alone_would_be(report):
    for part, d in zip(facets.of(report), (2, 8, 32), strict=True):
        assert (part.run.latent_dim, part.advice.latent_dim, part.latent_dims) == (d, d, [d])
        assert {one.latent_dim for one in part.variants} == {one.latent_dim for one in part.verdicts} == {d}
        assert {f"PCA-{d}", "prior draws", "mean image"} <= {one.name for one in part.baselines}
        assert facets.of(part) == [part]


def test_widths_are_told_in_units_of_the_root_with_as_many_digits_as_tell_them_apart():
    sigmas = [(2, 1.41), (8, 2.83), (32, 5.66), (8, 2.9), (8, 0.283), (32, 7.99)]
    variants = [FakeVariant(sigma=sigma, latent_dim=d).variant for d, sigma in sigmas]
    found = roots.widths(variants)
    assert {roots.label(width): [(one.latent_dim, one.sigma) for one in group] for width, group in found.items()} == {
        "0.1\N{NO-BREAK SPACE}√d": [(8, 0.283)],
        "0.997\N{NO-BREAK SPACE}√d": [(2, 1.41)],
        "√d": [(8, 2.83), (32, 5.66)],
        "1.03\N{NO-BREAK SPACE}√d": [(8, 2.9)],
        "1.4\N{NO-BREAK SPACE}√d": [(32, 7.99)],
    }


def test_the_answer_names_a_setting_for_each_and_the_width_that_they_share(report, tmp_path):
    assert plain(headline.sentence(report)) == "Use α 0.6 with σ = 2 √d at d = 2 and 8; α 0.6 with σ 5.66 at d = 32"
    roots_alone = [one for place, one in enumerate(DIMS) if place % 5 in (0, 2)]
    alike = fake_run.make(tmp_path / "alike", roots_alone).report
    assert plain(headline.sentence(alike)) == "Try α 0.6 with σ = √d at d = 2, 8 and 32"
    lost = [one for one in roots_alone if one.latent_dim > 2 or one.sigma is None]
    missing = fake_run.make(tmp_path / "lost", lost).report
    assert plain(headline.sentence(missing)) == "Try α 0.6 with σ = √d at d = 8 and 32; no setting to choose at d = 2"


def test_each_has_a_box_within_it_and_one_compares_them(report):
    *each, across, sure = boxes_of_each.of(report)
    assert [plain(box.title) for box in each] == [*AT]
    for box, part in zip(each, facets.of(report), strict=True):
        best = headline.chosen(part)
        assert box.main == f"{headline.sentence(part)}."
        assert f"→ {1000 * best.mean('mse'):.1f} (× 1,000)" in " ".join(box.rest)
    said = plain(" ".join([across.main, *across.rest]))
    assert said.startswith("Error 29.2, 18.8 and 13.9 (MSE × 1,000, of these settings) at d = 2, 8 and 32")
    assert "total variance / d 1.10, 1.10 and 1.04" in said
    assert said.endswith("the error is lowest at d = 32 with every seed.")
    assert sure.main == "3 seeds."


@pytest.mark.parametrize(
    ("seeds", "errors", "expected"),
    [
        ((0, 1, 2), {8: (0.017, 0.018, 0.019), 32: (0.018, 0.02, 0.021)}, "which error is lowest is open"),
        ((0, 1, 2), {8: (0.017, 0.018, 0.019), 32: (0.02, 0.02, 0.021)}, "the error is lowest at d = 8 with every"),
        ((0,), {8: (0.017,), 32: (0.02,)}, "with fewer than 3 seeds no order of the errors is sure"),
    ],
)
def test_no_number_of_latent_dimensions_is_called_better_than_the_seeds_show(tmp_path, seeds, errors, expected):
    variants = [
        one for d, mse in errors.items() for one in (
            replace(NONE, latent_dim=d),
            FakeVariant(sigma=3.0 if d == 8 else 6.0, latent_dim=d, spread=1.02, metrics={"mse": mse}),
        )
    ]  # fmt: skip
    boxes = boxes_of_each.of(fake_run.make(tmp_path, variants, seeds=seeds).report)
    (across,) = [box for box in boxes if box.title == "Across d"]
    assert expected in plain(across.rest[0])


def test_the_table_of_numbers_has_a_group_for_each_with_its_own_best_prior_and_reference(page, report):
    built = numbers.build(report)
    assert plain(built.title) == "Numbers at d = 2, 8 and 32"
    assert [plain(row.title) for row in built.rows if row.kind == "part"] == [*AT]
    spread = [column.name for column in summary.columns(report)].index("total_variance")
    best = [row for row in built.rows if row.title == "best possible"]
    assert [row.cells[spread].text for row in best] == ["2.00", "8.00", "32.0"]
    assert len({row.marks for row in best}) == 3  # each group's references lie elsewhere on the common scale
    assert [row.title for row in built.rows if row.title.startswith("PCA")] == ["PCA-2", "PCA-8", "PCA-32"]
    zero = [plain(row.title) for row in built.rows if row.cells and row.cells[0].change.text == "0"]
    assert zero == [f"no penalty, {at}" for at in AT]
    for part in facets.of(report):
        errors = {one.name: one.mean("mse") for one in part.variants if one.has_penalty and one.sigma != 0.5}
        assert "best" in summary_row(page, headline.chosen(part).name)
        assert table.winners(part, METRICS[2]) <= errors.keys()


def test_the_prior_has_a_row_for_each_only_where_it_depends_on_it(report):
    by_name = {metric.name: metric for metric in METRICS}
    shown = {name: [row.name for row in table.rows(report, [by_name[name]]) if row.kind == "reference"]
             for name in ("total_variance", "sliced_w2")}  # fmt: skip
    assert shown["total_variance"] == [f"prior N(0, I), {at}" for at in AT]
    assert shown["sliced_w2"] == ["prior N(0, I)"]


def test_records_say_the_dimensions_of_variants_and_references(report):
    named_so = [plain(row["variant"]) for row in summary.records(report)]
    assert "α 0.6, σ 2.83, d = 8" in named_so
    assert [one for one in named_so if one.startswith("best")] == [f"best possible, {at}" for at in AT]


def test_whether_a_sigma_lives_at_every_d_is_told_of_tried_and_of_untried_ones(report, page):
    built = lives.build(report)
    assert (
        plain(built.title)
        == "Does a σ live at every d? σ = √d or 2 √d pulls strongly at each; σ 0.5 is dead at d = 8 and 32"
    )
    (_, in_roots), (_, latent) = built.groups
    cells = {
        plain(row.title): [(one.expected, [look.word for look in one.ended], plain(one.sigma)) for one in row.cells]
        for row in [*in_roots, *latent]
    }
    assert cells["σ = √d"] == [("", ["alive"], "σ 1.41"), ("", ["alive"], "σ 2.83"), ("", ["alive"], "σ 5.66")]
    assert cells["σ 0.5"] == [("", ["half-way"], ""), *[("", ["dead: too narrow"], "")] * 2]
    assert cells["σ 1.41"] == [("", ["alive"], ""), ("live, strong", [], ""), ("dead: too narrow", [], "")]
    assert "σ = √d ● alive σ 1.41 ● alive σ 2.83 ● alive σ 5.66" in section(page, "dims")


def test_the_figures_over_sigma_have_the_same_columns(report):
    figures = [Parsed(one.drawing) for one in sigma_figure.of_each(report)]
    heads = [{words(e): e.attributes["x"] for e in figure.all("text", y="15")} for figure in figures]
    assert heads[0] == heads[1] == heads[2]
    assert plain(" ".join(heads[0])) == "no penalty 0.088 √d 0.18 √d 0.35 √d √d 2 √d seven scales"
    tried = [[plain(words(e)) for e in figure.all("text", y="30")] for figure in figures]
    assert tried == [
        ["σ 0.5", "σ 1.41", "σ 2.82", "α 0.6"],
        ["σ 0.5", "σ 2.83", "σ 5.66", "α 0.6"],
        ["σ 0.5", "σ 5.66", "σ 11.32", "α 0.6"],
    ]


def test_a_claim_has_a_row_for_each_that_says_it_in_the_order_of_the_record(report, page):
    cards = verdicts.build(report).decidable
    assert [(card.verdict.code, card.dims) for card in cards] == [
        (one.code, f"d\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{one.latent_dim}")
        for one in report.verdicts
        if one.state != "not_run"
    ]
    places = [[claim.code for claim in CLAIMS].index(card.verdict.code) for card in cards]
    assert places == sorted(places)
    anchors = [card.anchor for card in cards]
    assert len(set(anchors)) == len(anchors)
    assert all(len(page.all("li", id=anchor)) == 1 for anchor in anchors)
    assert not any("d = " in plain(card.explanation) for card in cards)  # the row says it once
    assert "claims are decided, counted at each d" in section(page, "doubt")


def test_the_next_step_names_variants_of_one_number_of_latent_dimensions(report):
    calm = replace(report, checks=[one for one in report.checks if one.code not in ("C5", "C17")])
    step = next_step.of(calm)
    assert plain(step.why) == "σ between those tried, at d = 2"
    asked = shlex.split(step.command)
    assert asked[: len(shlex.split(COMMAND))] == shlex.split(COMMAND)
    names = [word for before, word in zip(asked, asked[1:], strict=False) if before == "--variant"]
    assert {named(name, latent_dim=5).latent_dim for name in names} == {2}
    assert names[:2] == ["none-d2", headline.chosen(facets.of(report)[0]).name]
    usual = replace(step, command="mmdvae compare quick --variant none --variant none-bn --variant imq-a0.6-d8")
    assert next_step._within(usual, 8).command.endswith("none-d8 --variant none-d8-bn --variant imq-a0.6-d8")
    seeds = replace(calm, run=replace(calm.run, seeds=[0]))
    assert next_step.of(seeds).command == f"{COMMAND} --seed 0 --seed 1 --seed 2"
    assert next_step.of(seeds).trainings == 2 * len(DIMS)
