"""All sections as one self-contained HTML page. A section that raises becomes a box that says so; the rest stays."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from reports import (
    advice,
    curves,
    differences,
    dispersion,
    findings,
    header,
    health,
    images,
    latent,
    measurements,
    points,
    provenance,
    script,
    summary,
)
from reports.arrays import Store
from reports.provenance import Sidecar
from reports.records import Run
from reports.templating import environment

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

    code: str  # its id in the page
    title: str
    body: Markup
    bearing: list[findings.Card] = field(default_factory=list)  # the verdicts that it supports or opposes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page, and what is missing from it."""

    html: str
    failures: list[Failure]


def render(run: Run, store: Store, sidecars: list[Sidecar]) -> Page:
    """The page; nothing in it depends on the clock or the machine that renders it."""
    templates = environment()
    failures: list[Failure] = []
    blocks = []
    for code, title, build in _sections(run, store, sidecars):
        try:
            section = build()
            if section is not None:
                body = Markup(templates.get_template(section.template).render(section=section))
                blocks.append(Block(code=code, title=title, body=body, bearing=findings.bearing_on(run, code)))
        except Exception as error:  # whatever it is, the other sections are still worth having
            log.error("section %r failed", title, exc_info=error)
            failures.append(Failure(section=title, error=error))
            body = Markup(templates.get_template("error.html").render(failure=failures[-1]))
            blocks.append(Block(code=code, title=title, body=body))
    data = None
    try:
        data = points.build(run, store)
    except Exception as error:  # without it the pictures of the latent space stay as they are
        log.error("the data for the script failed", exc_info=error)
        failures.append(Failure(section="Hover and zoom in the latent space", error=error))
    top = header.build(run, problems=store.problems, failures=[f"{f.section} ({f.kind})" for f in failures])
    names = [variant.name for variant in run.variants]
    html = templates.get_template("page.html").render(
        header=top, blocks=blocks, data=data, variants=names, script=script.text(), policy=script.policy()
    )
    return Page(html=html, failures=failures)


def _sections(run: Run, store: Store, sidecars: list[Sidecar]) -> list[tuple[str, str, Callable[[], Any]]]:
    """In the order of the page."""
    return [
        ("findings", "Verdicts and checks", lambda: findings.build(run)),
        ("summary", "Summary", lambda: summary.build(run, latent_dim=dispersion.latent_dim(run, store))),
        ("differences", "Paired differences", lambda: differences.build(run)),
        ("curves", "Loss curves", lambda: curves.build(run)),
        ("reconstructions", "Reconstructions", lambda: images.reconstructions(run, store)),
        ("latent", "Latent space", lambda: latent.build(run, store)),
        ("dispersion", "Dispersion and reconstruction against σ", lambda: dispersion.build(run, store)),
        ("samples", "Samples from the prior", lambda: images.samples(run, store)),
        ("kernel", "Kernel health", lambda: health.build(run)),
        ("advice", "Advice", lambda: advice.build(run)),
        (
            "measurements",
            "All measurements",
            lambda: measurements.build(run, latent_dim=dispersion.latent_dim(run, store)),
        ),
        ("provenance", "Provenance and method", lambda: provenance.build(run, sidecars)),
    ]
