"""The page in a browser: from a file, without a network, in light and dark mode, on a phone and on paper."""

import re

import fake_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES
from fake_run import CLASSES, HOSTILE, QUICK, FakeVariant

from reports import write
from reports.run_index import index

SECTIONS = [
    "findings",
    "summary",
    "differences",
    "curves",
    "reconstructions",
    "latent",
    "dispersion",
    "samples",
    "kernel",
    "advice",
    "measurements",
    "provenance",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """All kinds of variants with three seeds, one failed, one with a hostile name, and hostile text throughout."""
    odd = [FakeVariant(sigma=1.0, alpha=0.9), FakeVariant(sigma=5.66, alpha=0.9, status="failed", error=HOSTILE)]
    words = {"dataset": HOSTILE, "classes": [HOSTILE, *CLASSES[1:]], "preset": HOSTILE, "command": HOSTILE}
    out = tmp_path_factory.mktemp("browser")
    fake = fake_run.make(out, [*QUICK, *odd], seeds=(0, 1, 2), epochs=12, **words)
    fake.rename("mmd-a0.9-s1", HOSTILE)
    write.write(fake.run_dir, fake.store)
    index.write(fake.run_dir.parent)
    return fake.run_dir


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    """The page of six variants with three seeds, for which the size limits are stated."""
    fake = fake_run.make(tmp_path_factory.mktemp("six"), QUICK, seeds=(0, 1, 2), epochs=12)
    return write.write(fake.run_dir, fake.store)


@pytest.fixture
def opened(visit, run):
    """A function that opens a file of the run with the given browser context options."""
    return lambda name="report.html", **options: visit(run / name, **options)


def test_it_opens_from_a_file_without_a_network_or_a_complaint(opened):
    page = opened()
    page.wait_for_load_state("networkidle")
    assert [url for url in page.seen if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.seen if url.startswith("file:")]) == 1
    assert page.said == []


def test_without_scripts_every_section_and_every_picture_is_there(opened):
    page = opened(java_script_enabled=False)
    assert [section.get_attribute("id") for section in page.locator("main > section").all()] == SECTIONS
    for section in page.locator("main > section").all():
        assert len(section.inner_text()) > 100
    pictures = page.locator("main img").evaluate_all("all => all.map(i => [i.naturalWidth, i.checkVisibility()])")
    assert all(width > 0 and seen for width, seen in pictures)
    assert page.locator("#summary tr.variant").count() == 8
    assert page.locator(".card").count() == 14
    assert page.locator("button:visible, canvas:visible, input:visible").count() == 0  # no controls without a function


def test_every_picture_is_decoded_and_every_chart_has_a_size(opened):
    page = opened()
    sizes = page.eval_on_selector_all(
        "img",  # the script replaces some by canvases, and hides the view that its "Fit each panel" button also shows
        "all => all.map(i => [i.complete, i.naturalWidth, (i.closest('.live, .static') ?? i).clientWidth])",
    )
    assert len(sizes) > 40
    assert all(complete and natural > 0 for complete, natural, _ in sizes)
    assert sum(shown == 0 for *_, shown in sizes) == 7  # PCA panels at each variant's own scale
    charts = page.eval_on_selector_all("svg[role=img]", "charts => charts.map(c => c.getBoundingClientRect().width)")
    assert min(charts) > 150


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_nothing_bars_a_reader_who_uses_assistance(opened, name, scheme, viewport):
    page = opened(name, color_scheme=scheme, viewport=viewport)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
def test_a_phone_scrolls_tables_and_not_the_page(opened, name):
    page = opened(name, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for region in page.locator(".scroll").all():
        assert region.get_attribute("tabindex") == "0"
        assert region.get_attribute("aria-label")


def test_on_a_phone_the_variant_stays_in_sight_while_its_numbers_scroll(opened):
    page = opened(viewport=PHONE)
    region = page.locator("#summary .scroll")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    region.evaluate("e => e.scrollTo(300, 0)")
    for name in page.locator("#summary tbody th").all():
        box = name.bounding_box()
        assert box["x"] == pytest.approx(20, abs=1)
        assert box["width"] < 130  # leaves two thirds of the screen for numbers
    assert page.locator("#summary caption").bounding_box()["width"] <= 351


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_unfolded_tables_bar_nobody_and_widen_no_page(opened, scheme, viewport):
    page = opened(color_scheme=scheme, viewport=viewport)
    unfold(page)
    found = Axe().run(page, context="#measurements", options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_a_table_unfolds_by_keyboard_and_without_scripts(opened):
    page = opened(java_script_enabled=False)
    table = page.locator("#measurements table").first
    assert not table.is_visible()
    page.locator("#measurements summary").first.press("Enter")
    assert table.is_visible()


def test_text_is_large_enough_on_a_phone_to_zoom_into_no_chart(opened):
    page = opened(viewport=PHONE)
    heights = page.eval_on_selector_all(
        "svg[role=img]", "cs => cs.map(c => 10.5 * c.getBoundingClientRect().width / c.viewBox.baseVal.width)"
    )
    assert min(heights) > 7


def test_headings_descend_without_a_gap(opened):
    page = opened()
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "hs => hs.map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_contents_lead_to_the_sections(opened):
    page = opened()
    links = page.eval_on_selector_all("nav a", "links => links.map(l => l.getAttribute('href'))")
    assert links == [f"#{code}" for code in SECTIONS]
    page.click("nav a[href='#latent']")
    assert abs(page.evaluate("document.getElementById('latent').getBoundingClientRect().top")) < 40


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
def test_hostile_words_run_nothing_and_are_seen(opened, name):
    page = opened(name)
    assert page.evaluate("window.__xss") is None
    assert page.locator("img[src=x]").count() == 0
    assert HOSTILE in page.locator("h1" if name == "report.html" else "table").first.inner_text()
    if name == "report.html":
        assert HOSTILE in page.locator("#summary tr.variant >> nth=6").inner_text()


def test_the_policy_blocks_an_injected_script_and_a_remote_picture(opened):
    page = opened()
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.__ran = 1';
        document.body.append(script);
        const image = new Image();
        image.src = 'https://example.invalid/x.png';
        document.body.append(image);
    }""")
    page.wait_for_timeout(100)
    assert page.evaluate("window.__ran") is None
    assert len([said for said in page.said if "Content Security Policy" in said]) == 2


def test_pictures_stay_on_a_white_plate_in_the_dark(opened):
    page = opened(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    plates = page.eval_on_selector_all(".plate", "ps => [...new Set(ps.map(p => getComputedStyle(p).backgroundColor))]")
    assert plates == ["rgb(255, 255, 255)"]


def test_six_variants_print_on_few_pages_in_light_colours(opened, six):
    page = opened(six, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 31, 33)"
    pdf = page.pdf(prefer_css_page_size=True)
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 20  # 19


def test_no_table_is_cut_off_on_paper(opened):
    paper = {"width": 688, "height": 973}  # A4 without margins, at 96 dots per inch
    page = opened(viewport=paper)
    page.emulate_media(media="print")
    right = page.eval_on_selector_all(
        "table, .strip, svg[role=img], img", "es => Math.max(...es.map(e => e.getBoundingClientRect().right))"
    )
    assert right <= paper["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= paper["width"]


def test_folded_tables_are_whole_on_paper(opened):
    page = opened()
    page.emulate_media(media="print")
    heights = page.eval_on_selector_all("details table", "es => es.map(e => e.getBoundingClientRect().height)")
    assert min(heights) > 50


def test_six_variants_make_a_page_of_at_most_two_megabytes_and_3800_elements(opened, run, six):
    assert (run / "report.html").stat().st_size < 2_000_000
    assert opened(six).evaluate("document.querySelectorAll('*').length") <= 3800  # 3,490, and room for a table
