"""The page of a run with 2, 8 and 32 latent dimensions, its summary, its data, and its place among other runs."""

import copy
import re
from dataclasses import replace

import fake_run
import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES
from fake_run import DIMS, QUICK
from parsed_page import Parsed, section, words

from reports import facets, run_title, write
from reports.page import artifact
from reports.run_index import comparable, diff, index
from reports.sections.answer import answer, headline
from reports.sections.codes import dots
from reports.stored_arrays import StoredArrays

AT = ("d = 2", "d = 8", "d = 32")


@pytest.fixture
def report(dims):
    return copy.deepcopy(dims.report)


@pytest.fixture(scope="module")
def page(dims):
    return Parsed((dims.run_dir / "report.html").read_text())


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_run_with_one_number_of_latent_dimensions_has_no_parts(tmp_path):
    one = fake_run.make(tmp_path, QUICK[:2])
    assert [part is one.report for part in facets.of(one.report)] == [True]
    html = write.write(one.run_dir, one.store).read_text()
    assert 'class="facet"' not in html
    assert ".facet" not in html


def test_the_setting_to_use_is_marked_once_for_each(page, report):
    assert len([one for one in report.variants if headline.badge(report, one)]) == 3
    assert section(page, "sheet").count("★ use") == 3
    assert [words(e) for e in page.all("h3", **{"class": "facet"})][:3] == [
        "d = 2: Side by side: 3 settings alive, 1 half-way",
        "d = 8: Side by side: 3 settings alive, 1 dead",
        "d = 32: Side by side: 2 settings alive, 1 half-way, 1 dead",
    ]


def test_titles_lists_and_differences_say_the_dimensions(dims, report, tmp_path):
    title = plain(run_title.title(report))
    assert title == "15 variants of σ on Fashion-MNIST, d = 2, 8, 32"
    assert (
        plain(run_title.title(replace(report, run=replace(report.run, whole=True))))
        == "quick on Fashion-MNIST, d = 2, 8, 32"
    )
    same = fake_run.make(tmp_path, [replace(QUICK[5], latent_dim=d) for d in (2, 8)]).report
    assert plain(run_title.title(same)) == "α 0.6, seven scales on Fashion-MNIST, d = 2, 8"
    assert answer.build(report, problems=[], failures=[]).title == run_title.title(report)
    (entry,) = index.entries(dims.run_dir.parent)
    assert plain(entry.title) == title
    assert [at for at in AT if f"{at}: +" in plain(entry.price)] == [*AT]
    one = fake_run.make(tmp_path / "one", [one for one in DIMS if one.latent_dim == 8], seeds=(0, 1, 2)).report
    found = diff.between([comparable.of("a", report), comparable.of("b", one)])
    assert ("Latent dimensions", ["2, 8, 32", "8"]) in found.settings
    assert any("at d = 2" in plain(line) for line in found.pairs[0].rest)


def test_the_summary_and_the_short_page_have_them_all(dims, report):
    text = plain((dims.run_dir / "summary.md").read_text())
    rows = re.findall(r"^\| (.*?), d = (\d+) \|", text, re.M)
    assert [d for _, d in rows] == ["2"] * 5 + ["8"] * 5 + ["32"] * 5
    assert re.search(r"\*\*refuted at d = 8\*\* .* \[V1\]\(report.html#v-V1-d8\)", text)
    short = artifact.render(report, StoredArrays(dims.run_dir, dims.store))
    assert plain(short).count("Side by side: ") == 3


def test_codes_of_all_dimensions_are_in_one_file(dims):
    found = pq.read_table(dims.run_dir / "latents.parquet").to_pandas()
    filled = found.groupby("variant", observed=True)[[f"z{k}" for k in range(1, 33)]].count().gt(0).sum(axis=1)
    assert filled.to_dict() == {one.name: one.latent_dim for one in DIMS}


def test_dots_of_very_many_variants_have_a_limit():
    assert [dots.number(count) for count in (15, 40)] == [373, 200]
    assert 72 * dots.number(72) <= dots.AT_MOST


def test_what_did_not_finish_at_one_of_them_costs_the_others_nothing(tmp_path):
    lost = [replace(one, status="failed") if one.latent_dim == 2 else one for one in DIMS[:10]]
    fake = fake_run.make(tmp_path, lost, seeds=(0, 1, 2))
    page = Parsed(write.write(fake.run_dir, fake.store).read_text())
    assert "Section missing" not in section(page, "main")
    assert plain(headline.sentence(fake.report)) == "Use α 0.6 with σ 5.66 at d = 8; no setting to choose at d = 2"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_browser_has_nothing_to_complain_of(visit, dims, size):
    page = visit(dims.run_dir / "report.html", viewport=size)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    page.locator("#sigma-rules > summary").click()
    if size is DESK:
        assert not Axe().run(page, options=RULES).response["violations"]
        page.locator(".bars thead th button").nth(1).click()
        assert page.locator(".bars tr.part").evaluate_all("all => all.every(row => !row.checkVisibility())")
        first = page.locator(".bars tbody th").first.inner_text()
        assert re.search(r"d\s=\s32", first)  # sorted over all of them by error
    assert page.said == []
