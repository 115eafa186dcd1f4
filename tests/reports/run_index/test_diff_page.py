"""diff.html: the page form of the difference that the command prints."""

from dataclasses import replace

import fake_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES
from fake_run import HOSTILE, QUICK, FakeVariant

from mmdvae.record import report_json
from reports.run_index import comparable, diff, diff_page

AWKWARD = f"--{HOSTILE} &amp;".replace("/", "")  # a folder name cannot contain a slash


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Three runs that differ in settings, numbers and variants, with names that would be harmful as markup."""
    out = tmp_path_factory.mktemp("diff")
    one, two = FakeVariant(sigma=1.0), FakeVariant(sigma=2.0)
    changed = [replace(one, bce=0.4), *(replace(variant, bce=0.31) for variant in QUICK[1:3]), QUICK[3]]
    runs = [
        fake_run.make(out, [*QUICK, one], run_id="first", seeds=(0, 1, 2)),
        fake_run.make(out, changed, run_id=AWKWARD, seeds=(0, 1, 2), epochs=5, preset=HOSTILE),
        fake_run.make(out, [two], run_id="third"),
    ]
    for run in runs:
        run.rename(one.name, HOSTILE)
        run.rename(two.name, f"{HOSTILE} too")
    diff_page.write(between(out), out, everything=True)
    return out


def between(out):
    names = ["first", AWKWARD, "third"]
    return diff.between([comparable.of(name, report_json.load(out / name)) for name in names])


def cells(table, rows):
    return table.locator(rows).evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.textContent.trim()))")


def plain(text):
    """Without the spaces that do not break, which the terminal and some browsers give as others."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_says_what_the_command_prints(visit, out):
    page, difference = visit(out / "diff.html"), between(out)
    assert page.inner_text("p.incomplete") == difference.first_line
    assert page.locator("dd .id").all_text_contents() == difference.ids
    assert cells(page.locator("table.settings"), "tbody tr") == [
        [name, *values] for name, values in difference.settings
    ]
    sections = page.locator("section").all()
    assert len(sections) == len(difference.pairs) == 2
    for section, pair in zip(sections, difference.pairs, strict=True):
        text = plain(section.inner_text())
        assert all(line in text for line in [*pair.sure, *map(plain, pair.rest)])
        shown = cells(section.locator("table.changes"), "tbody tr") if pair.rows else []
        assert len(shown) == len(pair.rows)
        for found, row in zip(shown, pair.rows, strict=True):
            head, *rest = found
            assert [word in head for word in (row.first.title, row.first.word, row.other.word)] == [True] * 3
            assert rest == [
                f"{one.text}{f' {pair.sign(one)}' if pair.sign(one) else ''}{one.first} → {one.other}"
                for one in row.changes
            ]
    assert page.said == []


def test_all_measurements_are_folded_and_only_there_if_asked(visit, out, tmp_path):
    page = visit(out / "diff.html")
    assert not page.get_by_text("Silhouette").first.is_visible()
    page.get_by_text("All measurements, B − A").first.click()
    assert page.get_by_text("Silhouette").first.is_visible()
    page = visit(diff_page.write(between(out), tmp_path, everything=False))
    assert page.locator("table.changes thead").inner_text().startswith("Variant")
    assert page.get_by_text("Silhouette").count() == 0


def test_runs_that_differ_in_nothing_make_a_page_that_says_so(visit, tmp_path):
    runs = [fake_run.make(tmp_path, QUICK[:1], run_id=name).run_dir for name in ("one", "two")]
    same = diff.between([comparable.of(run.name, report_json.load(run)) for run in runs])
    page = visit(diff_page.write(same, tmp_path, everything=False))
    assert page.inner_text("p.finished") == "Same data, same epochs."
    assert page.locator(".incomplete").count() == 0
    assert "No setting differs." in page.inner_text("main")


def test_hostile_names_are_text_and_no_script_can_run(visit, out):
    html = (out / "diff.html").read_text()
    assert "<script" not in html
    assert "script-src" not in html
    page = visit(out / "diff.html")
    assert page.locator("img").count() == 0
    assert page.evaluate("window.__xss") is None
    text = page.inner_text("main")
    assert HOSTILE in text  # in a setting; variants are shown by their settings, and their names are attributes
    assert page.locator("tr[data-variant]").evaluate_all("rows => rows.map(r => r.dataset.variant)").count(HOSTILE) == 1
    assert AWKWARD in text
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.__ran = 1'}))")
    assert page.evaluate("window.__ran") is None
    assert any("Content Security Policy" in said for said in page.said)


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_a_difference_bars_nobody_and_widens_no_page(visit, out, scheme, viewport):
    page = visit(out / "diff.html", color_scheme=scheme, viewport=viewport)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_on_a_phone_a_variant_is_a_card_whose_numbers_have_names(visit, out):
    page = visit(out / "diff.html", viewport=PHONE)
    card = page.locator("table.changes tbody tr").first
    assert card.evaluate("row => row.scrollWidth <= row.clientWidth && row.clientWidth <= 390")
    label = card.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"error"'


def test_on_paper_the_difference_is_as_wide_as_the_page(visit, out):
    page = visit(out / "diff.html", viewport={"width": 718, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == 718


def test_the_page_is_linked_from_the_list_and_leads_back(visit, out):
    page = visit(out / "index.html")
    page.get_by_role("link", name="diff.html").click()
    assert page.inner_text("h1") == "Difference between runs"
    page.get_by_role("link", name="All runs").click()
    assert page.inner_text("h1") == "Runs"


def test_the_page_does_not_change_when_it_is_written_again(out):
    before = (out / "diff.html").read_bytes()
    assert diff_page.write(between(out), out, everything=True).read_bytes() == before
