"""All sections as one self-contained HTML page. A section that raises becomes an error box; the others are kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mmdvae.record.result import Report
from reports import looks
from reports.page import inline_script
from reports.page.templating import environment
from reports.sections.answer import answer
from reports.sections.codes import explorer_data
from reports.sections.codes import section as codes
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
    make: Callable[[], Any]
    folded: bool = False


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
            made = part.make()
            if made is None:
                continue
            title = getattr(made, "title", part.name)
            body = Markup(templates.get_template(made.template).render(section=made))
        except Exception as error:  # of any kind: the other sections are still useful
            log.error("section %r failed", part.name, exc_info=error)
            failures.append(Failure(section=part.name, error=error))
            body = Markup(templates.get_template("page/error.html").render(failure=failures[-1]))
        blocks.append(Block(code=part.code, name=part.name, title=title, body=body, folded=part.folded))
    return blocks, failures


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
    return [
        Part(code="sheet", name="Side by side", make=lambda: sheet.build(report, store)),
        Part(code="numbers", name="Numbers", make=lambda: numbers.build(report)),
        Part(code="codes", name="Codes", make=lambda: codes.build(report, store)),
        Part(code="images", name="Images", make=lambda: images.build(report, store)),
        Part(code="doubt", name="What to doubt", make=lambda: doubt.build(report)),
        *(
            Part(code=code, name=name, make=make, folded=True)
            for code, name, make in (
                ("measurements", "All measurements", lambda: measurements.build(report)),
                ("classes", "Error by class", lambda: class_errors.build(report, store)),
                ("trade-off", "Error against distance from the prior", lambda: trade_off.build(report)),
                ("spectrum", "Spectrum of the codes", lambda: spectrum.build(report, store)),
                ("kernels", "Kernels", lambda: kernel.build(report)),
                ("sigma-rules", "Rules for σ", lambda: sigma_rules.build(report)),
                ("every-variant", "Every variant by itself", lambda: variants.build(report, store)),
                ("reproduce", "Reproduce", lambda: provenance.build(report, sidecars)),
            )
        ),
    ]
