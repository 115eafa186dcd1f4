"""The eigenvalues of each variant's Cov(z), which show how many directions carry the spread of its codes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from mmdvae.record.result import Report, VariantResult
from reports import text
from reports.drawing import scales, svg
from reports.sections import panel_choice
from reports.stored_arrays import StoredArrays

Spectrum = list[float | None]  # descending; None for a zero, which a logarithmic axis cannot show


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumChart:
    """The chart."""

    template: ClassVar[str] = "sections/more/spectrum.html"
    chart: Markup


def build(report: Report, store: StoredArrays) -> SpectrumChart | None:
    """Eigenvalues by rank, for the variants with full-size panels; None if none is stored."""
    found = [(variant, views.eigenvalues) for variant in report.variants if (views := store.first(variant)) is not None]
    full = {variant.name for variant in panel_choice.full_panels([variant for variant, _ in found])}
    spectra = [
        (variant, [value if value > 0 else None for value in np.asarray(values, np.float64).tolist()])
        for variant, values in found
        if variant.name in full and np.any(np.asarray(values) > 0)
    ]
    return SpectrumChart(chart=_draw(spectra)) if spectra else None


def _draw(spectra: list[tuple[VariantResult, Spectrum]]) -> Markup:
    longest = max(len(values) for _, values in spectra)
    every = [value for _, values in spectra for value in values if value is not None]
    return svg.render(
        svg.Chart(
            alt="Eigenvalues of Cov(z), largest and smallest: "
            + "; ".join(f"{v.name} {text.significant(e[0])} to {text.significant(e[-1])}" for v, e in spectra)
            + "; the prior has 1 throughout.",
            x=scales.Scale(
                low=0.8,
                high=longest + 0.2,
                title="eigenvalue, largest first",
                ticks=[(number, str(number)) for number in range(1, longest + 1, -(-longest // 12))],
            ),
            y=scales.logarithmic([*every, 1.0]),
            lines=[_line(variant, values, i) for i, (variant, values) in enumerate(spectra)],
            references=[svg.Reference(value=1.0, label="prior: 1", colour=svg.INK, dash="1 3")],
            width=480,
            height=300,
            label_width=134,
        )
    )


def _line(variant: VariantResult, values: Spectrum, number: int) -> svg.Line:
    ranked = list(enumerate(values, start=1))
    return svg.Line(
        label=variant.settings,
        points=[(float(rank), value) for rank, value in ranked],
        colour=svg.COLOURS[number % len(svg.COLOURS)],
        dash=svg.DASHES[number % len(svg.DASHES)],
        mark=True,
        tips=[
            (rank, value, f"{variant.name}, eigenvalue {rank}: {text.significant(value)}")
            for rank, value in ranked
            if value is not None
        ],
        data={"variant": variant.name},
    )
