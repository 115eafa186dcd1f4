"""Pages of images of other shapes than 28 x 28 in grey: not square, in colour, without labels, on a line of codes."""

import base64
import re
from dataclasses import replace

import fake_run
import made_arrays
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import DESK, PHONE, RULES, bring_panels, settle
from fake_run import NONE, QUICK

from mmdvae.recipes import RECIPES
from mmdvae.record.result import Classifier
from reports import write
from reports.sections.codes import dots
from reports.stored_arrays import StoredArrays

N = 200
SETTINGS = RECIPES["standard"].to_dict() | {"likelihood": "gaussian", "epochs": 3}
TURNED = Classifier(classes=4, test_accuracy=0.93, features=64, sha256="ab" * 32, task="orientations")


def birds(out):
    """Not square, in colour, of 12 classes; nobody judged the samples."""
    images, labels = made_arrays.images(N, (37, 50, 3), classes=12)
    errors = {f"mse_class_{label}": 0.01 + 0.001 * label for label in range(12)}
    names = [f"kind {label}" for label in range(12)]
    variants = [replace(one, metrics=errors) for one in (NONE, QUICK[3])]
    notes = ["312 palettes converted"]
    return fake_run.make(out, variants, images=images, labels=labels, classes=names, notes=notes, classifier=None)


def flowers(out):
    """In colour, without labels; codes of one dimension, and a judge of orientations."""
    images, _ = made_arrays.images(N, (64, 64, 3))
    of_classes = ["knn_accuracy", "probe_accuracy", "silhouette", *(f"mse_class_{label}" for label in range(1, 10))]
    variants = [replace(one, latent_dim=1, metrics=dict.fromkeys(of_classes)) for one in (NONE, QUICK[3])]
    about = {"classes": ["all"], "classifier": TURNED, "recipe_settings": SETTINGS, "baselines": False, "latent_dim": 1}
    return fake_run.make(out, variants, images=images, labels=np.zeros(N, np.uint8), **about)


@pytest.fixture(scope="module")
def fakes(tmp_path_factory):
    """Both runs with their pages, by name."""
    made = {name.__name__: name(tmp_path_factory.mktemp(name.__name__)) for name in (birds, flowers)}
    for fake in made.values():
        write.write(fake.run_dir, fake.store)
    return made


@pytest.fixture(params=["birds", "flowers"])
def fake(request, fakes):
    return fakes[request.param]


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)])
def test_it_opens_without_a_complaint_and_bars_nobody(visit, fake, scheme, viewport):
    page = visit(fake.run_dir / "report.html", color_scheme=scheme, viewport=viewport)
    bring_panels(page)
    page.wait_for_load_state("networkidle")
    assert page.said == []
    assert "could not be made" not in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    found = Axe().run(page, context="#codes, #images", options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_pointing_shows_the_image_and_its_reconstruction_in_their_shape_and_colours(visit, fake):
    page = visit(fake.run_dir / "report.html")
    bring_panels(page)
    page.locator(".panel canvas[tabindex]").first.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    i, store = int(page.get_attribute(".inspector", "data-image")), StoredArrays(fake.run_dir, fake.store)
    (original,) = store.thumbnails(np.array([i]), 28)
    codes, *_ = dots.found(fake.report, store)
    decoded = codes.reconstructions[codes.shown.tolist().index(i)]
    for shows, pixels in (("image", original), ("reconstruction", decoded)):
        drawn = rgb(page.locator(f".inspector [data-shows={shows}]").first, pixels.shape)
        assert np.sqrt(np.mean((drawn - pixels) ** 2)) < 40  # the picture is lossy, most of all in colour
        assert np.corrcoef(drawn.ravel(), pixels.ravel())[0, 1] > 0.8


def rgb(canvas, shape):
    """The pixels of a canvas that must have this shape."""
    read = """c => [c.width, c.height, btoa(Array.from(
        c.getContext('2d').getImageData(0, 0, c.width, c.height).data, byte => String.fromCharCode(byte)).join(''))]"""
    width, height, data = canvas.evaluate(read)
    assert (height, width, 3) == shape
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3].astype(float)


def test_the_page_says_what_the_images_are_and_who_judged_their_samples(visit, fakes):
    page = visit(fakes["birds"].run_dir / "report.html", java_script_enabled=False)
    said = plain(page)
    assert "200 colour images of 37 × 50 (height × width)" in said
    assert "312 palettes converted" in said
    assert "No classifier of these images judged the samples" in said
    assert "Images are reduced to 40 pixels, these to 28; errors are those of the whole images." in said
    assert page.locator("#classes thead th").count() == 1 + 12
    assert page.locator("#codes .legend li").count() == 10
    assert "3 other classes" in said
    assert "Bernoulli: the reconstruction error of the objective is BCE." in said
    page = visit(fakes["flowers"].run_dir / "report.html", java_script_enabled=False)
    said = plain(page)
    assert "200 colour images of 64 × 64 for training" in said
    assert "no labels" in said
    assert "a classifier that tells how an image was turned" in said
    assert "4 orientations" in said
    assert "Gaussian: the reconstruction error of the objective is 2 MSE. Across likelihoods compare MSE" in said
    assert "Validation error (2 MSE)" in said
    assert "penalty : 2 MSE" in said
    assert "takes images (n, 64, 64, 3)" in said


def plain(page):
    """All text of the page, also what is folded."""
    return re.sub(r"\s+", " ", page.locator("body").text_content())


def test_without_labels_colours_are_errors_and_nothing_is_about_classes(visit, fakes):
    page = visit(fakes["flowers"].run_dir / "report.html")
    bring_panels(page)
    text = page.locator("#codes").inner_text()
    assert "The images have no labels: colours show how badly each variant reconstructs an image" in text
    assert page.locator("#classes").count() == 0
    assert page.locator("[data-numbers]:not([data-numbers=''])").count() == 0
    assert re.match(r"Image \d+\. Errors", page.locator(".original p").inner_text())
    assert not re.search(
        "kNN|probe|silhouette", page.locator("#numbers").inner_text() + page.locator("header").inner_text()
    )
    keys = page.locator("#codes .legend button")
    assert keys.count() == 6
    assert keys.first.inner_text().strip().startswith("up to ")
    canvas = page.locator(".panel canvas[tabindex]").first
    before = canvas.evaluate("c => c.toDataURL()")
    keys.last.click()
    settle(page)
    assert canvas.evaluate("c => c.toDataURL()") != before


def test_codes_of_one_dimension_are_a_strip_with_lines_for_the_prior(visit, fakes):
    page = visit(fakes["flowers"].run_dir / "report.html")
    bring_panels(page)
    assert page.locator("[data-turn]").all_inner_texts() == ["Codes, own scale", "Codes, one scale"]
    assert "Heights are random: there is one dimension." in page.locator("#codes").inner_text()
    panel = page.locator(".panel").last
    ring = float(panel.get_attribute("data-ring"))  # pixels of one standard deviation
    column = """(c, x) => {
        const { data } = c.getContext('2d').getImageData(Math.round(c.width / 2 + x), 0, 1, c.height);
        return data.filter((_, i) => i % 4 == 0).filter(red => red < 128).length / c.height;
    }"""
    dark = [panel.locator("canvas[tabindex]").evaluate(column, x) for x in (-ring, ring, 1.5 * ring)]
    assert min(dark[:2]) > 0.8 > 0.3 > dark[2]
    assert page.locator("#spectrum").count() == 0
