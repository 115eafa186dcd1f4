"""The table of numbers: its groups and references, what is best, differences, bars, and its finding."""

import re
from dataclasses import replace
from pathlib import Path

import fake_run
import pytest
from fake_run import NONE, QUICK, FakeVariant
from parsed_page import of, section, summary_row, summary_rows, words

from mmdvae.record.result import Difference
from reports import looks, table, text
from reports.sections.numbers import bars, finding, references, summary
from reports.sections.numbers import section as numbers
from reports.text import fixed

LIVE, SCALES = QUICK[3], QUICK[5]
HALF = FakeVariant(sigma=1.0, spread=3.0)
NORMALISED = FakeVariant(regularizer="none", kernel=None, alpha=0.0, normalised=True)


def titles(report):
    return [row.title for row in numbers.build(report).rows]


def cell(report, title, metric):
    built = numbers.build(report)
    (row,) = [row for row in built.rows if row.title == title]
    return row.cells[[head.name for head in built.heads].index(metric)]


def title_of(variant, report):
    return looks.of(report.variants)[variant.name].title


def test_variants_stand_by_what_the_penalty_did_and_those_it_did_not_touch_share_a_row(tmp_path):
    failed = FakeVariant(sigma=5.66, status="failed")
    report = fake_run.make(tmp_path, [*QUICK, HALF, failed, NORMALISED]).report
    rows = numbers.build(report).rows
    assert [(row.title.replace("\u00a0", " "), row.kind) for row in rows] == [
        ("α 0.6, σ 2.83", "variant"),
        ("α 0.6, seven scales", "variant"),
        ("α 0.6, σ 1", "variant"),
        ("α 0.6, σ 5.66", "variant"),
        ("no penalty, normalised codes", "variant"),
        ("no penalty", "variant"),
        ("untouched: 4 trainings", "all"),
        *((f"α 0.6, σ {sigma}", "untouched") for sigma in ("0.0001", "0.1", "10,000")),
        ("PCA-8", "reference"),
        ("best possible", "reference"),
    ]
    assert [row.title.replace("\u00a0", " ") for row in rows if row.first] == [
        "α 0.6, σ 2.83", "α 0.6, σ 1", "α 0.6, σ 5.66", "no penalty", "PCA-8",
    ]  # fmt: skip


def test_the_row_of_untouched_trainings_has_their_mean_and_range(report):
    found = cell(report, "untouched: 12 trainings", "mse")
    values = [
        1000 * run.number("mse") for variant in (*report.variants[:3], report.variants[4]) for run in variant.runs
    ]
    assert found.exact == pytest.approx(sum(values) / 12)
    assert found.small == f"{fixed(min(values), 2)}–{fixed(max(values), 2)}"
    base = 1000 * report.variants[0].mean("mse")
    assert found.change.interval == f"{fixed(min(values) - base, 2)} to +{fixed(max(values) - base, 2)}"
    (row,) = [row for row in numbers.build(report).rows if row.kind == "all"]
    assert row.detail == "no penalty, 3 dead kernels; range"


def test_a_single_untouched_variant_beside_no_penalty_keeps_its_own_row(tmp_path):
    rows = numbers.build(fake_run.make(tmp_path, [NONE, QUICK[1], LIVE]).report).rows
    assert [row.kind for row in rows] == ["variant"] * 3 + ["reference"] * 2


def test_one_row_is_pca_and_one_the_best_that_there_can_be(report):
    pca, best = references.of(report, summary.columns(report))
    assert pca.title == "PCA-8"
    assert pca.values.keys() == {"mse", "bce", "fid", "fid_fitted", "knn_accuracy"}  # its scale is a convention
    entropy = report.variants[0].mean("bce") - report.variants[0].mean("bce_excess")
    assert best.values == pytest.approx(
        {
            "bce": entropy,
            "total_variance": 8,
            "sliced_w2": 0.0161,
            "latent_coverage": 0.969,
            "fid": 0.37,
            "fid_fitted": 0.37,
        }
    )
    assert not {"mean image", "PCA-2", "raw pixels"} & set(titles(report))


def test_what_was_not_measured_has_no_column_and_no_row(tmp_path):
    report = fake_run.make(tmp_path, QUICK[:2], classifier=None, baselines=False).report
    assert not {"fid", "fid_fitted"} & {head.name for head in numbers.build(report).heads}
    assert titles(report)[-1] == "best possible"  # the prior's own values
    failed = fake_run.make(tmp_path / "failed", [replace(one, status="failed") for one in QUICK], baselines=False)
    rows = numbers.build(failed.report).rows
    assert all("MemoryError" in row.error for row in rows if row.look)
    assert numbers.build(failed.report).title == "Numbers"


def test_a_variant_that_lost_a_seed_keeps_its_numbers_and_says_so(tmp_path):
    fake = fake_run.make(tmp_path, [NONE, replace(LIVE, status="failed", lost=(2,))], seeds=(0, 1, 2))
    shown = summary_row(of(fake), LIVE.name)
    assert "failed, 2 of 3 seeds" in shown
    assert fixed(fake.report.variants[1].mean("bce"), 4) in shown


def test_a_missing_number_is_a_dash_and_a_word_but_never_a_zero(tmp_path):
    line = summary_row(of(fake_run.make(tmp_path, [replace(NONE, metrics={"bce": None}), LIVE])), "none")
    assert "– not measured" in line
    assert not re.search(r" 0[.]0+ (?!\d)", line.split("not measured")[0])


def test_failed_and_diverged_variants_keep_their_rows_with_the_reason(tmp_path):
    broken = [replace(QUICK[1], status="failed"), replace(QUICK[2], status="diverged")]
    page = of(fake_run.make(tmp_path, [NONE, *broken]))
    assert "! α 0.6, σ 0.0001 failed MemoryError" in summary_row(page, broken[0].name).replace("\u00a0", " ")
    assert "diverged diverged in epoch 2: loss is nan" in summary_row(page, broken[1].name)


def test_best_is_marked_among_alive_variants_and_only_where_it_has_a_meaning(page):
    marked = set()
    for line in summary_rows(page):
        cells = [e for e in page.elements[page.elements.index(line) + 1 :] if e.tag in ("td", "tr")]
        of_row = cells[: next((i for i, e in enumerate(cells) if e.tag == "tr"), len(cells))]
        marked |= {(line.attributes["data-variant"], place) for place, e in enumerate(of_row) if "best" in words(e)}
    assert {name for name, _ in marked} == {LIVE.name, SCALES.name}  # a dead kernel has the lowest BCE
    place = {column.name: place for place, column in enumerate(summary.COLUMNS)}
    assert (LIVE.name, place["bce"]) in marked
    assert (SCALES.name, place["sliced_w2"]) in marked
    assert (LIVE.name, place["sliced_w2"]) not in marked
    assert not {where for _, where in marked} & {place["total_variance"], place["train_seconds"]}


def test_a_plain_autoencoder_whose_codes_happen_to_be_near_the_prior_is_never_best(tmp_path):
    lucky = [replace(NONE, spread=1.01, bce=0.25), replace(NONE, normalised=True, spread=1.0, bce=0.26)]
    report = fake_run.make(tmp_path, [*lucky, LIVE, SCALES], seeds=(0, 1, 2)).report
    assert {row.title for row in numbers.build(report).rows if any(cell.best for cell in row.cells)} == {
        title_of(LIVE, report),
        title_of(SCALES, report),
    }
    assert table.best(report.variants, "bce").name == LIVE.name
    assert table.best(report.variants[:2], "bce") is None


def test_all_that_the_best_does_not_surely_beat_are_best(tmp_path):
    scattered = ((0.300, 0.302, 0.301), (0.3011, 0.3, 0.302), (0.32, 0.321, 0.319))
    near = [replace(LIVE, sigma=2 + i / 10, metrics={"bce": bce}) for i, bce in enumerate(scattered)]
    report = fake_run.make(tmp_path, [NONE, *near], seeds=(0, 1, 2)).report
    found = [cell(report, title_of(one, report), "bce").best for one in (NONE, *near)]
    assert found == [False, True, True, False]


@pytest.mark.parametrize("lost", [{}, {"bce": 0.1, "status": "diverged", "lost": (1,)}])
def test_with_two_seeds_nothing_is_best(tmp_path, lost):
    rows = numbers.build(fake_run.make(tmp_path, [*QUICK[:5], replace(SCALES, **lost)], seeds=(0, 1)).report).rows
    assert not any(cell.best for row in rows for cell in row.cells)


def test_several_seeds_give_mean_and_spread(page, report):
    statistic = report.variants[3].summary["bce"]
    assert f"best {fixed(statistic.mean, 4)} ± {fixed(statistic.sd, 4)}" in summary_row(page, LIVE.name)
    assert "mean ± standard deviation over 3 seeds" in section(page, "numbers")


def test_one_seed_shows_no_spread_and_says_once_that_there_are_no_intervals(tmp_path):
    shown = section(of(fake_run.make(tmp_path, QUICK)), "numbers")
    assert "±" not in shown
    assert shown.count("no interval") == 1
    assert "Each minus no penalty; one seed: no intervals" in shown


def test_changes_are_those_of_the_report_and_the_error_has_percent(report):
    bce, mse = (report.variants[3].differences.metrics[name] for name in ("bce", "mse"))
    found = cell(report, title_of(LIVE, report), "bce").change
    assert found.text == f"+{fixed(bce.mean, 4)}"
    assert found.interval == f"+{fixed(bce.low, 4)} to +{fixed(bce.high, 4)}"
    percent = 100 * mse.mean / report.variants[0].mean("mse")
    assert cell(report, title_of(LIVE, report), "mse").change.text == f"+{1000 * mse.mean:.2f}, +{percent:.0f}\u00a0%"
    assert cell(report, "no penalty", "bce").change.text == "0"
    assert cell(report, "PCA-8", "bce").change.text.startswith("+0.03")


@pytest.mark.parametrize(
    ("metric", "low", "high", "sign", "word", "tone"),
    [
        ("bce", 0.006, 0.008, "▲", "worse", "bad"),
        ("bce", -0.008, -0.006, "▼", "better", "good"),
        ("bce", -0.001, 0.008, "", "", ""),
        ("bce", 0.0, 0.008, "", "", ""),
        ("knn_accuracy", 0.01, 0.02, "▲", "better", "good"),
        ("total_variance", -0.4, -0.3, "▼", "lower", ""),
        ("bce", None, None, "", "", ""),
    ],
)
def test_what_is_sure_is_marked_by_sign_and_word(report, metric, low, high, sign, word, tone):
    mean, p = (0.007, None) if low is None else ((low + high) / 2, 1e-9 if low * high > 0 else 0.04)
    report.variants[3].differences.metrics[metric] = Difference(mean=mean, low=low, high=high, n=3, p=p)
    marked = cell(report, title_of(LIVE, report), metric).change
    assert (marked.sign, marked.word, marked.tone) == (sign, word, tone)
    assert (marked.interval == "") == (low is None)


def test_a_difference_whose_own_interval_excludes_zero_may_be_chance_among_many(report):
    for variant in report.variants[1:]:
        for column in summary.COLUMNS:
            variant.differences.metrics[column.name] = Difference(mean=1.0, low=0.1, high=1.9, n=3, p=0.04)
    assert cell(report, title_of(LIVE, report), "bce").change.sign == ""
    report.variants[3].differences.metrics["bce"] = Difference(mean=1.0, low=0.9, high=1.1, n=3, p=0.001)  # of 45
    assert cell(report, title_of(LIVE, report), "bce").change.sign == "▲"


def test_an_older_report_has_no_p_values_and_no_marks_and_says_so(report):
    for variant in report.variants[1:]:
        found = variant.differences.metrics
        variant.differences.metrics.update({name: replace(one, p=None) for name, one in found.items()})
    assert cell(report, title_of(LIVE, report), "bce").change.sign == ""
    assert "judge it anew" in numbers.build(report).of_changes


@pytest.mark.parametrize(
    ("variants", "seeds", "said"),
    [
        (QUICK, 3, r"Error from \+15 % \(σ 2.83\) to \+17 % \(seven scales\); distance from the prior 7.83 → 0.030"),
        (QUICK[:4], 1, r"Error \+15 % \(σ 2.83\); distance from the prior 7.83 → 0.050 \(one seed\)"),
        (QUICK[:3], 3, r"None of the penalties brought the codes near the prior: distance 7.83 without, 7.93 with"),
        ([NONE, LIVE, replace(LIVE, alpha=0.2)], 2, r"Error from \+15 % \(α .*\) to \+15 % \(α .*\).* \(two seeds\)"),
        (
            [NONE, replace(LIVE, metrics={"mse": (0.016, 0.0167, 0.018)})],
            3,
            r"Error \+.* \(σ 2.83; may be chance\); .*",
        ),
        ([replace(one, metrics={"mse": None}) for one in QUICK], 3, r"Distance from the prior 7.83 → 0.030"),
        (QUICK[1:], 3, "Numbers"),
        ([NONE], 3, "Numbers"),
    ],
)
def test_the_heading_is_the_price_and_the_distance(tmp_path, variants, seeds, said):
    report = fake_run.make(tmp_path, variants, seeds=range(seeds)).report
    assert re.fullmatch(said, finding.title(report).replace("\u00a0", " "))


def test_bars_of_a_column_share_a_scale_that_starts_at_the_best_possible_value():
    linear = bars.axis([0.29, 0.30, 0.31], best=0.24, others=[0.33], share=False)
    assert not linear.log
    assert [linear.place(value) for value in (0.24, 0.285, 0.33)] == [0, 50, 100]
    assert linear.bar(0.285) == (0, 50)
    spread = bars.axis([8.2, 620.0], best=8.0, share=False)
    assert spread.log
    assert spread.bar(620.0) == (0, 100)
    assert 0 < spread.bar(8.2)[1] < 2
    below = bars.axis([2.0, 800.0], best=8.0, share=False)
    assert below.bar(2.0)[0] < below.place(8.0) == pytest.approx(sum(below.bar(2.0)), abs=0.2)
    assert bars.axis([0.5, 0.6], best=0.97, share=True).bar(0.5) == (0, 50)
    assert bars.axis([0.0, 12.0], best=None, share=False).bar(6.0) == (0, 50)  # nothing logarithmic with a zero
    assert bars.axis([41.5, 41.5], best=None, share=False) is None  # nothing to see
    assert bars.axis([0.0, 0.0], best=None, share=False) is None
    assert bars.axis([], best=8.0, share=False) is None


def test_a_logarithmic_column_says_so_and_its_references_are_marked_in_every_cell(page, report):
    built = numbers.build(report)
    heads = {head.name: head for head in built.heads}
    assert heads["sliced_w2"].unit == "sliced W2, log"
    assert heads["bce"].unit == "nats/pixel"
    marks = dict(mark.split(":") for mark in built.marks.split(";") if mark)
    assert {"--best2", "--pca2", "--pca1"} <= marks.keys()  # BCE and MSE, of which only the former has a floor
    assert "--best1" not in marks
    (drawn,) = page.all("table", **{"class": "numbers bars"})
    assert drawn.attributes["style"] == built.marks


def test_the_style_has_a_rule_for_every_column():
    style = Path(numbers.__file__).with_name("numbers.css").read_text()
    for place in range(1, len(summary.COLUMNS) + 1):
        assert f"td:nth-child({place + 1}) i {{ --best: var(--best{place}); --pca: var(--pca{place}); }}" in style


def test_records_have_all_variants_and_both_references_as_text(report):
    rows = summary.records(report)
    assert [row["variant"].replace("\u00a0", " ") for row in rows[:2]] == ["no penalty", "α 0.6, σ 0.0001"]
    assert rows[1]["id"] == QUICK[1].name
    assert rows[1]["state"] == "dead: too narrow"
    assert [row["variant"] for row in rows[-2:]] == ["PCA-8", "best possible"]
    assert rows[-2]["Distance (sliced W2)"] == text.MISSING
    assert rows[0]["Error (MSE × 1000)"].startswith(f"{1000 * report.variants[0].mean('mse'):.2f} ± ")
    assert len({tuple(row) for row in rows}) == 1
    assert len(rows[0]) == 3 + len(summary.COLUMNS)


def test_no_reader_sees_an_id(page, report):
    shown = section(page, "numbers")
    assert not [variant.name for variant in report.variants[1:] if variant.name in shown]
