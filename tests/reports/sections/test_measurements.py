"""All measurements: a table per topic, with the baselines as floor and ceiling."""

from dataclasses import replace

import fake_run
from fake_run import NONE, QUICK
from parsed_page import section, words

from reports import looks, metrics
from reports.sections.more import measurements
from reports.sections.numbers import summary
from reports.text import significant


def cell(table, name, metric):
    (row,) = [row for row in table.rows if row.name == name]
    return row.cells[[column.name for column in table.columns].index(metric)]


def test_all_measurements_hold_every_metric_once_and_each_with_its_sentence(report, page):
    tables = measurements.build(report).tables
    shown = [column.name for table in tables for column in table.columns]
    assert shown == [metric.name for metric in metrics.METRICS]
    said = section(page, "measurements")
    for metric in metrics.METRICS:
        assert f"({metric.name})" in said
        assert metric.meaning in said


def test_a_number_stands_with_its_spread_between_floor_and_ceiling(report):
    tables = {table.title: table for table in measurements.build(report).tables}
    samples, match = tables["Samples from N(0, I)"], tables["Match with the prior"]
    titles = [look.title for look in sorted(looks.of(report.variants).values(), key=lambda look: look.place)]
    assert [row.title for row in samples.rows] == [*titles, "mean image", "PCA-8", "real images"]
    assert cell(samples, "real images", "fid").text == "0.370"
    fid, live = report.variants[3].summary["fid"], cell(samples, QUICK[3].name, "fid")
    assert (live.text, live.spread) == (significant(fid.mean), f"± {significant(fid.sd, 2)}")
    assert [row.title for row in match.rows][-3:] == ["prior N(0, I)", "PCA-8", "prior draws"]
    assert cell(match, "prior N(0, I)", "sliced_w2").text == "0"
    assert cell(match, "prior draws", "sliced_w2").text == "0.0161"


def test_what_was_not_measured_takes_no_room(tmp_path):
    one_class = {"silhouette": None, "kernel_mean": None, "kernel_live_share": None, "gradient_ratio": None}
    report = fake_run.make(tmp_path, [replace(NONE, metrics=one_class)], classifier=None).report
    tables = {table.title: [column.name for column in table.columns] for table in measurements.build(report).tables}
    assert not any(title.startswith("Samples") for title in tables)
    assert tables["Usefulness of the codes"] == ["knn_accuracy", "probe_accuracy"]
    assert tables["Kernel"] == ["live_sigma_low", "live_sigma_high", "median_distance"]
    assert "fid" not in [column.name for column in summary.columns(report)]


def test_the_tables_fold_without_a_script_and_scroll_by_keyboard(page):
    folded = [words(e) for e in page.all("details") if not {"id", "class"} & e.attributes.keys()]
    assert all(any(said.startswith(f"{title} ") for said in folded) for _, title in metrics.GROUPS)
    regions = {region.attributes["aria-label"]: region.attributes for region in page.all("div", role="region")}
    for _, title in metrics.GROUPS:
        assert regions[title]["tabindex"] == "0"


def test_the_classifier_that_judged_is_named_beside_its_numbers_and_in_the_provenance(page):
    said = section(page, "measurements")
    assert "depend on the classifier that judged the samples (test accuracy 91.0 %, SHA-256 c1a5c1a5c1a5)" in said
    assert "compare them only within this report" in said
    assert f"test accuracy 91.0 %, 10 classes, 64 features, SHA-256 {'c1a5' * 16}" in section(page, "reproduce")


def test_a_run_in_which_everything_failed_has_nothing_to_measure(tmp_path):
    failed = [replace(variant, status="failed") for variant in QUICK]
    assert measurements.build(fake_run.make(tmp_path, failed, baselines=False).report) is None
