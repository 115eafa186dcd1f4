"""What the page says of the numbers: all measurements, errors by class, paired differences, verdicts and advice."""

import copy
import math
import re
from dataclasses import replace

import fake_run
import fake_science
import pytest
from fake_run import HOSTILE, QUICK, FakeVariant
from matplotlib.colors import to_rgb
from parsed_page import Element, Parsed, rewritten, words

from mmdvae.conclusions import verdicts
from mmdvae.record import report_json
from reports import metrics, write
from reports.drawing import scales
from reports.sections import advice, differences, measurements, summary
from reports.sections import verdicts as findings
from reports.sections.dispersion import dispersion, pareto
from reports.sections.images import class_errors
from reports.text import fixed, significant

SEEDS = (0, 1, 2)
DEAD, LIVE, IMQ = QUICK[1].name, QUICK[3].name, QUICK[5].name


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    return fake_run.make(tmp_path_factory.mktemp("science"), seeds=SEEDS)


@pytest.fixture(scope="module")
def run(fake):
    return report_json.load(fake.run_dir)


@pytest.fixture(scope="module")
def page(fake):
    return Parsed(write.write(fake.run_dir, fake.store).read_text())


@pytest.fixture
def report(fake):
    return copy.deepcopy(fake.report)


def section(page: Parsed, code: str) -> str:
    return words(page.all("section", id=code)[0])


def folded(page: Parsed) -> list[Element]:
    """The tables that unfold; the list of variants to choose from is none."""
    return [e for e in page.all("details") if "id" not in e.attributes]


def cell(table, name, metric):
    (row,) = [row for row in table.rows if row.name == name]
    return row.cells[[column.name for column in table.columns].index(metric)]


def test_every_metric_has_a_group_and_one_sentence_of_its_own():
    names = [metric.name for metric in metrics.METRICS]
    assert len(set(names)) == len(names)
    assert {metric.group for metric in metrics.METRICS} == {group for group, _ in metrics.GROUPS}
    for metric in metrics.METRICS:
        assert re.fullmatch(r".{20,}[^.]\.", metric.meaning), metric.name
    assert len({metric.meaning for metric in metrics.METRICS}) == len(names)


def test_every_number_of_a_run_is_described(fake):
    measured = {name for variant in fake.report["variants"] for name in variant["summary"]}
    unknown = measured - {metric.name for metric in metrics.METRICS}
    assert unknown == {f"mse_class_{label}" for label in range(10)}  # they have a table of their own
    assert {metric.name for metric in metrics.METRICS} <= measured


@pytest.mark.parametrize(
    ("metric", "difference", "shown"),
    [
        ("bce", 0.00714, "+0.0071"),
        ("bce", -0.00714, "−0.0071"),
        ("bce", 0.00001, "0.0000"),
        ("knn_accuracy", 0.0123, "+1.2"),
        ("fid", 26.81, "+26.8"),
    ],
)
def test_a_difference_carries_its_sign_unless_it_is_nothing(metric, difference, shown):
    assert metrics.of(metric).signed(difference) == shown


@pytest.mark.parametrize(
    ("metric", "best_first"),
    [
        ("bce", [0.29, 0.30, None]),
        ("ssim", [0.9, -0.1, None]),
        ("mmd2", [0.0004, -0.002, 0.41, -0.5, None]),
        ("kid", [-0.0001, 0.02]),
    ],
)
def test_values_are_ranked_by_what_is_better(metric, best_first):
    badness = [metrics.worse(metrics.of(metric), value) for value in best_first]
    assert badness == sorted(set(badness))


def test_all_measurements_hold_every_metric_once_and_each_with_its_sentence(run, page):
    tables = measurements.build(run).tables
    shown = [column.name for table in tables for column in table.columns]
    assert shown == [metric.name for metric in metrics.METRICS]
    said = section(page, "measurements")
    for metric in metrics.METRICS:
        assert f"({metric.name})" in said
        assert metric.meaning in said


def test_a_number_stands_with_its_spread_between_floor_and_ceiling(fake, run):
    samples = next(table for table in measurements.build(run).tables if table.title == "Samples from the prior")
    assert [row.name for row in samples.rows] == [*(variant.name for variant in QUICK), "real images"]
    assert cell(samples, "real images", "fid").text == "0.370"
    fid = fake.report["variants"][3]["summary"]["fid"]
    live = cell(samples, LIVE, "fid")
    assert (live.text, live.spread) == (significant(fid["mean"]), f"± {significant(fid['sd'], 2)}")
    match = next(table for table in measurements.build(run).tables if table.title == "Match with the prior")
    assert [row.name for row in match.rows][-2:] == ["prior N(0, I)", "prior draws"]
    assert cell(match, "prior N(0, I)", "sliced_w2").text == "0"
    assert cell(match, "prior draws", "sliced_w2").text == "0.0161"


def test_what_was_not_measured_takes_no_room(report):
    for variant in report["variants"]:
        for name in ("fid", "silhouette", "parameters", "train_seconds", "peak_rss_mb"):
            variant["summary"].pop(name)
    for baseline in report["baselines"]:
        baseline["metrics"].pop("fid", None)
    run = report_json.parse(report)
    tables = {table.title: [column.name for column in table.columns] for table in measurements.build(run).tables}
    assert "Cost" not in tables
    assert tables["Usefulness of the codes"] == ["knn_accuracy", "probe_accuracy"]
    assert "fid" not in tables["Samples from the prior"]
    assert "fid" not in [column.name for column in summary.columns(run)]


def test_the_tables_fold_without_a_script_and_scroll_by_keyboard(page):
    assert len(folded(page)) == len(metrics.GROUPS) == len(page.all("summary")) - 1
    regions = {region.attributes["aria-label"]: region.attributes for region in page.all("div", role="region")}
    for _, title in metrics.GROUPS:
        assert regions[title]["tabindex"] == "0"


def test_the_classifier_that_judged_is_named_beside_its_numbers_and_in_the_provenance(page):
    said = section(page, "measurements")
    assert "depend on the classifier that judged the samples (test accuracy 91.0 %, SHA-256 c1a5c1a5c1a5)" in said
    assert "compare them only within this report" in said
    for fact in ("test accuracy 0.9104", "sha256 " + "c1a5" * 16, "features 64", "classes 10"):
        assert fact in section(page, "provenance")


def test_numbers_without_a_known_classifier_are_warned_about_all_the_same(report):
    report["run"]["classifier"] = None
    tables = measurements.build(report_json.parse(report)).tables
    (note,) = [table.note for table in tables if table.title == "Samples from the prior"]
    assert "classifier that judged the samples and on how many" in note


def test_errors_by_class_are_those_of_the_report_times_a_thousand(fake, run):
    table = class_errors.build(run, fake_run.CLASSES)
    assert table.classes == fake_run.CLASSES
    assert [row.name for row in table.rows] == [*(variant.name for variant in QUICK), "mean image"]
    for entry, row in zip(fake.report["variants"], table.rows, strict=False):
        expected = [fixed(1000 * entry["summary"][f"mse_class_{label}"]["mean"], 1) for label in range(10)]
        assert [cell.text for cell in row.cells] == expected
    assert table.rows[-1].cells[9].text == "130.1"  # 1000 * 0.0867 * 1.5
    assert table.finding == (
        "Ankle boot has the largest error in 6 of 6 variants, T-shirt/top the smallest in 6 of 6 variants."
    )


def test_the_larger_the_error_the_darker_and_no_baseline_stretches_the_scale(run):
    table = class_errors.build(run, fake_run.CLASSES)
    shades = [sum(to_rgb(cell.background)) for cell in table.rows[0].cells]
    assert shades == sorted(shades, reverse=True)
    lightest, darkest = (
        extreme(sum(to_rgb(c.background)) for row in table.rows[:-1] for c in row.cells) for extreme in (max, min)
    )
    assert lightest - darkest > 1.5  # the variants alone use the whole range
    assert sum(to_rgb(table.rows[-1].cells[9].background)) == darkest


def test_classes_without_names_have_their_numbers_and_without_numbers_there_is_no_table(report):
    for row in (*report["variants"], *report["baselines"]):
        numbers = row.get("summary") or row.get("metrics")
        for label in (0, 1, 2, 4, 5, 6, 8, 9):
            numbers.pop(f"mse_class_{label}", None)
    assert class_errors.build(report_json.parse(report), []).classes == ["class 3", "class 7"]
    for variant in report["variants"]:
        variant["summary"] = {}
    assert class_errors.build(report_json.parse(report), []) is None


def test_a_class_that_one_variant_lacks_is_a_gap_and_no_zero(report):
    report["variants"][2]["summary"].pop("mse_class_4")
    row = class_errors.build(report_json.parse(report), fake_run.CLASSES).rows[2]
    assert (row.cells[4].text, row.cells[4].background) == ("–", "")


def test_a_card_says_state_claim_effect_interval_seeds_rule_and_why(page):
    cards = [words(e) for e in page.all("li") if "card" in (e.attributes.get("class") or "").split()]
    assert cards[0] == (
        "✓ supported V1 A penalty costs reconstruction "
        "0.00710 BCE with a penalty minus BCE without one, nats/pixel; 0 is no effect "
        "95 % interval 0.00610 to 0.00830; 3 seeds "
        "Explanation 1: the kernel is about 0 between any two points. "
        "Rule: the whole interval lies on one side of no effect"
    )
    assert "× 0.994 total variance, dead over none; 1 is no effect 95 % interval 0.981 to 1.01" in cards[1]
    assert cards[3].startswith("– not run V4 IMQ matches the prior as well as the best σ Explanation 4")


def test_with_few_seeds_a_card_says_why_it_has_no_interval(tmp_path):
    page = Parsed(rewritten(fake_run.make(tmp_path, QUICK[:2], seeds=(0, 1))))
    assert section(page, "findings").count("no interval: fewer than 3 seeds; 2 seeds") == 3


def test_an_effect_without_interval_and_with_seeds_enough_blames_nothing(report):
    report["verdicts"][0]["interval"] = [0.1, None]
    assert findings.build(report_json.parse(report)).cards[0].interval == "no interval"


def test_the_notebooks_conclusions_stand_in_one_table_beside_the_numbers(page, run):
    assert [card.verdict.code for card in findings.build(run).answers] == ["V1", "V2"]
    said = section(page, "findings")
    assert said.count("What the notebook concluded, what the numbers say, why") == 1
    assert (
        "V2 At σ = 0.0001 the latent space is more dispersed. "
        "not supported: A dead kernel disperses the codes more than none × 0.994, 95 % interval 0.981 to 1.01"
    ) in said


def test_a_notebook_without_conclusions_has_no_table(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    for verdict in fake.report["verdicts"]:
        verdict["notebook"] = None
    assert "What the notebook concluded" not in rewritten(fake)


def test_paired_differences_are_those_of_the_report(fake, run):
    table = differences.build(run)
    assert table.reference == "none"
    assert [column.name for column in table.columns] == ["bce", "mse", "sliced_w2", "mmd2", "knn_accuracy", "fid"]
    assert [row.name for row in table.rows] == [variant.name for variant in QUICK[1:]]
    bce = fake.report["variants"][3]["differences"]["metrics"]["bce"]
    live = cell(table, LIVE, "bce")
    assert live.text == f"+{fixed(bce['mean'], 4)}"
    assert live.interval == f"+{fixed(bce['low'], 4)} to +{fixed(bce['high'], 4)}"
    assert {row.seeds for row in table.rows} == {"3 pairs"}


@pytest.mark.parametrize(
    ("metric", "low", "high", "sign", "word", "tone"),
    [
        ("bce", 0.006, 0.008, "▲", "higher, worse", "bad"),
        ("bce", -0.008, -0.006, "▼", "lower, better", "good"),
        ("bce", -0.001, 0.008, "", "", ""),
        ("bce", 0.0, 0.008, "", "", ""),
        ("knn_accuracy", 0.01, 0.02, "▲", "higher, better", "good"),
        ("mmd2", -0.4, -0.3, "▼", "lower, better", "good"),
        ("bce", None, 0.008, "", "", ""),
    ],
)
def test_only_an_interval_without_zero_is_marked_by_sign_and_word(report, metric, low, high, sign, word, tone):
    report["variants"][3]["differences"]["metrics"][metric] = {"mean": 0.007, "low": low, "high": high, "n": 3}
    marked = cell(differences.build(report_json.parse(report)), LIVE, metric)
    assert (marked.sign, marked.word, marked.tone) == (sign, word, tone)
    assert (marked.interval == "no interval") == (low is None)


def test_one_pair_has_a_difference_and_no_interval(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4])
    shown = section(Parsed(rewritten(fake)), "differences")
    bce = fake.report["variants"][3]["differences"]["metrics"]["bce"]["mean"]
    assert f"1 pair +{fixed(bce, 4)} no interval" in shown
    assert "to" not in shown.split("FID own classifier", 1)[1].split()
    assert "shares its seed" in shown
    assert "With fewer than three seeds there is no interval" in shown


def test_a_failed_variant_has_no_difference_and_is_named(tmp_path):
    fake = fake_run.make(tmp_path, [*QUICK[:2], replace(QUICK[3], status="failed")], seeds=SEEDS)
    table = differences.build(report_json.load(fake.run_dir))
    assert ([row.name for row in table.rows], table.without) == ([DEAD], [LIVE])
    assert f"No paired differences for: {LIVE}." in section(Parsed(rewritten(fake)), "differences")


def test_rules_of_thumb_are_held_against_the_range_of_the_prior_and_of_the_codes(run, page):
    advised = advice.build(run)
    assert advised.ranges[:2] == [("prior N(0, I)", "0.400", "9.10"), ("none", "3.52", "80.1")]
    assert [(rule.name, rule.sigma, rule.place, rule.free, rule.shaped) for rule in advised.heuristics] == [
        ("sqrt(d), pythae", "2.83", "inside", "0 of 4 variants", "2 of 2 variants"),
        ("the notebook's", "0.100", "below", "0 of 4 variants", "0 of 2 variants"),
        ("d²/2", "32.0", "above", "4 of 4 variants", "0 of 2 variants"),
    ]
    assert "sqrt(d), pythae 2.83 inside 0 of 4 variants 2 of 2 variants" in section(page, "advice")


def test_ranges_that_were_not_found_leave_the_rules_unjudged(report):
    report["advice"]["sigma"] = {"prior": None, "codes": [{"name": "none", "low": None, "high": 3.0}]}
    advised = advice.build(report_json.parse(report))
    assert advised.ranges == [("prior N(0, I)", "–", "–"), ("none", "–", "3.00")]
    assert {(rule.place, rule.free, rule.shaped) for rule in advised.heuristics} == {("", "–", "–")}


def test_the_plot_has_a_dot_for_every_seed_at_its_place_on_logarithmic_axes(fake, page):
    (chart,) = [svg for svg in page.all("svg") if "Sliced W2 against MSE" in (svg.attributes.get("aria-label") or "")]
    start = page.elements.index(chart)
    drawn = [e.attributes for e in page.elements[start:] if e.tag == "path" and "a3.2" in e.attributes["d"]][:6]
    dots = [(float(x) + 3.2, each["fill"]) for each in drawn for x in re.findall(r"M([\d.]+) ", each["d"])]
    low, high = map(float, chart.attributes["data-xlim"].split())
    expected = [run["metrics"]["mse"] for variant in fake.report["variants"] for run in variant["runs"]]
    shares = [(x - 46) / (480 - 46 - 178) for x, _ in dots]
    assert [low * (high / low) ** share for share in shares] == pytest.approx(expected, rel=1e-4)
    filled = [fill != "none" for _, fill in dots]
    assert filled == [True] * 3 + [False] * 12 + [True] * 3  # the first and the last variant are on the front


def test_a_logarithmic_axis_within_less_than_a_decade_has_ticks_all_the_same():
    assert [label for _, label in scales.logarithmic([0.0166, 0.0195]).ticks] == ["0.017", "0.018", "0.019"]
    assert [label for _, label in scales.logarithmic([0.03, 8.0]).ticks] == ["0.1", "1", "10"]


def test_the_plot_states_who_is_on_the_front_and_who_is_lowest(page):
    (finding,) = [
        svg.attributes["aria-label"]
        for svg in page.all("svg")
        if "Sliced W2 against MSE" in (svg.attributes.get("aria-label") or "")
    ]
    assert "on the front: none (3 of 3 seeds), imq-a0.6 (3 of 3 seeds)" in finding
    assert re.search(r"lowest MSE 0\.016\d\d by mmd-a0\.6-s0\.1, lowest Sliced W2 0\.0\d+ by imq-a0\.6\.", finding)
    assert "imq-a0.6 3 of 3 seeds" in section(page, "advice")


def test_a_seed_without_a_positive_number_is_no_dot_and_without_any_there_is_no_plot(report):
    for variant in report["variants"]:
        variant["runs"][0]["metrics"]["sliced_w2"] = 0.0
        variant["runs"][1]["metrics"].pop("mse")
    assert pareto.build(report_json.parse(report)).plot.count("a3.2") == 2 * 6  # two arcs are a dot
    for variant in report["variants"]:
        variant["runs"] = []
    assert pareto.build(report_json.parse(report)) is None


def test_a_path_joins_the_sigmas_of_an_alpha_through_the_means_by_rising_sigma(report):
    run = report_json.parse(report)
    alone = next(variant for variant in run.variants if variant.name == LIVE)
    run.variants.append(replace(alone, name="alone", alpha=0.2))
    chart = Parsed(pareto.build(run).plot)
    (path,) = chart.all("g", data_alpha="0.6")  # one sigma alone has no path
    assert not chart.all("g", data_alpha="0.2")
    line = chart.elements[chart.elements.index(path) + 1].attributes["d"]
    got = [float(point.split(",")[0]) for point in line[1:].split("L")]
    low, high = map(float, chart.elements[0].attributes["data-xlim"].split())
    by_sigma = sorted((v for v in run.variants if v.sigma and v.alpha == 0.6), key=lambda v: v.sigma)
    share = [math.log(v.mean("mse") / low) / math.log(high / low) for v in by_sigma]
    assert got == pytest.approx([46 + s * (480 - 46 - 178) for s in share], abs=0.06)


def test_of_many_variants_only_the_front_the_lowest_and_those_without_a_sigma_are_named(report):
    few = pareto.build(report_json.parse(report))
    assert few.unnamed == 0
    rows = report["variants"]
    for number in range(6):  # between the others in both respects
        rows.append(copy.deepcopy(rows[2]) | {"name": f"more-{number}", "sigma": 0.2 + number})
    report["advice"]["pareto"]["front"].append({"name": "more-0", "seeds": 1, "of": 3})  # with few of the seeds
    many = pareto.build(report_json.parse(report))
    named = {label.split(" (")[0] for label in map(words, Parsed(many.plot).all("text"))}
    lowest = {min(rows[:6], key=lambda row: row["summary"][metric]["min"])["name"] for metric in ("mse", "sliced_w2")}
    assert {row["name"] for row in rows} & named == {"none", "imq-a0.6"} | lowest
    assert many.unnamed == 12 - len({"none", "imq-a0.6"} | lowest)
    dots = [e for e in Parsed(many.plot).all("g") if e.attributes.get("data-variant", "").startswith("more-")]
    assert len(dots) == 6
    assert all("Sliced W2" in e.attributes["data-tips"] for e in dots)


def test_sigmas_at_which_a_kernel_is_dead_are_shaded(run, report):
    for _, chart in dispersion_of(run).charts:
        svg = Parsed(chart).elements[0].attributes
        left, right = svg["data-xlim"].split()
        (zones,) = [e.attributes["data-zones"] for e in Parsed(chart).all("path") if "data-zones" in e.attributes]
        assert zones == f"{left} 0.4 9.1 {right}"
    report["advice"]["sigma"]["prior"] = [1e-9, 1e9]  # alive everywhere on the axis
    assert all("data-zones" not in chart for _, chart in dispersion_of(report_json.parse(report)).charts)


def test_a_line_is_dotted_over_more_than_a_decade_that_nobody_tried(run):
    _, chart = dispersion_of(run).charts[0]
    parsed = Parsed(chart)
    start = next(i for i, e in enumerate(parsed.elements) if e.attributes.get("data-alpha") == "0.6")
    band, line, gap = parsed.elements[start + 1 : start + 4]
    assert "data-gap" in gap.attributes
    sigmas = sorted(v.sigma for v in run.finished if v.sigma)
    assert sigmas == [1e-4, 0.1, 2.83, 1e4]  # each further than a decade from the next
    assert [line.attributes["d"].count("M"), line.attributes["d"].count("L")] == [4, 0]
    assert [gap.attributes["d"].count("M"), gap.attributes["d"].count("L")] == [3, 3]
    assert band.attributes["d"].count("z") == 4
    near = [replace(v, sigma=sigma) for v, sigma in zip(run.finished[1:5], (0.1, 1.0, 10.0, 100.0), strict=True)]
    (drawn,) = (chart for _, chart in dispersion_of(replace(run, variants=near)).charts[:1])
    assert "data-gap" not in drawn  # a decade is near


def test_points_of_a_chart_say_their_values(run):
    _, chart = dispersion_of(run).charts[0]
    (line,) = Parsed(chart).all("g", data_alpha="0.6")
    by_sigma = sorted((v for v in run.finished if v.sigma), key=lambda v: v.sigma)
    values = [metrics.of("total_variance").show(v.mean("total_variance")) for v in by_sigma]
    said = [tip.split(" ", 2)[2].split(" ±")[0] for tip in line.attributes["data-tips"].split("\n")]
    assert said == [f"α 0.6, σ {v.sigma:.12g}: {value}" for v, value in zip(by_sigma, values, strict=True)]


def dispersion_of(run):
    return dispersion.build(run, EmptyStore())


class EmptyStore:
    def first(self, variant):
        return None


def test_each_section_of_figures_ends_with_the_verdicts_it_bears_on(page):
    for code, expected in (("curves", ["V1"]), ("latent", ["V3", "V4"]), ("dispersion", ["V2", "V3"])):
        said = section(page, code).split()[-80:]
        for verdict in expected:
            assert f"{verdict}," in said
            assert page.all("li", id=f"v-{verdict}")
            assert page.all("a", href=f"#v-{verdict}")
    assert "V1, supported: A penalty costs reconstruction (0.00710, 95 % interval" in section(page, "curves")


def test_the_verdicts_that_sections_bear_on_are_those_that_exist():
    known = {claim.code for claim in verdicts.CLAIMS}
    assert {code for codes in findings.BEARING.values() for code in codes} == known


def test_the_markdown_has_effect_and_interval_behind_each_verdict(fake, page):
    text = (fake.run_dir / "summary.md").read_text()
    assert (
        "- **not supported** V2: A dead kernel disperses the codes more than none \\[× 0.994 total variance, dead over "
        "none, 95\u00a0% interval 0.981 to 1.01, 3 seeds\\]"
    ) in text
    assert "- **not run** V4: IMQ matches the prior as well as the best σ\n" in text
    assert "| Sliced W2 (prior's sd) |" in text
    assert "| FID (own classifier) |" in text
    assert len(text.encode()) <= 20_000


def older(report):
    """The report as it was before any of this was measured."""
    known = {"bce", "mse", "psnr", "ssim", "total_variance", "mmd2", "knn_accuracy", "train_seconds", "kernel_state"}

    def less(numbers):
        return {name: value for name, value in numbers.items() if name in known}

    del report["advice"], report["run"]["classifier"]
    report["verdicts"] = []
    report["baselines"] = [row | {"metrics": less(row["metrics"])} for row in report["baselines"][:1]]
    for variant in report["variants"]:
        del variant["differences"]
        variant["summary"] = less(variant["summary"])
        variant["runs"] = [run | {"metrics": less(run["metrics"])} for run in variant["runs"]]
    return report


def test_an_older_report_is_shown_without_what_it_lacks(tmp_path):
    fake = fake_run.make(tmp_path, QUICK)
    older(fake.report)
    html = rewritten(fake)
    page = Parsed(html)
    assert "This section could not be made" not in html
    titles = [words(title) for title in page.all("h2")]
    assert not {"Paired differences", "Advice"} & set(titles)
    assert {"Summary", "All measurements"} <= set(titles)
    assert "Error by class" not in html
    assert "not measured" not in section(page, "summary")
    assert "FID" not in section(page, "summary")
    assert len(folded(page)) == 5


@pytest.mark.parametrize("empty", [None, {}, {"sigma": None, "heuristics": None, "pareto": None}])
def test_advice_that_says_little_breaks_nothing(tmp_path, empty):
    fake = fake_run.make(tmp_path, QUICK[:2])
    fake.report["advice"] = empty
    html = rewritten(fake)
    assert "This section could not be made" not in html
    assert (">Advice</h2>" in html) == bool(empty)


def test_a_verdict_of_words_alone_is_readable(report):
    report["verdicts"] = [{"code": "V1", "claim": "x", "state": "supported", "effect": "large", "interval": "wide"}]
    (card,) = findings.build(report_json.parse(report)).cards
    assert (card.effect, card.interval, card.seeds) == ("", "", "")


def test_nothing_hostile_is_more_than_text(tmp_path):
    fake = fake_run.make(tmp_path, [QUICK[0], FakeVariant(name=HOSTILE, sigma=1.0), QUICK[1]], seeds=SEEDS)
    report = fake.report
    report["verdicts"] = [
        verdict | dict.fromkeys(("claim", "quantity", "rule", "explanation", "notebook", "code", "state"), HOSTILE)
        for verdict in fake_science.verdicts(3)
    ]
    report["advice"]["heuristics"][0]["name"] = HOSTILE
    report["advice"]["pareto"] = {"x": HOSTILE, "y": HOSTILE, "front": [{"name": HOSTILE, "seeds": 1, "of": 3}]}
    report["run"]["classifier"] = {HOSTILE: HOSTILE, "sha256": HOSTILE}
    report["variants"][2]["differences"]["reference"] = HOSTILE
    for variant in report["variants"]:
        for run in variant["runs"]:
            run["metrics"][HOSTILE] = 1.5
    page = Parsed(rewritten(fake))
    assert len(page.all("script")) == 2
    assert not page.all("img", src="x")
    for code in ("findings", "summary", "differences", "reconstructions", "advice", "measurements", "provenance"):
        assert HOSTILE in section(page, code) or HOSTILE[:9] in section(page, code), code
    assert [e for e in page.all("svg") if HOSTILE in (e.attributes.get("aria-label") or "")]
    text = (fake.run_dir / "summary.md").read_text()
    assert "<img" not in text
    assert "<script" not in text


def test_a_run_in_which_everything_failed_has_nothing_to_measure(tmp_path):
    fake = fake_run.make(tmp_path, [replace(variant, status="failed") for variant in QUICK])
    fake.report["baselines"] = []
    assert measurements.build(report_json.parse(fake.report)) is None
    assert "This section could not be made" not in rewritten(fake)
