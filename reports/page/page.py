"""All sections as one self-contained HTML page. A section that raises becomes an error box; the others are kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from mmdvae.record.result import Report
from reports.page import inline_script
from reports.page.templating import environment
from reports.sections import advice, curves, differences, kernel, measurements, provenance, summary, verdicts
from reports.sections.dispersion import dispersion
from reports.sections.header import header
from reports.sections.images import images
from reports.sections.latent import latent, points
from reports.sections.provenance import Sidecar
from reports.stored_arrays import StoredArrays

log = logging.getLogger("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One section that could not be made."""

    section: str
    error: Exception

    @property
    def kind(self) -> str:
        return type(self.error).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One section's finished HTML."""

    code: str  # its HTML id
    title: str
    body: Markup
    bearing: list[verdicts.Card] = field(default_factory=list)  # the verdicts that this section bears on


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page, and the sections missing from it."""

    html: str
    failures: list[Failure]


def render(report: Report, store: StoredArrays, sidecars: list[Sidecar]) -> Page:
    """The page; its content does not depend on when or on which machine it is rendered."""
    blocks, failures = build(report, store, sidecars)
    dots, own = _dots(report, store, failures), inline_script.text()
    html = (
        environment()
        .get_template("page/page.html")
        .render(
            header=top(report, store, failures),
            blocks=blocks,
            data=dots and inline_script.data(dots),
            variants=[variant.name for variant in report.variants],
            script=own,
            policy=inline_script.policy(own),
        )
    )
    return Page(html=html, failures=failures)


def build(report: Report, store: StoredArrays, sidecars: list[Sidecar]) -> tuple[list[Block], list[Failure]]:
    """All sections, and the failures among them."""
    templates = environment()
    failures: list[Failure] = []
    blocks = []
    for code, title, make in _sections(report, store, sidecars):
        try:
            section = make()
            if section is not None:
                body = Markup(templates.get_template(section.template).render(section=section))
                blocks.append(Block(code=code, title=title, body=body, bearing=verdicts.bearing_on(report, code)))
        except Exception as error:  # of any kind: the other sections are still useful
            log.error("section %r failed", title, exc_info=error)
            failures.append(Failure(section=title, error=error))
            body = Markup(templates.get_template("page/error.html").render(failure=failures[-1]))
            blocks.append(Block(code=code, title=title, body=body))
    return blocks, failures


def top(report: Report, store: StoredArrays, failures: list[Failure]) -> header.Header:
    """The head of the page, built last because it lists the sections that failed."""
    return header.build(report, problems=store.problems, failures=[f"{f.section} ({f.kind})" for f in failures])


def _dots(report: Report, store: StoredArrays, failures: list[Failure]) -> dict[str, Any] | None:
    """The script's data on each dot of the latent space; None if no codes are stored, or if building it failed."""
    try:
        return points.build(report, store)
    except Exception as error:  # without the data the pictures of the latent space stay static
        log.error("the data for the script failed", exc_info=error)
        failures.append(Failure(section="Hover and zoom in the latent space", error=error))
        return None


def _sections(report: Report, store: StoredArrays, sidecars: list[Sidecar]) -> list[tuple[str, str, Callable[[], Any]]]:
    """The sections in page order: HTML id, title, and the function that builds it."""
    return [
        ("findings", "Verdicts and checks", lambda: verdicts.build(report)),
        ("summary", "Summary", lambda: summary.build(report)),
        ("differences", "Differences", lambda: differences.build(report)),
        ("curves", "Loss curves", lambda: curves.build(report)),
        ("reconstructions", "Reconstructions", lambda: images.reconstructions(report, store)),
        ("latent", "Latent space", lambda: latent.build(report, store)),
        ("dispersion", "Dispersion and reconstruction against σ", lambda: dispersion.build(report, store)),
        ("samples", "Samples from the prior", lambda: images.samples(report, store)),
        ("kernel", "Kernel health", lambda: kernel.build(report)),
        ("advice", "Advice", lambda: advice.build(report)),
        (
            "measurements",
            "All measurements",
            lambda: measurements.build(report),
        ),
        ("provenance", "Provenance and method", lambda: provenance.build(report, sidecars)),
    ]
