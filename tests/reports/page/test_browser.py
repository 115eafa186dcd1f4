"""The page in a browser: from a file, without a network, in light and dark mode, on a phone and on paper."""

import re

import fake_run
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES
from fake_run import CLASSES, CURVE, GRID, HOSTILE, QUICK, FakeVariant

from mmdvae.record import report_json
from reports import looks, write
from reports.run_index import index

SECTIONS = ["sheet", "numbers", "codes", "images", "doubt", "more"]
SCREEN = {"width": 1280, "height": 800}
# Text of a chart lies on shapes, which axe does not look into (tests/reports/test_looks.py looks at its colours); lines
# that a chart cuts off would lie on text beside it, as would the sticky head of a table.
BARE = """() => document.querySelectorAll('*').forEach(one => {
    if (one.matches('svg[role=img]')) one.replaceChildren();
    if (getComputedStyle(one).position == 'sticky') one.style.position = 'static';
})"""


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
def seven(tmp_path_factory):
    """The page of a curve over sigma with one seed, for which the limits are stated."""
    fake = fake_run.make(tmp_path_factory.mktemp("seven"), CURVE, n=1000, epochs=2)
    return write.write(fake.run_dir, fake.store)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The page of 24 variants with three seeds."""
    fake = fake_run.make(tmp_path_factory.mktemp("many"), GRID, seeds=(0, 1, 2), epochs=12)
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
    pictures = page.locator("main > section:not(#more) > :not(details) img")
    sizes = pictures.evaluate_all("all => all.map(i => [i.naturalWidth, i.checkVisibility()])")
    assert len(sizes) > 40
    assert all(width > 0 and seen for width, seen in sizes)
    assert page.locator("#numbers tr[data-variant]").count() >= 8
    assert page.locator("button:visible, canvas:visible, select:visible").count() == 0  # none without a function


def test_the_table_turns_to_differences_without_scripts(opened):
    page = opened(java_script_enabled=False)
    cell = page.locator("#numbers tbody tr:first-child td:nth-child(2)")
    value = cell.inner_text()
    page.check("#numbers .minus")
    assert re.search(r"[+−]\d", cell.inner_text())
    assert cell.inner_text() != value


def test_every_picture_is_decoded_and_every_chart_has_a_size(opened):
    page = opened()
    sizes = page.eval_on_selector_all("img", "all => all.map(i => [i.complete, i.naturalWidth])")
    assert len(sizes) > 40
    assert all(complete and natural > 0 for complete, natural in sizes)
    unfold(page)
    charts = page.eval_on_selector_all("svg[role=img]", "charts => charts.map(c => c.getBoundingClientRect().width)")
    assert min(charts) > 90


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", DESK), ("light", PHONE)])
def test_nothing_bars_a_reader_who_uses_assistance_and_every_contrast_is_decided(opened, name, scheme, viewport):
    page = opened(name, color_scheme=scheme, viewport=viewport)
    page.evaluate(BARE)
    found = Axe().run(page, options=RULES).response
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []
    nodes = [node for entry in found["incomplete"] for node in entry["nodes"]]
    # It does not take a text of signs alone, such as the minus of a button, for text.
    why = [(any_["data"] or {}).get("messageKey") for node in nodes for any_ in node["any"]]
    signs = [reason for reason in why if reason in ("nonBmp", "shortTextContent")]
    if viewport == DESK:  # on a phone rows of images scroll sideways
        assert len(why) == len(signs), [node["html"][:120] for node in nodes]
        assert len(nodes) < 10


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
def test_a_phone_scrolls_tables_and_not_the_page(opened, name):
    page = opened(name, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for region in page.locator(".scroll").all():
        assert region.get_attribute("tabindex") == "0"
        assert region.get_attribute("aria-label")


def test_on_a_phone_a_row_is_a_card_that_names_its_numbers(opened):
    page = opened(viewport=PHONE)
    row = page.locator("#numbers tr[data-variant]").first
    assert row.bounding_box()["width"] <= 351
    assert page.locator("#numbers table").evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    label = "e => getComputedStyle(e, '::before').content"
    assert "MSE" in row.locator("td").first.evaluate(label)


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)])
def test_unfolded_tables_bar_nobody_and_widen_no_page(opened, scheme, viewport):
    page = opened(color_scheme=scheme, viewport=viewport)
    unfold(page)
    found = Axe().run(page, context="#more", options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_a_table_unfolds_by_keyboard_and_without_scripts(opened):
    page = opened(java_script_enabled=False)
    table = page.locator("#measurements table").first
    assert not table.is_visible()
    page.locator("#measurements > summary").press("Enter")
    page.locator("#measurements details summary").first.press("Enter")
    assert table.is_visible()


def test_text_of_charts_is_large_enough_on_a_phone(opened):
    page = opened(viewport=PHONE)
    unfold(page)
    heights = page.eval_on_selector_all(
        "svg[role=img]",
        """charts => charts.map(c => {
            const size = parseFloat(c.getAttribute('font-size') ?? 10.5);
            return size * c.getBoundingClientRect().width / c.viewBox.baseVal.width;
        })""",
    )
    assert min(heights) > 7


def test_headings_descend_without_a_gap(opened):
    page = opened()
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "hs => hs.map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_links_lead_to_the_sections(opened):
    page = opened()
    links = page.eval_on_selector_all("nav a", "links => links.map(l => l.getAttribute('href'))")
    assert links == [f"#{code}" for code in SECTIONS]
    page.click("nav a[href='#codes']")
    assert abs(page.evaluate("document.getElementById('codes').getBoundingClientRect().top")) < 60


@pytest.mark.parametrize("name", ["report.html", "../index.html"])
def test_hostile_words_run_nothing_and_are_seen(opened, name):
    page = opened(name)
    assert page.evaluate("window.__xss") is None
    assert page.locator("img[src=x]").count() == 0
    assert HOSTILE[:20] in page.locator(".kicker" if name == "report.html" else "table").first.inner_text()


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


def test_seven_variants_print_on_few_pages_in_light_colours(opened, seven):
    page = opened(seven, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 31, 33)"
    pdf = page.pdf(prefer_css_page_size=True)
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 10


def test_no_table_is_cut_off_on_paper(opened):
    paper = {"width": 688, "height": 973}  # A4 without margins, at 96 dots per inch
    page = opened(viewport=paper)
    page.emulate_media(media="print")
    right = page.eval_on_selector_all(
        "table, .strip, svg[role=img], img", "es => Math.max(...es.map(e => e.getBoundingClientRect().right))"
    )
    assert right <= paper["width"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= paper["width"]


OPEN_WORDS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), words = [];
    while (walk.nextNode()) {
        const { parentElement: at, data } = walk.currentNode;
        const open = at.checkVisibility() && !at.closest('.hidden, script, svg');
        if (open) words.push(...data.split(/\\s+/).filter(Boolean));
    }
    return words.length;
}"""


def measured(page):
    """Height in screens, words that stand open, elements."""
    height, elements = page.evaluate("[document.documentElement.scrollHeight, document.querySelectorAll('*').length]")
    return height / SCREEN["height"], page.evaluate(OPEN_WORDS), elements


def test_seven_variants_take_ten_screens_and_2500_words(visit, seven):
    screens, words, elements = measured(visit(seven, viewport=SCREEN))
    assert screens <= 10
    assert 500 < words <= 2500
    assert elements <= 4000
    assert seven.stat().st_size < 2_000_000


def test_24_variants_with_three_seeds_take_fourteen_screens_and_two_megabytes(visit, many):
    screens, _, elements = measured(visit(many, viewport=SCREEN))
    assert screens <= 14
    assert elements <= 9000
    assert many.stat().st_size <= 2_000_000


def test_best_stands_only_at_variants_that_are_alive(visit, many):
    page = visit(many)
    unfold(page)
    rows = page.eval_on_selector_all(
        "tr[data-variant]", "all => all.filter(r => /\\bbest\\b/.test(r.textContent)).map(r => r.dataset.variant)"
    )
    alive = {look.id for look in looks.of(report_json.load(many.parent).variants).values() if look.state == "alive"}
    assert rows
    assert set(rows) <= alive


def test_twice_the_size_of_text_scrolls_no_page_sideways(opened):
    page = opened(viewport={"width": 640, "height": 400})  # as 1,280 pixels at 200 %
    assert page.evaluate("document.documentElement.scrollWidth") == 640
