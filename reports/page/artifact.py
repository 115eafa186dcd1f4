"""The page cut down for a frame in Prefect's UI: no scripts, no links, the largest sections left out."""

import re

from mmdvae.record.result import Report
from reports.page import page
from reports.page.templating import environment
from reports.stored_arrays import StoredArrays

LARGEST = 500_000  # bytes; Prefect stores an artifact up to three times


def render(report: Report, store: StoredArrays) -> str:
    """As many of the sections as fit, less the largest; which are missing is said. ValueError if no section fits."""
    blocks, failures = page.build(report, store, [])
    top = page.top(report, store, failures)
    template = environment().get_template("page/artifact.html")
    missing: list[str] = []
    while blocks:
        html = _unlinked(template.render(header=top, blocks=blocks, missing=missing))
        if len(html.encode()) <= LARGEST:
            return html
        largest = max(blocks, key=lambda block: len(block.body))
        blocks.remove(largest)
        missing.append(largest.title)
    raise ValueError(f"the page's head alone takes more than {LARGEST} bytes")


def _unlinked(html: str) -> str:
    """Without links to places in the page: in a frame from srcdoc they would lead to the page around it."""
    return re.sub(r' href="#[^"]*"', "", html)
