"""The page's script in a browser, on real images: hover, keys, zoom, classes, sorting, links."""

import base64
import json
import re
from collections import Counter

import fake_run
import numpy as np
import pytest
from browsing import bring_panels, settle, until
from fake_run import QUICK

from reports import write
from reports.sections.codes import codes
from reports.stored_arrays import StoredArrays

TALL = {"width": 1280, "height": 2600}  # shows all 18 panels at once
VIEWS = ("z-shared", "pca-shared", "tsne")


@pytest.fixture(scope="module")
def fake(tmp_path_factory, fashion):
    images, labels = (np.load(fashion / f"test_{what}.npy")[:4000] for what in ("images", "labels"))
    out = tmp_path_factory.mktemp("script")
    fake = fake_run.make(out, QUICK, images=images, labels=labels)
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture(scope="module")
def shown(fake):
    """The codes shown in the panels, by variant."""
    return {found.variant.name: found for found in codes.found(fake.report, StoredArrays(fake.run_dir, fake.store))}


@pytest.fixture
def page(visit, fake):
    return visit(fake.run_dir / "report.html", viewport=TALL)


@pytest.fixture
def latent(page):
    """The page, scrolled to the panels and with these drawn."""
    bring_panels(page)
    return page


def panel(page, view="z-shared", name=QUICK[0].name):
    return page.locator(f'figure[data-view="{view}"][data-variant="{name}"]')


def places(found, view, figure):
    """Positions of the shown images in a panel, (k, 2), as fractions of its frame from the upper left."""
    points = {"z-shared": found.views.codes[found.shown, :2], "pca-shared": found.views.pca[found.shown]}
    points["tsne"] = found.tsne
    (x0, x1), (y0, y1) = (map(float, figure.get_attribute(f"data-{axis}lim").split()) for axis in "xy")
    return np.stack([(points[view][:, 0] - x0) / (x1 - x0), (y1 - points[view][:, 1]) / (y1 - y0)], 1).astype(float)


def lonely(shares, pixels, rng, most):
    """Images well inside the frame without a neighbour within 3 pixels, in random order."""
    spots = np.nan_to_num(shares * pixels, nan=-1e3)
    far = ((spots[:, None] - spots[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    inside = ((spots > 4) & (spots < pixels - 4)).all(axis=1)
    return rng.permutation(np.flatnonzero(inside & (far.min(axis=1) > 9)))[:most]


def grey(page, what):
    """The small picture shown beside the dot."""
    canvas = page.locator(f"#tip [data-shows={what}]")
    side = canvas.evaluate("c => c.width")
    return pixels(canvas).reshape(side, side, 4)[..., 0]


def pixels(canvas):
    """The RGBA values of all pixels of a canvas, (number of pixels, 4)."""
    # As text, because Playwright takes seconds for a list of so many numbers.
    read = """c => {
        const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data
        return btoa(Array.from(data, byte => String.fromCharCode(byte)).join(''))
    }"""
    return np.frombuffer(base64.b64decode(canvas.evaluate(read)), np.uint8).reshape(-1, 4).astype(float)


def psnr(one, other):
    return 10 * np.log10(255**2 / max(((one - other) ** 2).mean(), 1e-9))


def ringed(page):
    return page.eval_on_selector_all("figure.live", "all => all.map(f => f.dataset.ringed)")


@pytest.mark.parametrize(("view", "name"), [("z-shared", QUICK[0].name), ("tsne", QUICK[3].name)])
def test_a_dot_shows_its_image_class_error_and_reconstruction_and_is_ringed_in_every_panel(
    latent, fake, shown, fashion, view, name
):
    images, labels = np.load(fashion / "test_images.npy"), np.load(fashion / "test_labels.npy")
    figure, found = panel(latent, view, name), shown[name]
    box = figure.locator("canvas").bounding_box()
    shares = places(found, view, figure)
    chosen = lonely(shares, box["width"], np.random.default_rng(0), 10)
    assert len(chosen) == 10
    for i in chosen:
        image = int(found.shown[i])
        latent.mouse.move(box["x"] + shares[i, 0] * box["width"], box["y"] + shares[i, 1] * box["height"])
        until(latent, "id => document.getElementById('tip').dataset.image == id", str(image))
        settle(latent)
        said = latent.locator("#tip").inner_text()
        error = 1000 * found.views.squared_errors[image]
        assert f"Image {image}, class {labels[image]} {fake_run.CLASSES[labels[image]]}. {name}:" in said
        assert float(re.search(r"× 1000: (\d+\.\d)", said)[1]) == pytest.approx(error, abs=0.056)
        assert psnr(grey(latent, "image"), images[image]) >= 30
        row = np.flatnonzero(found.views.tsne_index == image)
        if latent.locator("#tip [data-shows=reconstruction]").is_visible():
            decoded = found.views.tsne_reconstructions[row[0]].reshape(14, 2, 14, 2).mean(axis=(1, 3))  # as shown
            assert psnr(grey(latent, "reconstruction"), decoded) >= 25
        else:
            assert "no reconstruction stored" in said
        in_tsne, rings = len(row) > 0, ringed(latent)
        assert rings == [str(image)] * 12 + [str(image) if in_tsne else ""] * 6


def test_a_ring_is_drawn_around_the_dot(latent, shown):
    figure, found = panel(latent), shown[QUICK[0].name]
    canvas = figure.locator("canvas")
    shares, box = places(found, "z-shared", figure), canvas.bounding_box()
    i = lonely(shares, box["width"], np.random.default_rng(1), 1)[0]
    x, y = (shares[i] * 400).round().astype(int)
    at = "(c, [x, y]) => c.getContext('2d').getImageData(x, y, 1, 1).data[0]"
    latent.mouse.move(box["x"] + shares[i, 0] * box["width"], box["y"] + shares[i, 1] * box["height"])
    settle(latent)
    around = [
        canvas.evaluate(at, [int(x + 10 * dx), int(y + 10 * dy)]) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    assert max(around) < 60
    latent.mouse.move(5, 5)
    settle(latent)
    assert set(ringed(latent)) == {""}
    assert not latent.locator("#tip").is_visible()


HOVER = """async (moves) => {
    const onScreen = (c) => { const b = c.getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; };
    const canvases = [...document.querySelectorAll('figure.live canvas')].filter(onScreen);
    const drawnOnce = (canvas) => 'ringed' in canvas.closest('figure').dataset;
    while (!canvases.every(drawnOnce)) await new Promise(requestAnimationFrame);
    const [over] = canvases, box = over.getBoundingClientRect(), drawn = { panels: canvases.length, dots: 0, rings: 0 };
    for (const [kind, { prototype }] of [['dots', Path2D], ['rings', CanvasRenderingContext2D]]) {
        const arc = prototype.arc;
        prototype.arc = function (...given) { drawn[kind] += 1; return arc.apply(this, given); };
    }
    for (let i = 0; i < moves; i++) {
        const clientX = box.left + box.width * (0.3 + 0.4 * ((i * 7) % moves) / moves);
        const clientY = box.top + box.height * (0.3 + i / 150);
        over.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY }));
        await new Promise(requestAnimationFrame);
    }
    return drawn;
}"""


def test_hovering_over_nine_panels_rings_their_dots_and_draws_none_again(visit, fake):
    page = visit(fake.run_dir / "report.html", viewport={"width": 700, "height": 1500})
    page.evaluate("document.querySelector('figure[data-view=z-shared]').scrollIntoView()")
    drawn = page.evaluate(HOVER, 60)
    assert drawn["panels"] >= 9
    assert drawn["dots"] == 0
    assert 60 < drawn["rings"] <= 60 * 2 * drawn["panels"]  # a black one on a white one


FOCUSED = """() => {
    const it = document.activeElement, { view, variant } = it.closest('figure')?.dataset ?? {};
    const said = it.tagName == 'CANVAS' ? `${view} ${variant}` : it.textContent;
    return `${it.tagName} ${said.trim().replace(/\\s+/g, ' ')}`;
}"""


def test_all_can_be_reached_and_done_by_keyboard(visit, fake):
    page = visit(fake.run_dir / "report.html")
    reached = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert {"A Latent space", "BUTTON BCE nats/pixel", "BUTTON Fit each panel", "BUTTON 7 Sneaker"} <= reached
    assert {f"CANVAS {view} {variant.name}" for view in VIEWS for variant in QUICK} <= reached
    canvas = panel(page).locator("canvas")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.getElementById('said').textContent.startsWith('Image ')")
    first = page.locator("#said").inner_text()
    page.keyboard.press("ArrowRight")
    until(page, "was => document.getElementById('said').textContent != was", first)
    assert page.locator("#tip").is_visible()
    page.keyboard.press("Escape")
    settle(page)
    assert not page.locator("#tip").is_visible()


def test_an_arrow_goes_to_an_image_on_that_side(latent, shown):
    figure, found = panel(latent), shown[QUICK[0].name]
    shares, order = places(found, "z-shared", figure), found.shown.tolist()
    figure.locator("canvas").focus()
    latent.keyboard.press("ArrowUp")
    settle(latent)
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("ArrowLeft", 0, -1), ("ArrowUp", 1, -1)):
        before = order.index(int(latent.locator("#tip").get_attribute("data-image")))
        latent.keyboard.press(key)
        settle(latent)
        after = order.index(int(latent.locator("#tip").get_attribute("data-image")))
        assert sign * (shares[after, axis] - shares[before, axis]) > 0


def test_what_has_the_focus_is_seen(latent):
    for target in (panel(latent).locator("canvas"), latent.locator("[data-tool=fit]"), latent.locator("nav a").first):
        target.focus()
        latent.keyboard.press("Shift")  # so that the browser shows the focus as for keyboard users
        box = target.bounding_box()
        clip = {"x": box["x"] - 6, "y": box["y"] - 6, "width": box["width"] + 12, "height": box["height"] + 12}
        focused = latent.screenshot(clip=clip)
        target.blur()
        assert latent.screenshot(clip=clip) != focused


def colours(figure):
    """The number of pixels of a panel by colour."""
    seen = pixels(figure.locator("canvas"))[:, :3].astype(np.uint8)
    found, counts = np.unique(seen, axis=0, return_counts=True)
    return Counter({f"#{bytes(pixel).hex()}": int(count) for pixel, count in zip(found, counts, strict=True)})


def test_pressed_classes_are_seen_alone(latent):
    figure, sneaker, dress = panel(latent), "#b9ac70", "#94a4a2"  # colours 7 and 3 of petroff10
    before = colours(figure)
    assert before[sneaker] > 100 < before[dress]
    latent.click("[data-label='7'] button")
    settle(latent)
    after = colours(figure)
    assert after[sneaker] >= before[sneaker]
    assert dress not in after
    assert latent.get_attribute("[data-label='7'] button", "aria-pressed") == "true"
    latent.click("[data-label='7'] button")
    settle(latent)
    assert colours(figure) == before


def rings(page, view="z-shared"):
    """The prior's standard deviation in pixels, in each panel of a view."""
    found = page.eval_on_selector_all(f"figure[data-view={view}]", "all => all.map(f => Number(f.dataset.ring))")
    assert len(found) == 6
    return found


@pytest.mark.parametrize("view", ["z-shared", "pca-shared"])
def test_the_priors_ring_is_equally_large_in_every_panel_unless_each_is_fitted(latent, view):
    before = rings(latent, view)
    assert len(set(before)) == 1
    assert before[0] > 0
    assert latent.locator("text=One scale for all").first.is_visible()
    latent.click("text=Fit each panel")
    settle(latent)
    assert len(set(rings(latent, view))) > 3
    assert not latent.locator("text=One scale for all").first.is_visible()
    assert latent.locator("text=Each panel at its own scale").first.is_visible()
    latent.click("[data-tool=reset]")
    settle(latent)
    assert rings(latent, view) == before
    assert latent.get_attribute("[data-tool=fit]", "aria-pressed") == "false"


def test_fit_shows_each_cloud_whole_whatever_was_zoomed(latent):
    latent.click("[data-tool=fit]")
    settle(latent)
    fitted = rings(latent)
    latent.click("[data-tool=fit]")
    latent.click("[data-tool=in]")
    latent.click("[data-tool=fit]")
    settle(latent)
    assert rings(latent) == fitted
    latent.click("[data-tool=reset]")


def test_panels_of_one_view_zoom_together_and_come_back(latent):
    before, others = rings(latent), rings(latent, "pca-shared")
    canvas = panel(latent).locator("canvas")
    canvas.focus()
    latent.keyboard.press("+")
    settle(latent)
    assert rings(latent) == pytest.approx([2 * ring for ring in before], rel=0.01)
    assert rings(latent, "pca-shared") == others
    latent.keyboard.press("-")
    settle(latent)
    assert rings(latent) == before
    latent.click("[data-tool=in]")
    latent.click("[data-tool=in]")
    settle(latent)
    assert rings(latent, "pca-shared") == pytest.approx([4 * ring for ring in others], rel=0.01)
    latent.click("[data-tool=out]")
    latent.click("[data-tool=reset]")
    settle(latent)
    assert (rings(latent), rings(latent, "pca-shared")) == (before, others)


def test_a_zoomed_panel_is_moved_by_dragging(latent):
    canvas = panel(latent).locator("canvas")
    canvas.focus()
    latent.keyboard.press("+")
    settle(latent)
    before = colours(panel(latent, name=QUICK[1].name))
    box = canvas.bounding_box()
    latent.mouse.move(box["x"] + 100, box["y"] + 100)
    latent.mouse.down()
    latent.mouse.move(box["x"] + 60, box["y"] + 80, steps=4)
    latent.mouse.up()
    settle(latent)
    assert colours(panel(latent, name=QUICK[1].name)) != before
    latent.mouse.move(5, 5)
    settle(latent)
    assert not latent.locator("#tip").is_visible()  # a drag is not a click, which would keep the image


def test_addresses_lead_to_a_section_a_verdict_and_an_image(visit, fake, shown):
    report = (fake.run_dir / "report.html").resolve().as_uri()
    for target in ("latent", "v-V2"):
        page = visit(f"{report}#{target}")
        until(page, "scrollY > 100")
        assert abs(page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", target)) < 40
    image = int(shown[QUICK[0].name].shown[100])
    page = visit(f"{report}#p={image}", viewport=TALL)
    until(page, "id => document.getElementById('tip').dataset.image == id", str(image))
    until(page, "Boolean(document.querySelector('figure[data-view=z-shared]').dataset.ringed)")
    assert str(image) in ringed(page)
    assert panel(page).bounding_box()["y"] < TALL["height"]
    page.evaluate("location.hash = 'p=99999'")
    until(page, "document.getElementById('said').textContent.includes('not among those shown')")


def test_a_click_keeps_an_image_and_makes_its_address(latent):
    box = panel(latent).locator("canvas").bounding_box()
    latent.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    latent.mouse.move(5, 5)
    settle(latent)
    image = latent.locator("#tip").get_attribute("data-image")
    assert latent.url.endswith(f"#p={image}")
    assert latent.locator("#tip").is_visible()


def test_the_data_are_what_the_page_says_they_are(fake, shown):
    html = (fake.run_dir / "report.html").read_text()
    data = json.loads(re.search(r'id="points">(.*?)</script>', html, re.DOTALL)[1])
    found = shown[QUICK[3].name]
    assert data["ids"] == found.shown.tolist()
    assert len(data["ids"]) == 2000
    assert data["variants"][QUICK[3].name]["decoded"]["count"] == 1000
    assert len(html.encode()) <= 2_000_000
    parts = [data["images"]["source"], *(v["decoded"]["source"] for v in data["variants"].values())]
    assert max(map(len, parts)) <= 600_000
