"""The page as text and elements; test_browser.py tests it in a browser."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace

import fake_run
import pytest
from fake_run import CLASSES, HOSTILE, QUICK, FakeVariant
from parsed_page import Parsed, section, summary_row, words

from reports import looks, write
from reports.page import inline_script
from reports.page import page as whole_page

NO_CODES = {"link", "iframe", "object", "embed", "form", "base"}


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
    write.write(again.run_dir, again.store)  # a second time, over an existing report
    for name in ("report.html", "metrics.csv", "latents.parquet", "summary.md"):
        assert (again.run_dir / name).read_bytes() == (fake.run_dir / name).read_bytes(), name


SECTIONS = ["sheet", "numbers", "codes", "images", "doubt", "more"]
FOLDED = [
    "measurements", "classes", "spectrum", "kernels", "sigma-rules", "every-variant", "reproduce",
]  # fmt: skip


def test_the_sections_stand_in_their_order_below_one_title(page):  # a new section has its place here
    assert len(page.all("h1")) == 1
    assert [e.attributes["id"] for e in page.all("section")] == SECTIONS
    assert [e.attributes["id"] for e in page.all("details", **{"class": "fold"})] == FOLDED


def test_a_sections_heading_is_its_finding(page):
    for code in SECTIONS[:-1]:
        (heading,) = page.all("h2", id=f"{code}-title")
        assert len(words(heading).split()) > 3, words(heading)  # not a topic such as "Images"


def test_the_page_loads_nothing_and_runs_its_own_script_alone(html, page):
    assert not [e for e in page.elements if e.tag in NO_CODES]
    assert not [e for e in page.elements for name in e.attributes if name.startswith("on")]
    assert set(re.findall(r"https?://[^\"'\s<]*", html)) <= {"http://www.w3.org/2000/svg"}
    assert all(re.match("data:image/(png|webp);base64,", image.attributes["src"]) for image in page.all("img"))
    policy = page.all("meta", http_equiv="Content-Security-Policy")[0].attributes["content"]
    assert "default-src 'none'" in policy
    data, own = page.all("script")
    assert (data.attributes, own.attributes) == ({"type": "application/json", "id": "points"}, {})
    digest = base64.b64encode(hashlib.sha256("".join(own.text).encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", policy)[1] == f"'sha256-{digest}'"


def test_the_script_is_small_and_asks_for_nothing_that_a_strict_policy_or_an_old_machine_forbids():
    text = inline_script.text()
    assert len(text.encode()) <= 28_000
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
    alts = [e.attributes["alt"] for e in page.all("img")]
    findings = [alt for alt in alts if alt] + [e.attributes["aria-label"] for e in charts]
    assert alts.count("") <= 3  # the rest of a row whose first picture speaks for all
    assert len(findings) > 40
    for finding in findings:
        assert re.search(r"\d", finding), finding
        assert "plot of" not in finding


def test_charts_are_drawn_by_attributes_alone(html):
    for chart in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        assert "class=" not in chart
        assert "style=" not in chart
        assert "url(" not in chart


def test_whatever_a_hand_a_user_or_a_data_set_has_named_is_text_everywhere(tmp_path):
    folder = HOSTILE.replace("/", "")
    named = {"dataset": HOSTILE, "classes": [HOSTILE, *CLASSES[1:]], "preset": HOSTILE, "command": HOSTILE}
    lost = FakeVariant(sigma=5.0, status="failed", error=HOSTILE)
    fake = fake_run.make(tmp_path, [*QUICK[:2], FakeVariant(sigma=1.0), lost], run_id=folder, **named)
    fake.rename("mmd-a0.6-s1", HOSTILE)
    html = write.write(fake.run_dir, fake.store).read_text()
    page = Parsed(html)
    assert len(page.all("script")) == 2
    assert not page.all("img", src="x")
    assert html.count("<img src=x") == 0
    assert HOSTILE[:20] in words(page.all("p", **{"class": "kicker"})[0])
    assert f"failed {HOSTILE}" in summary_row(page, lost.name)
    assert HOSTILE in words(page.all("li", data_label="0")[0])
    assert section(page, "more").count(HOSTILE) >= 3  # command, preset and data set
    assert folder in section(page, "more")
    assert page.all("g", data_variant=HOSTILE)
    (data,) = page.all("script", id="points")
    held = json.loads("".join(data.text))
    assert HOSTILE in held["variants"]
    assert held["classes"][0] == HOSTILE


@pytest.mark.parametrize(("code", "module"), [("images", "images"), ("kernels", "kernel")])
def test_a_section_that_raises_becomes_a_box_and_the_rest_stays(fake, html, monkeypatch, caplog, code, module):
    def broken(*_):
        raise ValueError("no <b>light</b>")

    monkeypatch.setattr(getattr(whole_page, module), "build", broken)
    broken_page = write.write(fake.run_dir, fake.store).read_text()
    parts = r'<(?:section|details) id="([\w-]+)"(.*?)(?=<section|<details id|\Z)'
    whole, rest = (dict(re.findall(parts, it, re.S)) for it in (html, broken_page))
    assert "ValueError: no &lt;b&gt;light&lt;/b&gt;" in rest[code]
    assert {name for name in whole if whole[name] != rest.get(name)} == {code}
    assert "Section missing" in broken_page
    assert [record.name for record in caplog.records] == ["reports"]


def test_a_run_in_which_everything_failed_still_has_a_page(tmp_path):
    fake = fake_run.make(tmp_path, [replace(variant, status="failed") for variant in QUICK])
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    assert "0 of 6 variants finished" in words(page.all("header")[0])
    assert "No variant finished" in words(page.all("h1")[0])
    assert "This section could not be made" not in words(page.all("main")[0])


def test_only_the_notebook_recipe_is_warned_about_its_validation(html, tmp_path):
    assert "training mode" not in html
    fake = fake_run.make(tmp_path, QUICK[:1], recipe="notebook")
    assert "training mode" in write.write(fake.run_dir, fake.store).read_text()


def test_the_warning_is_about_the_training_flag_whatever_the_recipe_is_called(tmp_path):
    fake = fake_run.make(tmp_path, QUICK[:1], recipe="notebook")
    settings = fake.report.run.recipe_settings
    fake.save_run(recipe="mine")
    assert "training mode" in write.write(fake.run_dir, fake.store).read_text()
    fake.save_run(recipe="notebook", recipe_settings=settings | {"training_flag": True})
    assert "training mode" not in write.write(fake.run_dir, fake.store).read_text()


def test_the_table_needs_no_drawing_and_the_page_no_training():
    heavy = {"matplotlib", "numpy", "keras", "tensorflow", "prefect", "sklearn"}
    for module, loaded in (
        ("mmdvae.record.report_json, reports.run_index.index", "[]"),
        ("reports.write", "['numpy']"),  # matplotlib is imported when a picture is first drawn
    ):
        code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == loaded


def test_numbers_that_need_a_definition_have_it(html):
    assert "exp(−|a − b|² / 2σ²)" in html
    assert "0.1, 0.2, 0.5, 1, 2, 5 and 10" in html
    assert "“Whitened” is after the affine map that gives 20,000 training codes" in html


def test_nothing_in_an_edited_report_is_more_than_text(tmp_path):
    fake = fake_run.make(tmp_path, [*QUICK[:2], FakeVariant(sigma=1.0)], seeds=(0, 1, 2))
    fake.rename("mmd-a0.6-s1", HOSTILE)
    report, words_of_verdict = fake.report, ("claim", "quantity", "rule", "explanation", "notebook", "code")
    for variant in report.variants:
        for run in variant.runs:
            run.metrics[HOSTILE] = 1.5
    report.advice.heuristics[0] = replace(report.advice.heuristics[0], name=HOSTILE)
    fake.save_variant(1, differences=replace(report.variants[1].differences, reference=HOSTILE))
    fake.save_run(classifier=replace(report.run.classifier, sha256=HOSTILE))
    fake.save(
        verdicts=[replace(verdict, **dict.fromkeys(words_of_verdict, HOSTILE)) for verdict in report.verdicts],
        checks=[replace(check, title=HOSTILE, explanation=HOSTILE) for check in report.checks],
        advice=replace(report.advice, pareto=replace(report.advice.pareto, x=HOSTILE)),
    )
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    assert len(page.all("script")) == 2
    assert not page.all("img", src="x")
    assert "could not be made" not in words(page.all("main")[0])
    for code in ("doubt", "more"):
        assert HOSTILE in section(page, code) or HOSTILE[:9] in section(page, code), code
    text = (fake.run_dir / "summary.md").read_text()
    assert "<img" not in text
    assert "<script" not in text


def test_readers_see_settings_and_ids_stay_in_files(page, fake):
    """Outside of the folded parts, which name files and lines of code."""
    ids = [one.name for one in fake.report.variants if one.name != "none"]
    seen = " ".join([words(page.all("header")[0]), *(section(page, code) for code in SECTIONS[:-1])])
    assert not [name for name in ids if name in seen]
    for look in looks.of(fake.report.variants).values():
        assert look.label.replace("\u00a0", " ") in seen.replace("\u00a0", " ")


def test_own_data_read_no_word_of_the_notebook_and_of_no_claim_that_nobody_asked_for(tmp_path):
    own = [QUICK[0], FakeVariant(sigma=2.83, alpha=0.3), FakeVariant(sigma=4.0, alpha=0.3)]
    fake = fake_run.make(tmp_path, own, dataset="images:faces", seeds=(0, 1, 2))
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    seen = words(page.all("body")[0]).lower().replace('"use strict"', "")
    assert "notebook" not in seen
    assert "not run" not in seen
