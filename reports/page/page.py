"""All sections as one self-contained HTML page. A section that raises becomes an error box; the others are kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from mmdvae.record.result import Report
from reports import facets, looks
from reports.page import inline_script
from reports.page.templating import environment
from reports.sections.answer import answer
from reports.sections.codes import explorer_data
from reports.sections.codes import section as codes
from reports.sections.dims import section as dims
from reports.sections.doubt import section as doubt
from reports.sections.images import section as images
from reports.sections.more import (
    class_errors,
    kernel,
    measurements,
    provenance,
    sigma_rules,
    spectrum,
    trade_off,
    variants,
)
from reports.sections.more.provenance import Sidecar
from reports.sections.numbers import section as numbers
from reports.sections.sheet import section as sheet
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
class Part:
    """One section to be made: `make` returns its data, whose `template` names its template, or None if it has none."""

    code: str  # its HTML id
    name: str  # in links and where it failed
    make: Callable[[Report], Any]
    folded: bool = False
    each: bool = False  # made once for each number of latent dimensions, with a report that has no other


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One section's finished HTML."""

    code: str
    name: str
    title: str  # its finding, or its name if it has none
    body: Markup
    folded: bool


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
            answer=top(report, store, failures),
            blocks=blocks,
            data=dots and inline_script.data(dots),
            variants=list(looks.of(report.variants).values()),
            several=facets.several(report),
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
    for part in _parts(report, store, sidecars):
        title = part.name
        try:
            each = facets.of(report) if part.each else [report]
            found = [(one, made) for one in each if (made := part.make(one))]
            if not found:
                continue
            title, body = _joined(part, found, templates, several=len(each) > 1)
        except Exception as error:  # of any kind: the other sections are still useful
            log.error("section %r failed", part.name, exc_info=error)
            failures.append(Failure(section=part.name, error=error))
            body = Markup(templates.get_template("page/error.html").render(failure=failures[-1]))
        blocks.append(Block(code=part.code, name=part.name, title=title, body=body, folded=part.folded))
    return blocks, failures


def _joined(
    part: Part, found: list[tuple[Report, Any]], templates: Environment, *, several: bool
) -> tuple[str, Markup]:
    """Title and body of a section; of one for each number of latent dimensions with a heading for each."""
    bodies = [Markup(templates.get_template(made.template).render(section=made)) for _, made in found]
    titles = [getattr(made, "title", "") for _, made in found]
    if not several:
        return titles[0] or part.name, bodies[0]
    dims = [one.advice.latent_dim for one, _ in found]
    parts = zip([facets.named([d]) for d in dims], titles, bodies, strict=True)
    body = templates.get_template("page/facets.html").render(parts=parts, level=4 if part.folded else 3)
    return f"{part.name} at {facets.named(dims, 'and')}", Markup(body)


def top(report: Report, store: StoredArrays, failures: list[Failure]) -> answer.Answer:
    """The head of the page, built last because it lists the sections that failed."""
    return answer.build(report, problems=store.problems, failures=[f"{f.section} ({f.kind})" for f in failures])


def _dots(report: Report, store: StoredArrays, failures: list[Failure]) -> dict[str, Any] | None:
    """The script's data on each dot of the codes; None if no codes are stored, or if building it failed."""
    try:
        return explorer_data.build(report, store)
    except Exception as error:  # without the data the pictures of the codes stay static
        log.error("the data for the script failed", exc_info=error)
        failures.append(Failure(section="The image behind each dot", error=error))
        return None


def _parts(report: Report, store: StoredArrays, sidecars: list[Sidecar]) -> list[Part]:
    """The sections in page order; a new section has its row here."""
    parts = len(report.latent_dims)
    return [
        Part(code="sheet", name="Side by side", make=lambda one: sheet.build(one, store, parts), each=True),
        Part(code="dims", name="Latent dimensions", make=dims.build),
        Part(code="numbers", name="Numbers", make=numbers.build),
        Part(code="codes", name="Codes", make=lambda one: codes.build(one, store)),
        Part(code="images", name="Images", make=lambda one: images.build(one, store, parts), each=True),
        Part(code="doubt", name="What to doubt", make=doubt.build),
        *(
            Part(code=code, name=name, make=make, folded=True, each=each)
            for code, name, make, each in (
                ("measurements", "All measurements", measurements.build, False),
                ("classes", "Error by class", lambda one: class_errors.build(one, store), True),
                ("trade-off", "Error against distance from the prior", trade_off.build, True),
                ("spectrum", "Spectrum of the codes", lambda one: spectrum.build(one, store), True),
                ("kernels", "Kernels", kernel.build, True),
                ("sigma-rules", "Rules for σ", sigma_rules.build, True),
                ("every-variant", "Every variant by itself", lambda one: variants.build(one, store), False),
                ("reproduce", "Reproduce", lambda one: provenance.build(one, sidecars), False),
            )
        ),
    ]
