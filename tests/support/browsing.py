"""Helpers of browser tests. The pages forbid `eval`, which Playwright's own `wait_for_function` needs."""

import time

PATIENCE = 20  # seconds
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def until(page, expression, argument=None):
    """Return once the JavaScript expression, or function of the argument, holds in a page or frame."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, f"not true within {PATIENCE} s: {expression}"
        time.sleep(0.02)


def settle(page):
    """Return once the page has drawn what it was about to draw."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def bring_panels(page):
    """Scroll to the codes and return once their panels are drawn."""
    page.evaluate("document.getElementById('codes').scrollIntoView()")
    until(page, "'ring' in document.querySelector('.panel').dataset")
    settle(page)
