"""The page as text and elements; test_reports_browser.py looks at it in a browser."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace

import fake_run
import numpy as np
import pytest
from fake_run import HOSTILE, QUICK, FakeVariant
from matplotlib import color_sequences
from matplotlib.colors import to_hex, to_rgb
from parsed_page import Element, Parsed, rewritten, words, written

from mmdvae.errors import InputError
from mmdvae.record import report_json
from reports import write
from reports.drawing import palette, pictures
from reports.page import inline_script
from reports.sections import curves, panel_choice, summary
from reports.sections.images import images
from reports.text import fixed, significant

NO_CODES = {"link", "iframe", "object", "embed", "form", "base"}


def row(page: Parsed, name: str) -> str:
    return words(summary_row(page, name))


def summary_rows(page: Parsed) -> list[Element]:
    (table,) = page.all("table", **{"class": "numbers summary"})
    following = page.elements[page.elements.index(table) + 1 :]
    end = next(i for i, e in enumerate(following) if e.tag == "table")
    return [e for e in following[:end] if e.tag == "tr" and "data-variant" in e.attributes]


def summary_row(page: Parsed, name: str) -> Element:
    (found,) = [e for e in summary_rows(page) if e.attributes["data-variant"] == name]
    return found


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    return fake_run.make(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def html(fake):
    return write.write(fake.run_dir, fake.store).read_text()


@pytest.fixture(scope="module")
def page(html):
    return Parsed(html)


def test_equal_inputs_give_equal_bytes(fake, html, tmp_path):
    again = fake_run.make(tmp_path)
    write.write(again.run_dir, again.store)
    write.write(again.run_dir, again.store)  # and over an older report
    for name in ("report.html", "metrics.csv", "latents.parquet", "summary.md"):
        assert (again.run_dir / name).read_bytes() == (fake.run_dir / name).read_bytes(), name


def test_the_sections_stand_in_their_order_below_one_title(page):
    assert len(page.all("h1")) == 1
    assert [words(h) for h in page.all("h2")] == [
        "Verdicts and checks",
        "Summary",
        "Paired differences",
        "Loss curves",
        "Reconstructions",
        "Latent space",
        "Dispersion and reconstruction against σ",
        "Samples from the prior",
        "Kernel health",
        "Advice",
        "All measurements",
        "Provenance and method",
    ]


def test_the_page_loads_nothing_and_runs_its_own_script_alone(html, page):
    assert not [e for e in page.elements if e.tag in NO_CODES]
    assert not [e for e in page.elements for name in e.attributes if name.startswith("on")]
    assert set(re.findall(r"https?://[^\"'\s<]*", html)) <= {"http://www.w3.org/2000/svg"}
    assert all(image.attributes["src"].startswith("data:image/png;base64,") for image in page.all("img"))
    policy = page.all("meta", http_equiv="Content-Security-Policy")[0].attributes["content"]
    assert "default-src 'none'" in policy
    data, own = page.all("script")
    assert (data.attributes, own.attributes) == ({"type": "application/json", "id": "points"}, {})
    digest = base64.b64encode(hashlib.sha256("".join(own.text).encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", policy)[1] == f"'sha256-{digest}'"


def test_the_script_is_small_and_asks_for_nothing_that_a_strict_policy_or_an_old_machine_forbids():
    text = inline_script.text()
    assert len(text.encode()) <= 20_000
    for forbidden in (
        "eval(",
        "new Function",
        "webgl",
        "http:",
        "https:",
        "innerHTML",
        "insertAdjacent",
        "</",
        "Storage",
    ):
        assert forbidden not in text


def test_every_picture_states_its_finding_with_numbers(page):
    charts = [svg for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    findings = [e.attributes["alt"] for e in page.all("img")] + [e.attributes["aria-label"] for e in charts]
    assert len(findings) > 40
    for finding in findings:
        assert re.search(r"\d", finding), finding
        assert "plot of" not in finding


def test_charts_are_drawn_by_attributes_alone(html):
    for chart in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        assert "class=" not in chart
        assert "style=" not in chart


def test_the_bce_curves_are_those_of_the_report(fake, page):
    for variant in fake.report["variants"]:
        for series in ("bce", "val_bce"):
            (drawn,) = page.all("g", data_variant=variant["name"], data_series=series)
            values = [float(value) for value in drawn.attributes["data-values"].split()]
            assert values == variant["runs"][0]["history"][series]


def test_equal_bce_gives_equal_curves_whatever_alpha_makes_of_the_loss(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1] + QUICK[3:4])
    first, second = (variant["runs"][0]["history"] for variant in fake.report["variants"])
    second["bce"], second["val_bce"] = first["bce"], first["val_bce"]
    assert first["loss"] != second["loss"]
    fake.save()
    shown = curves.build(report_json.load(fake.run_dir)).bce
    lines = [re.findall(r'<path d="([^"]*)" stroke-width="1.8"', panel.chart) for panel in shown]
    assert lines[0] == lines[1] != []


def test_codes_and_pca_share_their_limits_over_all_variants(page):
    for view in ("z-shared", "pca-shared"):
        panels = page.all("figure", data_view=view)
        limits = {(panel.attributes["data-xlim"], panel.attributes["data-ylim"]) for panel in panels}
        assert len(panels) == len(QUICK)
        assert len(limits) == 1


def test_each_variant_is_also_shown_at_its_own_scale(page):
    limits = [panel.attributes["data-xlim"] for panel in page.all("figure", data_view="pca-own")]
    assert len(set(limits)) == len(QUICK)


def test_the_prior_ring_is_inside_even_the_narrowest_panel(tmp_path):
    html = written(tmp_path, variants=[FakeVariant(name="tiny", sigma=1.0, spread=0.01)])
    for panel in Parsed(html).all("figure", data_view="pca-own"):
        low, high = map(float, panel.attributes["data-xlim"].split())
        assert low <= -2
        assert high >= 2


def test_a_hostile_name_is_text_everywhere(tmp_path):
    html = written(tmp_path, variants=[*QUICK[:2], FakeVariant(name=HOSTILE, sigma=1.0)])
    page = Parsed(html)
    assert len(page.all("script")) == 2
    assert not page.all("img", src="x")
    assert html.count("<img src=x") == 0
    assert HOSTILE in row(page, HOSTILE)
    assert [e for e in page.all("img") if e.attributes["alt"].startswith(HOSTILE)]
    assert [e for e in page.all("svg") if (e.attributes.get("aria-label") or "").startswith(HOSTILE)]
    assert page.all("g", data_variant=HOSTILE)
    (data,) = page.all("script", id="points")
    assert HOSTILE in json.loads("".join(data.text))["variants"]


def test_a_variant_that_lost_a_seed_keeps_its_numbers_and_says_so(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:2], seeds=(0, 1, 2))
    variant = fake.report["variants"][1]
    variant.update(status="failed", error="seed 2: killed", runs=variant["runs"][:2])
    shown = row(Parsed(rewritten(fake)), QUICK[1].name)
    assert "failed 2 of 3 seeds" in shown
    assert fixed(variant["summary"]["bce"]["mean"], 4) in shown


def test_a_collapsed_dimension_leaves_a_gap_in_the_spectrum(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    key = json.loads((fake.run_dir / "manifest.json").read_text())["variants"][0]["evaluate"]
    with np.load(fake.store / key / "views.npz") as file:
        views = dict(file)
    views["eigenvalues"][-1] = 0.0
    np.savez(fake.store / key / "views.npz", **views)
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    (chart,) = [e for e in page.all("svg") if "Eigenvalues" in (e.attributes.get("aria-label") or "")]
    assert "to –; the prior has 1 throughout" in chart.attributes["aria-label"]


def test_a_section_that_raises_becomes_a_box_and_the_rest_stays(fake, html, monkeypatch, caplog):
    def broken(run, store):
        raise ValueError("no <b>light</b>")

    monkeypatch.setattr(images, "samples", broken)
    broken_page = write.write(fake.run_dir, fake.store).read_text()
    whole, rest = sections(html), sections(broken_page)
    assert "ValueError: no &lt;b&gt;light&lt;/b&gt;" in rest["samples"]
    assert "Samples from the prior" in rest["samples"]
    assert {code for code in whole if whole[code] != rest[code]} == {"samples"}
    assert "Section missing" in broken_page
    assert [record.name for record in caplog.records] == ["reports"]


def sections(html: str) -> dict[str, str]:
    parts = re.split(r'<section id="(\w+)"', html)
    return dict(zip(parts[1::2], parts[2::2], strict=True)) | {parts[-2]: parts[-1]}


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_missing_number_is_a_dash_and_a_word_but_never_a_zero(tmp_path, value):
    fake = fake_run.make(tmp_path, QUICK[:2])
    fake.report["variants"][0]["summary"]["ssim"]["mean"] = value
    (fake.run_dir / "report.json").write_text(json.dumps(fake.report))  # NaN as Python writes it
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    line = summary_row(page, "none")
    assert "– not measured" in re.sub(r"–\s*", "– ", words(line))
    assert " 0.000 " not in words(line)


def test_a_whole_variant_without_metrics_does_not_disturb_the_others(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:3])
    fake.report["variants"][1]["summary"] = {}
    fake.report["variants"][1]["runs"][0]["metrics"] = None
    del fake.report["baselines"]
    page = Parsed(rewritten(fake))
    assert row(page, QUICK[1].name).count("not measured") == len(summary.COLUMNS) + 1  # and the kernel
    assert "This section could not be made" not in words(page.all("main")[0])


def test_failed_and_diverged_variants_keep_their_rows_with_the_reason(tmp_path):
    broken = [replace(QUICK[1], status="failed"), replace(QUICK[2], status="diverged")]
    page = Parsed(written(tmp_path, variants=[QUICK[0], *broken]))
    assert "failed: MemoryError" in row(page, broken[0].name)
    assert "diverged: loss is NaN in epoch 2" in row(page, broken[1].name)
    assert "1 of 3 variants finished" in words(page.all("header")[0])
    assert "This report is incomplete." in words(page.all("header")[0])


def test_a_run_in_which_everything_failed_still_has_a_page(tmp_path):
    page = Parsed(written(tmp_path, variants=[replace(variant, status="failed") for variant in QUICK]))
    assert "0 of 6 variants finished" in words(page.all("header")[0])
    assert "This section could not be made" not in words(page.all("main")[0])


def test_the_best_of_a_column_is_marked_once_and_only_where_best_has_a_meaning(page):
    marked = [
        (line.attributes["data-variant"], cell.attributes["data-metric"])
        for line in summary_rows(page)
        if line.attributes.get("class") == "variant"
        for cell in cells(page, line)
        if "best" in words(cell)
    ]
    assert ("mmd-a0.6-s0.1", "bce") in marked
    assert ("mmd-a0.6-s0.1", "ssim") in marked  # the larger, the better
    assert ("imq-a0.6", "mmd2") in marked  # the nearer to 0
    assert ("imq-a0.6", "sliced_w2") in marked
    assert {metric for _, metric in marked} <= {"bce", "mse", "ssim", "sliced_w2", "mmd2", "knn_accuracy", "fid"}
    assert sum(metric == "bce" for _, metric in marked) == 1


def cells(page: Parsed, line: Element) -> list[Element]:
    start = page.elements.index(line)
    following = page.elements[start + 1 :]
    end = next((i for i, e in enumerate(following) if e.tag == "tr"), len(following))
    return [e for e in following[:end] if e.tag == "td" and "data-metric" in e.attributes]


def test_variants_that_are_equal_in_the_digits_shown_are_both_best(fake):
    run = report_json.load(fake.run_dir)
    first, second, third = run.variants[:3]
    for variant, bce in ((first, 0.30001), (second, 0.29999), (third, 0.31)):
        variant.summary["bce"] = replace(variant.summary["bce"], mean=bce)
    rows = summary.table(replace(run, variants=[first, second, third]))
    assert [row.cells[0].best for row in rows[:3]] == [True, True, False]


def test_a_failed_variant_is_never_best(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:3])
    fake.report["variants"][2].update(status="diverged", error="late")
    fake.report["variants"][2]["summary"]["bce"]["mean"] = 0.1
    fake.save()
    rows = summary.table(report_json.load(fake.run_dir))
    assert not any(cell.best for cell in rows[2].cells)


def test_the_prior_and_the_baselines_stand_below_the_variants(page):
    order = [e.attributes["data-variant"] for e in summary_rows(page)]
    pca = [f"PCA-{n}" for n in (2, 4, 8, 16)]
    assert order[-9:] == ["prior N(0, I)", "mean image", *pca, "raw pixels", "real images", "prior draws"]
    prior = row(page, "prior N(0, I)")
    assert prior.startswith("prior N(0, I)")
    assert "8.00 0 0.0000" in prior  # total variance, sliced W2, MMD²


def test_several_seeds_give_mean_and_spread_and_their_number(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:4], seeds=(0, 1, 2))
    page = Parsed(rewritten(fake))
    statistic = fake.report["variants"][3]["summary"]["bce"]
    shown = row(page, QUICK[3].name)
    assert "3 seeds" in shown
    assert f"{fixed(statistic['mean'], 4)} ± {fixed(statistic['sd'], 4)}" in shown
    runs = fake.report["variants"][3]["runs"]
    (drawn,) = page.all("g", data_variant=QUICK[3].name, data_series="val_bce")
    expected = np.mean([run["history"]["val_bce"] for run in runs], axis=0)
    np.testing.assert_allclose([float(v) for v in drawn.attributes["data-values"].split()], expected, rtol=1e-12)


def test_one_seed_shows_no_spread(page):
    assert "1 seed" in row(page, "none")
    assert "±" not in row(page, "none")


def test_a_saturated_kernel_is_called_no_penalty(page):
    meanings = [words(e) for e in page.all("td") if e.attributes.get("class") == "prose"]
    assert sum("trained as if there was no penalty" in meaning for meaning in meanings) == 2


def test_a_live_kernel_that_few_pairs_feel_is_called_half_way(tmp_path):
    fake = fake_run.make(tmp_path)
    assert "Half-way" not in rewritten(fake)
    fake.report["variants"][3]["runs"][0]["metrics"]["kernel_live_share"] = 0.1
    assert "Half-way: fewer than 50 % of the pairs feel it" in rewritten(fake)


def test_only_the_notebook_recipe_is_warned_about_its_validation(html, tmp_path):
    assert "training mode" not in html
    assert "training mode" in written(tmp_path, variants=QUICK[:1], recipe="notebook")


def test_without_any_finding_there_is_no_section(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1])
    assert "Verdicts and checks" in rewritten(fake)
    fake.report["verdicts"], fake.report["checks"] = [], []
    assert "Verdicts and checks" not in rewritten(fake)


def test_many_variants_get_eight_full_panels_and_thumbnails_within_two_megabytes(tmp_path):
    many = [
        QUICK[0],
        *(FakeVariant(name=f"mmd-{i}", alpha=0.2, sigma=0.1 + i, spread=1 + i / 5) for i in range(20)),
        QUICK[5],
    ]
    html = written(tmp_path, variants=many)
    page = Parsed(html)
    assert len(page.all("figure", data_view="z-shared")) == len(many)
    assert len(page.all("figure", data_view="tsne")) == 8
    assert len(html) < 2_000_000


def test_the_full_panels_keep_the_best_and_the_extremes(tmp_path):
    many = [FakeVariant(name=f"v{i}", sigma=1.0 + i, spread=1 + i, bce=0.3 - 0.001 * (i == 13)) for i in range(20)]
    fake = fake_run.make(tmp_path, many)
    names = [variant.name for variant in panel_choice.full_panels(report_json.load(fake.run_dir).variants)]
    assert len(names) == 8
    assert {"v0", "v13", "v19"} <= set(names)
    assert names == sorted(names, key=lambda name: int(name[1:]))


def test_the_page_says_where_it_comes_from(fake, page):
    provenance = words(page.all("section", id="provenance")[0])
    run = fake.report["run"]
    for fact in (run["command"], run["code"]["commit"], "uncommitted changes", run["dataset"]["sha256"], "2.21.0"):
        assert fact in provenance


def test_the_provenance_holds_the_recipes_settings_or_says_that_it_has_none(tmp_path):
    fake = fake_run.make(tmp_path, epochs=3)
    assert "epochs 3; the recipe's other settings were not recorded" in words_of(rewritten(fake), "provenance")
    fake.report["run"]["recipe_settings"] = {
        "name": "standard", "optimizer": "adam", "learning_rate": 0.001, "batch_size": 128, "flip": False,
    }  # fmt: skip
    said = words_of(rewritten(fake), "provenance")
    assert "optimizer adam, learning rate 0.001, batch size 128, flip no" in said
    assert "convolutional encoder and decoder, 402,545 parameters" in said
    assert "not recorded" not in said


def words_of(html: str, section: str) -> str:
    return words(next(e for e in Parsed(html).all("section") if e.attributes["id"] == section))


def test_every_section_leads_back_to_the_contents(page):
    sections = page.all("section")
    assert len(page.all("a", href="#contents")) == len(sections)
    assert len(page.all("nav", id="contents")) == 1
    assert all(words(section).endswith("Contents") for section in sections)


def test_the_hint_says_of_how_many_dots_a_reconstruction_can_be_shown(tmp_path):
    few = "Its reconstruction stands beside it for 16 of the 208 dots; the page has none of the others."
    assert few in written(tmp_path / "few", variants=QUICK[:2])
    assert "the page has none of the others" not in written(tmp_path / "all", variants=QUICK[:2], decoded=True)


def test_squared_errors_are_those_of_the_definition():
    originals, decoded = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 28, 28), np.uint8)
    decoded[0, 0, :2] = 255, 51  # 1 and 0.2
    assert images.squared_errors(originals, decoded)[0] == pytest.approx((1 + 0.04) / 784)


@pytest.mark.parametrize("share", np.linspace(0, 1, 21))
def test_numbers_in_the_heat_map_can_be_read(share):
    assert contrast(*pictures.heat(share)) >= 4.5


def contrast(one: str, other: str) -> float:
    def luminance(colour):
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_classes_wear_the_palette_that_colour_blind_readers_can_tell_apart():
    assert list(palette.CLASS_COLOURS) == [to_hex(colour) for colour in color_sequences["petroff10"]]


def test_numbers_are_written_with_a_true_minus_and_without_a_negative_zero():
    assert fixed(-0.00123, 4) == "−0.0012"
    assert fixed(-0.00001, 4) == "0.0000"
    assert [significant(value) for value in (623.4, 8.0, 0.02134, -0.5, 0, None)] == [
        "623", "8.00", "0.0213", "−0.500", "0", "–",
    ]  # fmt: skip


@pytest.mark.parametrize("left", [0, 11, 5000], ids=["empty", "cut in its first header", "cut"])
def test_lost_arrays_cost_their_picture_and_are_named(tmp_path, caplog, left):
    fake = fake_run.make(tmp_path, QUICK[:2])
    key = json.loads((fake.run_dir / "manifest.json").read_text())["variants"][1]["evaluate"]
    file = fake.store / key / "views.npz"
    file.write_bytes(file.read_bytes()[:left])
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    assert f"{key}/views.npz cannot be read" in words(page.all("header")[0])
    assert len(page.all("figure", data_view="z-shared")) == 1
    assert QUICK[1].name in row(page, QUICK[1].name)
    assert f"No stored codes for: {QUICK[1].name}." in words(page.all("main")[0])


@pytest.mark.parametrize(
    "key",
    ["../../etc", "evaluate-" + "0" * 23, "evaluate-" + "0" * 24 + "/../../x", "data-" + "0" * 24, "/etc/passwd", 3],
)
def test_a_key_that_could_leave_the_store_is_refused(tmp_path, key):
    fake = fake_run.make(tmp_path, QUICK[:1])
    manifest = json.loads((fake.run_dir / "manifest.json").read_text())
    manifest["variants"][0]["evaluate"] = key
    (fake.run_dir / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"evaluate key must be evaluate- and 24 hex digits"):
        write.write(fake.run_dir, fake.store)


def test_a_folder_without_a_report_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no report\.json in .*is it the folder of a run"):
        write.write(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, r"schema must be 1, got 2"),
        ({"variants": [{"name": "x", "regularizer": "none", "status": "maybe"}]}, r"status must be one of: ok, failed"),
        ({"run": {}}, r"no 'id'"),
    ],
)
def test_a_report_that_breaks_its_schema_is_named(tmp_path, change, message):
    fake = fake_run.make(tmp_path, QUICK[:1])
    fake.report.update(change)
    fake.save()
    with pytest.raises(InputError, match=message):
        write.write(fake.run_dir, fake.store)


def test_the_table_needs_no_drawing_and_the_page_no_training():
    heavy = {"matplotlib", "numpy", "keras", "tensorflow", "prefect", "sklearn"}
    for module, loaded in (
        ("reports.sections.summary, mmdvae.record.report_json, reports.run_index.index", "[]"),
        ("reports.write", "['numpy']"),  # matplotlib comes with the first picture that was never drawn
    ):
        code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == loaded


def test_numbers_that_need_a_definition_have_it(html):
    assert "exp(−|a − b|² / 2σ²)" in html
    assert "0.1, 0.2, 0.5, 1, 2, 5 and 10" in html
    assert "PCA are scaled to unit variance" in html
