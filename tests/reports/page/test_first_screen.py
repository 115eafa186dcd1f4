"""What a reader sees first: on a screen of 1,280 x 800 pixels, without scrolling, the answer and a picture of it."""

import re

import fake_run
import pytest
from fake_run import CURVE

from reports import write
from reports.drawing import svg

SCREEN = {"width": 1280, "height": 800}
SEEN = """() => {
    const whole = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walk.currentNode);
        const box = range.getBoundingClientRect();
        const shown = walk.currentNode.parentElement.checkVisibility();
        const inside = box.height && box.bottom <= innerHeight && box.right <= innerWidth;
        if (shown && inside) whole.push(walk.currentNode.data);
    }
    return whole.join(' ').replace(/\\s+/g, ' ');
}"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    fake = fake_run.make(tmp_path_factory.mktemp("first"), CURVE)
    return write.write(fake.run_dir, fake.store)


@pytest.fixture
def page(visit, report):
    return visit(report, viewport=SCREEN)


def test_the_first_screen_answers_what_it_buys_costs_how_sure_and_what_next(page):
    seen = page.evaluate(SEEN)
    heading = page.locator("h1").inner_text()
    assert re.search(r"α\s0\.6 with σ\s", heading)
    assert heading.replace("\u00a0", " ") in seen
    assert re.search(r"Fréchet \d+ → [\d.]+", seen)
    assert "Rescaling the codes of no penalty gives" in seen
    assert re.search(r"Error \+\d[\d.]* %", seen)
    assert "1 seed, no interval." in seen
    assert re.search(r"about \d+ min", seen)
    assert "mmdvae compare quick --out runs --seed 0 --seed 1 --seed 2" in seen


def test_the_first_screen_shows_samples_of_every_kind_of_variant(page):
    boxes = page.eval_on_selector_all(
        ".column",
        """all => all.map(column => {
            const box = column.querySelector('.shot img').getBoundingClientRect();
            return [column.querySelector('.state').firstChild.data, box.width, box.bottom];
        })""",
    )
    words = {re.sub(r"^\W+", "", state).strip() for state, *_ in boxes}
    assert words == {"reference", "dead: too narrow", "dead: too wide", "half-way", "alive"}
    assert all(width > 80 and bottom <= SCREEN["height"] for _, width, bottom in boxes)
    assert page.locator(".column img").count() == 3 * len(CURVE)


def test_the_contact_sheet_says_state_spread_error_samples_and_holes_of_each(page):
    seen = page.evaluate(SEEN)
    for title in ("Spread of codes", "Error", "Fréchet", "Prior covered", "Samples", "Reconstructions", "Codes"):
        assert title in seen


@pytest.mark.parametrize("width", [390, 640])
def test_columns_are_cards_on_a_phone(visit, report, width):
    page = visit(report, viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    boxes = page.eval_on_selector_all(".column", "all => all.map(e => e.getBoundingClientRect().width)")
    assert min(boxes) >= 280
    first = page.locator(".column").first.inner_text()
    assert re.search(r"Spread of codes\s+\d", first)


def test_one_colour_belongs_to_one_variant_in_every_chart(page):
    """Whatever is drawn of a variant, its colour is that of its sign."""
    drawn = page.evaluate("""() => {
        const two = n => (+n).toString(16).padStart(2, '0');
        const hex = colour => '#' + colour.match(/\\d+/g).slice(0, 3).map(two).join('');
        const signs = {}, found = [];
        for (const column of document.querySelectorAll('.column'))
            signs[column.dataset.variant] = hex(getComputedStyle(column.querySelector('.state')).color);
        for (const part of document.querySelectorAll('svg [data-variant], svg[data-variant]')) {
            const wanted = signs[part.dataset.variant];
            for (const mark of [part, ...part.querySelectorAll('*')])
                for (const name of ['fill', 'stroke']) {
                    const colour = mark.getAttribute(name);
                    if (colour && colour != 'none' && mark.tagName != 'text')
                        found.push([part.dataset.variant, wanted, colour]);
                }
        }
        return found;
    }""")
    assert len(drawn) > 2 * len(CURVE)
    plain = {"#ffffff", svg.MUTED}  # the inside of a ring, and the line from a label to what it names
    assert {(name, wanted, colour) for name, wanted, colour in drawn if colour not in {wanted, *plain}} == set()
