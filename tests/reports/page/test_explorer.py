"""The codes in a browser, on real images: pointing, keys, views, zoom, classes, choosing and links to an image."""

import base64
import json
import re
from collections import Counter

import fake_run
import numpy as np
import pytest
from browsing import DESK, PHONE, bring_panels, settle, until
from fake_run import QUICK, FakeVariant

from reports import looks, write
from reports.sections.codes import dots, explorer_data
from reports.stored_arrays import StoredArrays

TALL = {"width": 1280, "height": 1600}  # shows all panels at once
SIZE = 640  # pixels of a panel's canvas
VIEWS = ("pca", "pca-shared", "plane", "tsne")
MANY = [QUICK[0], *(FakeVariant(alpha=0.2, sigma=1.0 + i, spread=1 + i / 10) for i in range(23))]


def real(fashion, n):
    return {what: np.load(fashion / f"test_{what}.npy")[:n] for what in ("images", "labels")}


@pytest.fixture(scope="module")
def fake(tmp_path_factory, fashion):
    fake = fake_run.make(tmp_path_factory.mktemp("explorer"), QUICK, **real(fashion, 2500))
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture(scope="module")
def many(tmp_path_factory, fashion):
    fake = fake_run.make(tmp_path_factory.mktemp("many"), MANY, **real(fashion, 500))
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture(scope="module")
def shown(fake):
    """The codes shown in the panels, by variant."""
    return {found.look.id: found for found in dots.found(fake.report, StoredArrays(fake.run_dir, fake.store))}


@pytest.fixture(scope="module")
def opened(browser, fake):
    """One page for most tests: to open it takes longer than what they do."""
    context = browser.new_context(viewport=TALL)
    page = context.new_page()
    page.goto((fake.run_dir / "report.html").resolve().as_uri())
    yield page
    context.close()


@pytest.fixture
def page(opened):
    """The page at rest: nothing is kept, zoomed or left out."""
    bring_panels(opened)
    opened.mouse.move(5, 5)
    opened.keyboard.press("Escape")
    turn(opened, "pca")
    opened.click("[data-zoom='0']")
    settle(opened)
    return opened


def canvas(page, name=QUICK[0].name):
    return page.locator(f'.panel[data-variant="{name}"] canvas[tabindex]')


def turn(page, view):
    page.click(f"[data-turn={view}]")
    settle(page)


def places(found, view):
    """Positions of the shown images in a panel, (k, 2), as fractions of its frame from the upper left."""
    points = {"pca": found.views.pca[found.shown], "plane": found.views.codes[found.shown, :2], "tsne": found.tsne}
    (x0, x1), (y0, y1) = explorer_data._variant(found, [""] * 10)["clouds"][view]["own"]
    return np.stack([(points[view][:, 0] - x0) / (x1 - x0), (y1 - points[view][:, 1]) / (y1 - y0)], 1).astype(float)


def lonely(shares, pixels, rng, most):
    """Images well inside the frame without a neighbour within 3 pixels, in random order."""
    spots = np.nan_to_num(shares * pixels, nan=-1e3)
    far = ((spots[:, None] - spots[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    inside = ((spots > 4) & (spots < pixels - 4)).all(axis=1)
    return rng.permutation(np.flatnonzero(inside & (far.min(axis=1) > 9)))[:most]


def hover(page, where, share):
    box = where.bounding_box()
    page.mouse.move(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])
    settle(page)


def pixels(where):
    """The RGBA values of all pixels of a canvas, (height, width, 4)."""
    # As text, because Playwright takes seconds for a list of so many numbers.
    read = """c => {
        const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data
        return btoa(Array.from(data, byte => String.fromCharCode(byte)).join(''))
    }"""
    side = where.evaluate("c => c.width")
    return np.frombuffer(base64.b64decode(where.evaluate(read)), np.uint8).reshape(side, side, 4).astype(float)


def grey(page, what, name=None):
    """A small picture of the inspector."""
    within = f".through [data-variant='{name}']" if name else ".original"
    return pixels(page.locator(f".inspector {within} [data-shows={what}]"))[..., 0]


def psnr(one, other):
    return 10 * np.log10(255**2 / max(((one - other) ** 2).mean(), 1e-9))


def ringed(page):
    return page.eval_on_selector_all(".panel", "all => all.map(f => f.dataset.ringed)")


def inspected(page):
    return page.get_attribute(".inspector", "data-image")


def rings(page):
    """The prior's standard deviation in pixels, in each panel; empty where there is none."""
    settle(page)
    return page.eval_on_selector_all(".panel", "all => all.map(f => f.dataset.ring)")


@pytest.mark.parametrize(("view", "name"), [("pca", QUICK[3].name), ("tsne", QUICK[0].name)])
def test_a_dot_shows_its_image_and_what_every_variant_makes_of_it_at_full_size(page, fake, shown, fashion, view, name):
    images, labels = np.load(fashion / "test_images.npy"), np.load(fashion / "test_labels.npy")
    turn(page, view)
    shares, where = places(shown[name], view), canvas(page, name)
    chosen = lonely(shares, where.bounding_box()["width"], np.random.default_rng(0), 5)
    assert len(chosen) == 5
    for i in chosen:
        image = int(shown[name].shown[i])
        hover(page, where, shares[i])
        assert inspected(page) == str(image)
        said = f"Image {image}, {labels[image]} {fake_run.CLASSES[labels[image]]}."
        assert page.locator(".original p").inner_text().startswith(said)
        original = grey(page, "image")
        assert psnr(original, images[image]) >= 30
        for found in shown.values():
            column = page.locator(f".through [data-variant='{found.look.id}']")
            assert column.inner_text().split("\n")[0] == f"{found.look.sign} {found.look.label}"
            decoded = grey(page, "reconstruction", found.look.id)
            assert decoded.shape == (28, 28)
            assert psnr(decoded, found.reconstructions[i]) >= 25
            missed = np.minimum(2 * np.abs(original - decoded), 255)
            assert np.abs(grey(page, "difference", found.look.id) - missed).max() <= 2
            error = 1000 * found.views.squared_errors[image]
            assert float(column.locator("b").inner_text()) == pytest.approx(error, abs=0.056)
        placed = view != "tsne" or image in shown[name].views.tsne_index
        assert ringed(page) == [str(image) if placed else ""] * len(QUICK)


def test_variants_are_inspected_and_drawn_in_the_order_of_the_page(page, fake):
    order = list(looks.of(fake.report.variants))
    for where in (".through [data-variant]", ".panel"):
        assert page.eval_on_selector_all(where, "all => all.map(e => e.dataset.variant)") == order


def test_a_coloured_ring_is_drawn_around_the_dot_and_nothing_moves(page, shown):
    where, found = canvas(page), shown[QUICK[0].name]
    shares = places(found, "pca")
    i = lonely(shares, 280, np.random.default_rng(1), 1)[0]
    heights = "[...document.querySelectorAll('#codes, .inspector')].map(e => e.offsetHeight)"
    before, home = page.evaluate(heights), inspected(page)
    hover(page, where, shares[i])
    drawn, (x, y) = pixels(where), (shares[i] * SIZE).round().astype(int)
    for dx, dy in ((15, 0), (-15, 0), (0, 15), (0, -15)):
        red, green, blue = drawn[y + dy, x + dx, :3]
        assert red > 200 > 60 > green < blue < 160
    assert inspected(page) == str(found.shown[i]) != home
    assert page.evaluate(heights) == before
    page.mouse.move(5, 5)
    settle(page)
    assert inspected(page) == home
    assert set(ringed(page)) == {home}


def test_at_rest_the_image_is_shown_about_which_variants_differ_most(page, shown):
    found = list(shown.values())
    assert inspected(page) == str(found[0].shown[explorer_data.most_disputed(found)])
    assert "Errors differ most here" in page.locator(".original p").inner_text()


HOVER = """async (moves) => {
    const [over] = document.querySelectorAll('.panel canvas[tabindex]'), box = over.getBoundingClientRect();
    let arcs = 0;
    const { prototype } = CanvasRenderingContext2D, arc = prototype.arc;
    prototype.arc = function (...given) { arcs += 1; return arc.apply(this, given); };
    for (let i = 0; i < moves; i++) {
        const clientX = box.left + box.width * (0.3 + 0.4 * ((i * 7) % moves) / moves);
        const clientY = box.top + box.height * (0.3 + i / 150);
        over.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY }));
        await new Promise(requestAnimationFrame);
    }
    return arcs;
}"""


def test_pointing_draws_rings_and_no_dot_again(page):
    arcs = page.evaluate(HOVER, 40)
    assert 40 < arcs <= 40 * 2 * len(QUICK)  # a ring and its halo in each panel


def test_all_can_be_reached_and_done_by_keyboard_in_few_stops(page, fake):
    first = page.locator(".explorer button").first
    first.focus()
    reached = [first.evaluate("e => e.innerText")]
    name = "(e => e.closest('.explorer') && (e.ariaLabel ?? e.innerText))(document.activeElement)"
    while (said := page.evaluate(f"{name} ?? null")) is not None and len(reached) < 60:
        reached.append(said)
        page.keyboard.press("Tab")
    assert len(reached) - 1 <= 10 + 4 + 3 + 1 + 1 + len(QUICK)  # classes, views, zoom, help, inspector, panels
    panels = [said for said in reached if "PCA, own scale, axes" in said]
    titles = [look.title for look in looks.of(fake.report.variants).values()]
    assert [said.split(": ")[0] for said in panels] == titles
    where = canvas(page)
    where.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('said').textContent.startsWith('Image ')")
    kept, said = inspected(page), page.locator("#said").inner_text()
    assert re.fullmatch(rf"Image {kept}, \d .+\. no penalty: squared error times 1000: \d+\.\d\.", said)
    page.mouse.move(5, 5)
    settle(page)
    assert inspected(page) == kept
    page.keyboard.press("Escape")
    settle(page)
    assert "Errors differ most" in page.locator(".original p").inner_text()


def test_an_arrow_goes_to_an_image_on_that_side(page, shown):
    found = shown[QUICK[0].name]
    shares, order = places(found, "pca"), found.shown.tolist()
    canvas(page).focus()
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("ArrowLeft", 0, -1), ("ArrowUp", 1, -1)):
        before = order.index(int(inspected(page)))
        page.keyboard.press(key)
        settle(page)
        after = order.index(int(inspected(page)))
        assert sign * (shares[after, axis] - shares[before, axis]) > 0


def test_the_inspector_stays_in_sight_and_hides_no_panel_that_gets_the_focus(visit, fake):
    page = visit(fake.run_dir / "report.html", viewport=DESK)
    bring_panels(page)
    last = page.locator(".panel canvas[tabindex]").last
    last.focus()
    page.keyboard.press("ArrowLeft")
    settle(page)
    strip, panel = page.locator(".inspector").bounding_box(), last.bounding_box()
    assert 0 <= strip["y"] < DESK["height"]
    first = page.locator(".panel canvas[tabindex]").first
    page.evaluate("scrollBy(0, 2000)")
    first.focus()
    settle(page)
    assert first.bounding_box()["y"] >= page.locator(".inspector").bounding_box()["y"] + strip["height"] - 1
    focused = page.screenshot()
    first.blur()
    assert page.screenshot() != focused
    assert panel["width"] >= 275


def colours(where):
    """The number of pixels of a panel by colour."""
    seen = pixels(where).astype(np.uint8)[..., :3].astype(np.uint32) @ [1 << 16, 1 << 8, 1]
    return Counter(
        {f"#{colour:06x}": count for colour, count in zip(*np.unique(seen, return_counts=True), strict=True)}
    )


def test_pressed_classes_are_seen_alone(page):
    where, sneaker, dress = canvas(page), "#b9ac70", "#94a4a2"  # colours 7 and 3 of petroff10
    before = colours(where)
    assert before[sneaker] > 100 < before[dress]
    page.click("[data-label='7'] button")
    settle(page)
    after = colours(where)
    assert after[sneaker] >= before[sneaker]
    assert dress not in after
    assert page.get_attribute("[data-label='7'] button", "aria-pressed") == "true"
    page.click("[data-label='7'] button")
    settle(page)
    assert colours(where) == before


def test_one_view_at_a_time_says_its_scale_and_shows_the_priors_rings(page):
    names = set()
    for view in VIEWS:
        turn(page, view)
        pressed = page.eval_on_selector_all("[data-turn][aria-pressed=true]", "all => all.map(e => e.dataset.turn)")
        assert pressed == [view]
        assert page.locator("[data-reading]:visible").get_attribute("data-reading") == view
        assert page.locator(".panel canvas[tabindex]:visible").count() == len(QUICK)
        names |= set(page.eval_on_selector_all(".panel canvas[tabindex]", "all => all.map(e => e.ariaLabel)"))
        notes = page.eval_on_selector_all(".panel .now", "all => all.map(e => e.textContent)")
        units = rings(page)
        insets = page.locator(".panel .beneath canvas:visible").count()
        assert insets == (len(QUICK) if view == "pca" else 0)
        if view == "tsne":
            assert set(units) == {""}
            assert all(re.fullmatch(r"kNN accuracy \d+\.\d\s%", note) for note in notes)
            continue
        for unit, note in zip(map(float, units), notes, strict=True):
            stated = float(re.match(r"axes ±([\d.,]+)", note)[1].replace(",", ""))
            assert SIZE / 2 / unit == pytest.approx(stated, rel=0.05)
        assert (len(set(units)) == 1) == (view != "pca")
    assert len(names) == len(VIEWS) * len(QUICK)


def test_numbers_of_classes_do_not_touch_each_other(page):
    for view in VIEWS:
        turn(page, view)
        drawn = page.eval_on_selector_all(".panel", "all => all.map(f => f.dataset.numbers)")
        counts = [len(numbers.split()) for numbers in drawn]
        assert max(counts) == 10
        for numbers in filter(None, drawn):
            spots = np.array([mark.split(",")[1:] for mark in numbers.split()], float)
            far = np.hypot(*(spots[:, None] - spots[None]).T)
            np.fill_diagonal(far, np.inf)
            assert far.min() >= 28  # they are 30 pixels high and half as wide
    turn(page, "pca-shared")
    alive = page.get_attribute(f".panel[data-variant='{QUICK[3].name}']", "data-numbers")
    assert alive == ""  # at the scale of the others they would hide the whole cloud


def test_panels_zoom_together_and_come_back(page):
    before = [float(unit) for unit in rings(page)]
    canvas(page).focus()
    page.keyboard.press("+")
    assert [float(unit) for unit in rings(page)] == pytest.approx([2 * unit for unit in before], rel=0.01)
    page.keyboard.press("-")
    assert [float(unit) for unit in rings(page)] == before
    page.click("[data-zoom='2']")
    page.click("[data-zoom='2']")
    page.click("[data-zoom='0.5']")
    assert [float(unit) for unit in rings(page)] == pytest.approx([2 * unit for unit in before], rel=0.01)
    page.click("[data-zoom='0']")
    assert [float(unit) for unit in rings(page)] == before


def test_a_zoomed_panel_is_moved_by_dragging(page):
    where, other = canvas(page), canvas(page, QUICK[1].name)
    where.focus()
    page.keyboard.press("+")
    settle(page)
    before, home = colours(other), inspected(page)
    box = where.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 80, steps=4)
    page.mouse.up()
    settle(page)
    assert colours(other) != before
    page.mouse.move(5, 5)
    settle(page)
    assert inspected(page) == home  # a drag is not a click, which would keep the image


def test_an_address_shows_its_image_although_no_sheet_was_decoded_yet(visit, fake, shown):
    report = (fake.run_dir / "report.html").resolve().as_uri()
    image = int(shown[QUICK[0].name].shown[100])
    page = visit(f"{report}#p={image}", viewport=TALL)
    until(page, "id => document.querySelector('.inspector').dataset.image == id", str(image))
    bright = """[...document.querySelectorAll('.inspector canvas:not([data-shows=difference])')].every(c =>
        c.getContext('2d').getImageData(0, 0, 28, 28).data.some((v, i) => i % 4 < 3 && v > 60))"""
    until(page, bright)
    assert set(ringed(page)) == {str(image)}
    assert 0 <= page.locator(".inspector").bounding_box()["y"] < 400
    page.evaluate("location.hash = 'p=99999'")
    until(page, "document.getElementById('said').textContent.includes('not among those shown')")


def test_a_click_keeps_an_image_and_makes_its_address(page, shown):
    shares = places(shown[QUICK[0].name], "pca")
    i = lonely(shares, 280, np.random.default_rng(2), 1)[0]
    hover(page, canvas(page), shares[i])
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    settle(page)
    image = shown[QUICK[0].name].shown[i]
    assert inspected(page) == str(image)
    assert page.url.endswith(f"#p={image}")
    page.keyboard.press("Escape")
    settle(page)
    assert inspected(page) != str(image)


SHOWN = "all => all.map(f => [f.dataset.shows, f.checkVisibility()])"


def test_of_many_variants_three_are_chosen_and_those_left_out_give_their_place(visit, many):
    page = visit(many.run_dir / "report.html", viewport=TALL)
    bring_panels(page)
    first = page.eval_on_selector_all(".panel", SHOWN)
    assert len(first) == 3
    assert len({name for name, _ in first}) == 3
    assert page.locator(".panel").first.bounding_box()["width"] >= 340
    assert page.locator(".panel select").first.locator("option").count() == len(MANY)
    other = MANY[7].name
    before = pixels(page.locator(".panel canvas[tabindex]").last)
    page.locator(".panel select").last.select_option(other)
    settle(page)
    assert (pixels(page.locator(".panel canvas[tabindex]").last) != before).any()
    assert page.eval_on_selector_all(".panel", SHOWN)[2] == [other, True]
    assert (
        page.locator(".panel canvas[tabindex]").last.get_attribute("aria-label").startswith("α\u00a00.2, σ\u00a07: PCA")
    )
    leave = """keep => document.querySelectorAll('[data-variant]').forEach(e => {
        e.style.display = keep.includes(e.dataset.variant) ? '' : 'none' })"""
    page.evaluate(leave, [MANY[3].name, MANY[4].name])
    until(page, "document.querySelectorAll('.panel:not([hidden])').length == 2")
    kept = {name for name, visible in page.eval_on_selector_all(".panel", SHOWN) if visible}
    assert kept == {MANY[3].name, MANY[4].name}
    page.evaluate(leave, [variant.name for variant in MANY])
    until(page, "document.querySelectorAll('.panel:not([hidden])').length == 3")


def test_variants_that_are_left_out_leave_large_panels_behind(visit, fake):
    page = visit(fake.run_dir / "report.html", viewport=TALL)
    bring_panels(page)
    page.evaluate(
        """names => document.querySelectorAll('[data-variant]').forEach(e => {
        if (names.includes(e.dataset.variant)) e.style.display = 'none' })""",
        [v.name for v in QUICK[1:4]],
    )
    settle(page)
    assert page.locator(".through [data-variant]:visible").count() == 3
    widths = [panel.bounding_box()["width"] for panel in page.locator(".panel:visible").all()]
    assert len(widths) == 3
    assert min(widths) > 340


@pytest.mark.parametrize("which", ["fake", "many"])
def test_without_scripts_there_are_pictures_and_no_dead_controls(visit, which, request):
    run = request.getfixturevalue(which)
    page = visit(run.run_dir / "report.html", java_script_enabled=False)
    number = len(QUICK) if which == "fake" else 3
    assert page.locator(".panel .plate img:visible").count() == 2 * number  # and its inset
    assert page.locator(".panel figcaption .shown:visible").count() == number
    dead = "button, select, canvas, input, .inspector, .explorer details"
    assert page.locator(f".explorer :is({dead}):visible").count() == 0
    notes = page.locator(".panel .beneath p").all_inner_texts()
    assert all(re.match(r"axes ±\d", note) for note in notes)


def test_a_phone_scrolls_the_inspector_and_not_the_page(visit, fake):
    page = visit(fake.run_dir / "report.html", viewport=PHONE)
    bring_panels(page)
    assert page.locator(".through").evaluate("e => e.scrollWidth > e.clientWidth")
    assert page.locator("#codes").evaluate("e => e.scrollWidth") <= 360  # 390 less the margins on both sides
    assert page.locator(".panel").first.bounding_box()["width"] == pytest.approx(350, abs=1)
    assert page.locator(".inspector").bounding_box()["height"] < 0.3 * PHONE["height"]


def test_the_data_are_what_the_page_says_they_are_and_few(fake, many, shown):
    for run, number in ((fake, 933), (many, 233)):
        html = (run.run_dir / "report.html").read_text()
        text = re.search(r'id="points">(.*?)</script>', html, re.DOTALL)[1]
        pictures = re.search(r'<section id="codes".*?</section>', html, re.DOTALL)[0]
        data = json.loads(text)
        assert len(data["ids"]) == number
        assert len(text) + len(pictures) < 910_000
        if run is fake:
            assert data["ids"] == shown[QUICK[3].name].shown.tolist()
