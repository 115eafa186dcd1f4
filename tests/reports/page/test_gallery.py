"""Pages opened in a browser: one to forty variants, failed variants, missing metrics, hostile names."""

from dataclasses import replace

import fake_run
import made_arrays
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import RULES
from fake_run import HOSTILE, QUICK, FakeVariant

from reports import write

FORTY = [
    QUICK[0],
    *(
        FakeVariant(alpha=alpha, sigma=sigma, spread=1 + (sigma < 0.3) * 6)
        for alpha in (0.2, 0.6, 0.9)
        for sigma in (1e-4, 1e-3, 0.01, 0.1, 0.3, 1.0, 1.7, 2.83, 3.83, 5.66, 10.0, 100.0, 1e4)
    ),
]
WITHOUT = [replace(variant, metrics={"sliced_w2": None}) for variant in QUICK[1:]]
GALLERY = {
    "one": {"variants": QUICK[3:4]},
    "three": {"variants": [QUICK[0], *(FakeVariant(alpha=0.3, sigma=sigma) for sigma in (2.83, 4.0))]},
    "six": {},
    "of-one-class": {"labels": np.zeros(400, np.uint8), "images": made_arrays.images(400)[0], "classes": ["all"]},
    "six-of-five-seeds": {"seeds": range(5), "epochs": 20},
    "forty": {"variants": FORTY},
    "all-failed": {"variants": [replace(variant, status="failed") for variant in QUICK]},
    "some-lost": {"variants": [QUICK[0], replace(QUICK[1], status="diverged"), replace(QUICK[3], status="failed")]},
    "hostile": {"variants": [*QUICK[:2], FakeVariant(sigma=1.0), FakeVariant(sigma=2.0)], "preset": HOSTILE},
    "metric-missing": {"variants": [replace(QUICK[0], metrics={"sliced_w2": None, "bce": None}), *WITHOUT]},
    "not-all-decoded": {"n": 1100},
}


def made(name, out):
    """The report of one gallery run."""
    fake = fake_run.make(out / name, run_id=name, **GALLERY[name])
    if name == "hostile":
        fake.rename("mmd-a0.6-s1", HOSTILE)
        fake.rename("mmd-a0.6-s2", "x" * 60)
    return write.write(fake.run_dir, fake.store)


@pytest.fixture(scope="module", params=GALLERY)
def report(request, tmp_path_factory):
    return made(request.param, tmp_path_factory.mktemp("gallery"))


def test_it_opens_without_a_complaint_and_within_its_size(visit, report):
    page = visit(report)
    page.evaluate("document.querySelector('#codes, main').scrollIntoView()")
    page.wait_for_load_state("networkidle")
    assert page.said == []
    assert page.evaluate("window.__xss") is None
    assert "This section could not be made" not in page.locator("main").inner_text()
    assert report.stat().st_size <= 2_000_000
    most = 4000 if report.parent.name != "forty" else 13_000
    assert page.evaluate("document.querySelectorAll('*').length") <= most


DESK, PHONE = ("light", {"width": 1280, "height": 900}), ("dark", {"width": 390, "height": 844})


def test_it_bars_nobody_and_scrolls_no_page_sideways(visit, report):
    """At a desk or on a phone in the dark by turns, for each takes seconds; test_browser.py has all of one page."""
    scheme, viewport = (DESK, PHONE)[list(GALLERY).index(report.parent.name) % 2]
    page = visit(report, color_scheme=scheme, viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    if page.locator("#variants").is_visible():
        page.click("#variants summary")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []
