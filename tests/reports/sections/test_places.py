"""The page in different settings: in a frame, under a strict policy, on an old machine, zoomed, printed, at rest."""

import html
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import fake_run
import numpy as np
import pytest
from browsing import bring_panels, until
from fake_run import QUICK
from PIL import Image

from reports import looks, write

SHOWN = ("image", "reconstruction", "difference")
JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    fake = fake_run.make(tmp_path_factory.mktemp("places"), QUICK, seeds=(0, 1, 2), epochs=12)
    write.write(fake.run_dir, fake.store)
    return fake


@pytest.fixture(scope="module")
def report(fake):
    return fake.run_dir / "report.html"


class _Strict(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", JENKINS)
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def strict(report):
    """The URL of the report on a server that sends the default policy of Jenkins."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Strict, directory=report.parent))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/report.html"
    server.shutdown()
    thread.join()
    server.server_close()


def test_in_a_sandboxed_frame_the_contents_lead_to_sections_and_panels_are_drawn(visit, report, tmp_path):
    frame = f'<iframe sandbox="allow-scripts" width="884" height="398" srcdoc="{html.escape(report.read_text())}">'
    (tmp_path / "host.html").write_text(f"<!doctype html><title>host</title>{frame}</iframe>")
    page = visit(tmp_path / "host.html")
    (inner,) = page.frames[1:]
    until(inner, "document.body.classList.contains('drawn')")
    for link in inner.locator("nav a").all():
        inner.evaluate("scrollTo(0, 0)")
        link.scroll_into_view_if_needed()
        link.click()
        assert inner.url == "about:srcdoc"
        target = link.get_attribute("href")[1:]
        assert abs(inner.evaluate("id => document.getElementById(id).getBoundingClientRect().top", target)) < 390
    bring_panels(inner)
    canvas = inner.locator(".panel canvas").first
    canvas.click()
    colours = canvas.evaluate("c => new Set(c.getContext('2d').getImageData(0, 0, 640, 640).data).size")
    assert colours > 10
    bright = "c => Math.max(...c.getContext('2d').getImageData(0, 0, 28, 28).data.filter((_, i) => i % 4 == 0))"
    assert all(inner.locator(f".inspector [data-shows={what}]").first.evaluate(bright) for what in SHOWN)
    assert page.said == []


def test_under_a_jenkins_policy_all_words_can_be_read_and_charts_are_no_blobs(visit, strict, report, fake, tmp_path):
    page = visit(strict)
    said = page.locator("body").inner_text()
    assert all(look.label in said for look in looks.of(fake.report.variants).values())
    static = visit(report, java_script_enabled=False).locator("body").inner_text()
    assert len(static.split()) > 300
    assert [word for word in set(static.split()) if word not in said] == []  # without styles words may adjoin
    page.locator("main svg[role=img]:visible").first.screenshot(path=tmp_path / "chart.png")
    grey = np.asarray(Image.open(tmp_path / "chart.png").convert("L"))
    assert (grey > 200).mean() > 0.8
    assert (grey < 60).mean() < 0.05


def test_without_a_graphics_card_it_is_drawn_all_the_same(launch, visit, report):
    browser = launch("--disable-3d-apis")
    try:
        page = visit(report, using=browser)
        bring_panels(page)
        assert page.said == []
    finally:
        browser.close()


def test_zoomed_to_twice_the_size_nothing_is_lost(visit, report):
    page = visit(report, viewport={"width": 640, "height": 450}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") == 640
    cut = page.eval_on_selector_all(
        "main p, main li, h1, h2, h3, figcaption, button",
        "all => all.filter(e => e.checkVisibility() && !e.closest('.scroll, .hidden, [hidden]') "
        "&& e.getBoundingClientRect().right > 641).map(e => e.outerHTML.slice(0, 100))",
    )
    assert cut == []


def test_nothing_moves_for_those_who_want_it_still(visit, report):
    page = visit(report, reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.animationName != 'none' || s.transitionDuration != '0s' || s.scrollBehavior == 'smooth'; }).length""")
    assert moving == 0


def test_paper_shows_the_static_pictures_and_no_controls_whatever_was_seen_on_screen(visit, report):
    page = visit(report, color_scheme="dark")
    bring_panels(page)
    page.click("[data-turn=tsne]")
    page.emulate_media(media="print")
    assert page.locator("canvas:visible, .tools:visible, .inspector:visible, select:visible").count() == 0
    shown = page.locator("#codes img").evaluate_all("all => all.map(i => [i.checkVisibility(), i.naturalWidth])")
    assert len(shown) == 2 * len(QUICK)  # each with its inset
    assert all(visible and width for visible, width in shown)
    assert page.locator("#codes [data-reading]:visible").get_attribute("data-reading") == "pca"
    notes = page.locator("#codes .beneath p:visible").all_inner_texts()
    assert len(notes) == len(QUICK)
    assert all(note.startswith("axes ±") for note in notes)
    kept = page.eval_on_selector_all("h2, h3", "all => [...new Set(all.map(h => getComputedStyle(h).breakAfter))]")
    assert kept == ["avoid"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_are_large_enough_for_a_finger(visit, report, scheme):
    page = visit(report, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.click("#variants summary")
    sizes = page.eval_on_selector_all(
        "button, #variants label",
        "all => all.filter(e => e.checkVisibility()).map(e => [e.offsetWidth, e.offsetHeight])",
    )
    assert len(sizes) > 20
    assert min(min(size) for size in sizes) >= 24


def test_no_path_of_a_home_or_name_of_a_machine_is_in_the_page(report):
    import getpass
    import socket

    packed = r'data:image/\w+;base64,[\w+/=]*|"(places|labels|errors)":"[^"]*"'
    text = re.sub(packed, "", report.read_text())
    assert not re.search(r"/home/|/root/|/Users/|[A-Z]:\\\\", text)
    assert str(report.parent.parent) not in text
    host = socket.gethostname()
    assert host == "localhost" or not re.search(rf"\b{re.escape(host)}\b", text)
    assert getpass.getuser() == "root" or getpass.getuser() not in text
