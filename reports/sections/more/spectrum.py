"""The eigenvalues of each variant's Cov(z), which show how many directions carry the spread of its codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from mmdvae.conclusions import vitality
from mmdvae.record.result import Report
from reports import looks, text
from reports.drawing import line_chart, scales, svg
from reports.looks import Look
from reports.stored_arrays import StoredArrays

Spectrum = list[float | None]  # descending; None for a zero, which a logarithmic axis cannot show
ROW = 13  # height of a label in pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumChart:
    """The chart."""

    template: ClassVar[str] = "sections/more/spectrum.html"
    chart: Markup


def build(report: Report, store: StoredArrays) -> SpectrumChart | None:
    """Eigenvalues by rank, a line per variant and one for all that no penalty touched.

    None if none is stored, or in one dimension: its only eigenvalue is the total variance.
    """
    spectra: dict[str, Spectrum] = {}
    for variant in report.variants:
        views = store.first(variant)
        if views is not None and np.any(views.eigenvalues > 0):
            values = np.asarray(views.eigenvalues, np.float64).tolist()
            spectra[variant.name] = [value if value > 0 else None for value in values]
    if all(len(values) == 1 for values in spectra.values()):
        return None
    untouched = {one.name for one in vitality.untouched(report.variants)}
    shown = sorted(looks.of(report.variants).values(), key=lambda look: look.place)
    touched = {look: spectra[look.id] for look in shown if look.id in spectra and look.id not in untouched}
    return SpectrumChart(chart=_draw(touched, [values for name, values in spectra.items() if name in untouched]))


def _draw(touched: dict[Look, Spectrum], untouched: list[Spectrum]) -> Markup:
    spectra = [*touched.values(), *untouched]
    longest = max(map(len, spectra))
    kinds = [look.kind for look in touched]
    dashes = [line_chart.DASHES[kinds[:place].count(kind) % len(line_chart.DASHES)] for place, kind in enumerate(kinds)]
    lines = [_line(look, values, dash) for (look, values), dash in zip(touched.items(), dashes, strict=True)]
    lines = [*([_grey(untouched)] if untouched else []), *lines]
    return line_chart.render(
        line_chart.Chart(
            alt=_alt(touched, untouched),
            x=scales.Scale(
                low=0.8,
                high=longest + 0.2,
                title="eigenvalue, largest first",
                ticks=[(number, str(number)) for number in range(1, longest + 1, -(-longest // 12))],
            ),
            y=scales.logarithmic([1.0, *(value for values in spectra for value in values if value is not None)]),
            lines=lines,
            references=[line_chart.Reference(value=1.0, label="prior: 1", colour=svg.INK, dash="1 3")],
            width=330 + line_chart.label_width(lines),
            height=max(260, ROW * (len(lines) + 1) + 46),
            label_width=line_chart.label_width(lines),
        )
    )


def _line(look: Look, values: Spectrum, dash: str) -> line_chart.Line:
    ranked = list(enumerate(values, start=1))
    return line_chart.Line(
        label=look.title,
        points=[(float(rank), value) for rank, value in ranked],
        colour=look.colour,
        dash=dash,
        tips=[
            (rank, value, f"{look.title}, eigenvalue {rank}: {text.significant(value)}")
            for rank, value in ranked
            if value is not None
        ],
        data={"variant": look.id},
    )


def _grey(untouched: Sequence[Spectrum]) -> line_chart.Line:
    """The geometric mean of the spectra that no penalty touched, with their range."""
    columns = [[value for value in column if value is not None] for column in zip(*untouched, strict=False)]
    known = [(float(rank), column) for rank, column in enumerate(columns, start=1) if column]
    return line_chart.Line(
        label="no penalty" if len(untouched) == 1 else f"untouched ({len(untouched)})",
        points=[(rank, float(np.exp(np.mean(np.log(column))))) for rank, column in known],
        band=[(rank, min(column), max(column)) for rank, column in known],
        colour=looks.COLOURS["none"],
    )


def _alt(touched: dict[Look, Spectrum], untouched: Sequence[Spectrum]) -> str:
    told = [f"{look.title} {_ends(values)}" for look, values in touched.items()]
    if untouched:
        told.append(f"{len(untouched)} untouched by a penalty, such as {_ends(untouched[0])}")
    return f"Eigenvalues of Cov(z), largest and smallest: {'; '.join(told)}; the prior has 1 throughout."


def _ends(values: Spectrum) -> str:
    return f"{text.significant(values[0])} to {text.significant(values[-1])}"
