"""Whether each training kernel was alive, in numbers."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.measures.kernel_states import ALIVE
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics, text
from reports.looks import Look

COLUMNS = ("kernel_mean", "kernel_live_share", "pull_before", "pull_after", "gradient_ratio")
LEAST = 0.0001  # smaller numbers are noise here


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRow:
    """One variant with a penalty."""

    look: Look
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernels:
    """The table."""

    template: ClassVar[str] = "sections/more/kernel.html"
    heads: list[str]
    rows: list[KernelRow]
    alive: tuple[float, float] = ALIVE


def build(report: Report) -> Kernels | None:
    """A row per variant with a penalty, in the order of the page; None if there is none."""
    penalised = [one for one in report.variants if one.has_penalty]
    columns = [metrics.of(name) for name in COLUMNS if any(name in one.summary for one in penalised)]
    if not penalised:
        return None
    shown = looks.of(report.variants)
    rows = [KernelRow(look=shown[one.name], cells=[_cell(one, column.name) for column in columns]) for one in penalised]
    return Kernels(
        heads=[f"{column.title}, {column.unit}" for column in columns],
        rows=sorted(rows, key=lambda row: row.look.place),
    )


def _cell(variant: VariantResult, name: str) -> str:
    if variant.kernel is None and name != "gradient_ratio":
        return f"{text.MISSING} no kernel"
    value = variant.mean(name)
    return f"< {LEAST}" if value is not None and 0 < value < LEAST else metrics.of(name).show(value)
