"""The summary table: numbers with their spread, the best of each metric, what is missing and why."""

import re
from dataclasses import replace

import fake_run
import numpy as np
import pytest
from fake_run import QUICK
from parsed_page import Element, Parsed, of, summary_row, summary_rows, words

from reports.sections.numbers import summary
from reports.text import fixed


def test_a_variant_that_lost_a_seed_keeps_its_numbers_and_says_so(tmp_path):
    fake = fake_run.make(tmp_path, [QUICK[0], replace(QUICK[1], status="failed", lost=(2,))], seeds=(0, 1, 2))
    shown = summary_row(of(fake), QUICK[1].name)
    assert "failed 2 of 3 seeds" in shown
    assert fixed(fake.report.variants[1].mean("bce"), 4) in shown


def test_a_missing_number_is_a_dash_and_a_word_but_never_a_zero(tmp_path):
    line = summary_row(of(fake_run.make(tmp_path, [replace(QUICK[0], metrics={"ssim": None}), QUICK[1]])), "none")
    assert "– not measured" in line.replace("–not", "– not")
    assert not re.search(r" 0[.]000 (?!\d)", line.split("not measured")[0])


def test_a_variant_without_metrics_and_a_run_without_baselines_do_not_disturb_the_others(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:3], baselines=False)
    bare = replace(fake.report.variants[1].runs[0], metrics={})
    fake.save_variant(1, runs=[bare], summary={})
    page = of(fake)
    assert summary_row(page, QUICK[1].name).count("not measured") == len(summary.COLUMNS) + 1  # plus the kernel
    assert "This section could not be made" not in words(page.all("main")[0])


def test_failed_and_diverged_variants_keep_their_rows_with_the_reason(tmp_path):
    broken = [replace(QUICK[1], status="failed"), replace(QUICK[2], status="diverged")]
    page = of(fake_run.make(tmp_path, [QUICK[0], *broken]))
    assert "failed: MemoryError" in summary_row(page, broken[0].name)
    assert "diverged: diverged in epoch 2: loss is nan" in summary_row(page, broken[1].name)
    assert "1 of 3 variants finished" in words(page.all("header")[0])
    assert "This report is incomplete." in words(page.all("header")[0])


def test_best_is_marked_among_variants_near_the_prior_and_only_where_it_has_a_meaning(page):
    marked = [
        (line.attributes["data-variant"], cell.attributes["data-metric"])
        for line in summary_rows(page)
        if line.attributes.get("class") == "variant"
        for cell in cells(page, line)
        if "best" in words(cell)
    ]
    assert {name for name, _ in marked} == {"mmd-a0.6-s2.83", "imq-a0.6"}  # a dead kernel has the lowest BCE
    assert ("mmd-a0.6-s2.83", "bce") in marked
    assert ("mmd-a0.6-s2.83", "ssim") in marked  # larger is better
    assert ("imq-a0.6", "sliced_w2") in marked
    assert ("mmd-a0.6-s2.83", "sliced_w2") not in marked
    assert "total_variance" not in {metric for _, metric in marked}


def cells(page: Parsed, line: Element) -> list[Element]:
    start = page.elements.index(line)
    following = page.elements[start + 1 :]
    end = next((i for i, e in enumerate(following) if e.tag == "tr"), len(following))
    return [e for e in following[:end] if e.tag == "td" and "data-metric" in e.attributes]


def test_all_that_the_best_does_not_surely_beat_are_best(tmp_path):
    scattered = ((0.300, 0.302, 0.301), (0.3011, 0.3, 0.302), (0.32, 0.321, 0.319))
    near = [replace(QUICK[3], sigma=2 + i / 10, metrics={"bce": bce}) for i, bce in enumerate(scattered)]
    report = fake_run.make(tmp_path, [QUICK[0], *near], seeds=(0, 1, 2)).report
    assert [row.cells[0].best for row in summary.table(report)[:4]] == [False, True, True, False]


def test_with_two_seeds_nothing_is_best(tmp_path):
    rows = summary.table(fake_run.make(tmp_path, QUICK, seeds=(0, 1)).report)
    assert not any(cell.best for row in rows for cell in row.cells)


def test_a_variant_that_diverged_with_one_seed_is_never_best(tmp_path):
    lost = replace(QUICK[2], bce=0.1, status="diverged", lost=(1,))
    rows = summary.table(fake_run.make(tmp_path, [*QUICK[:2], lost], seeds=(0, 1)).report)
    assert rows[2].cells[0].value == pytest.approx(0.1, rel=0.01)
    assert not any(cell.best for cell in rows[2].cells)


def test_the_prior_and_the_baselines_stand_below_the_variants(page):
    order = [e.attributes["data-variant"] for e in summary_rows(page)]
    pca = [f"PCA-{n}" for n in (2, 4, 8, 16)]
    assert order[-9:] == ["prior N(0, I)", "mean image", *pca, "raw pixels", "prior draws", "real images"]
    prior = summary_row(page, "prior N(0, I)")
    assert prior.startswith("prior N(0, I)")
    assert "8.00 0 0 0.969 0.0000" in prior  # total variance, sliced W2 raw and whitened, coverage, MMD²


def test_several_seeds_give_mean_and_spread_and_their_number(page, report):
    variant = report.variants[3]
    statistic = variant.summary["bce"]
    shown = summary_row(page, QUICK[3].name)
    assert "3 seeds" in shown
    assert f"{fixed(statistic.mean, 4)} best ± {fixed(statistic.sd, 4)}" in shown
    (drawn,) = page.all("g", data_variant=QUICK[3].name, data_series="val_bce")
    expected = np.mean([run.history["val_bce"] for run in variant.runs], axis=0)
    np.testing.assert_allclose([float(v) for v in drawn.attributes["data-values"].split()], expected, rtol=1e-12)


def test_one_seed_shows_no_spread(tmp_path):
    shown = summary_row(of(fake_run.make(tmp_path, QUICK[:1])), "none")
    assert "1 seed" in shown
    assert "±" not in shown
