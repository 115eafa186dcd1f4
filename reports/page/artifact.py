"""The page cut down for a frame in Prefect's UI: no scripts, no internal links, too large sections left out."""

import re

from mmdvae.record.result import Report
from reports import facets
from reports.page import page
from reports.page.templating import environment
from reports.stored_arrays import StoredArrays

LARGEST = 500_000  # bytes; Prefect stores an artifact up to three times


def render(report: Report, store: StoredArrays) -> str:
    """The page, the largest sections left out (and named) until it fits LARGEST, the first one last.

    Raises: ValueError if not even the head fits.
    """
    blocks, failures = page.build(report, store, [])
    top = page.top(report, store, failures)
    template = environment().get_template("page/artifact.html")
    missing: list[str] = []
    first = blocks[0] if blocks else None
    while blocks:
        html = _unlinked(template.render(answer=top, blocks=blocks, missing=missing, several=facets.several(report)))
        if len(html.encode()) <= LARGEST:
            return html
        largest = max(blocks, key=lambda block: (block is not first, len(block.body)))
        blocks.remove(largest)
        missing.append(largest.name)
    raise ValueError(f"the page's head alone takes more than {LARGEST} bytes")


def _unlinked(html: str) -> str:
    """Without links to anchors: in a srcdoc frame they would navigate to the embedding page."""
    return re.sub(r' href="#[^"]*"', "", html)
