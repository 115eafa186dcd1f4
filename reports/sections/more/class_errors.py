"""Squared error by class against no penalty: which kinds of image a penalty makes worse."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions import groups, vitality
from mmdvae.record.result import Report, VariantResult
from reports import looks, text
from reports.drawing import pictures
from reports.stored_arrays import StoredArrays

METRIC = re.compile(r"mse_class_(\d+)")
FACTOR = 1000  # errors are shown times 1000
MOST = 20  # classes; of more those that are worst

Errors = dict[int, float]  # by class number


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCell:
    """One difference with its colours; without colours if it is not one variant's."""

    text: str
    background: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One variant, or all that no penalty touched."""

    title: str
    variant: str = ""  # its id; empty for several
    kind: str = ""  # reference, or empty
    cells: list[ClassCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassErrors:
    """The table."""

    template: ClassVar[str] = "sections/more/class_errors.html"
    classes: list[str]
    rows: list[ClassRow]
    finding: str


def build(report: Report, store: StoredArrays) -> ClassErrors | None:
    """No penalty, then differences from it; None with fewer than two classes, or without a plain autoencoder."""
    errors = {one.name: found for one in report.variants if (found := _errors(one))}
    plain = groups.plain(report.variants)
    if plain is None or len(errors.get(plain.name, {})) < 2:
        return None
    base = errors[plain.name]
    every = sorted(label for label, value in base.items() if value > 0)
    shown, untouched = looks.of(report.variants), vitality.untouched(report.variants)
    changes = {name: {at: found[at] / base[at] - 1 for at in every if at in found} for name, found in errors.items()}
    touched = [one for one in report.variants if one.name in errors and one not in untouched and one is not plain]
    touched.sort(key=lambda one: shown[one.name].place)
    labels = _worst(every, [changes[one.name] for one in touched], base)
    titles = [store.class_name(label) for label in labels]
    widest = max((abs(change) for one in touched for change in changes[one.name].values()), default=0.0)
    rows = [
        ClassRow(
            title=f"{shown[plain.name].title}, MSE × {FACTOR:,}",
            variant=plain.name,
            kind="reference",
            cells=[ClassCell(text=text.fixed(FACTOR * base[label], 1)) for label in labels],
        ),
        *_untouched([changes[one.name] for one in untouched if one is not plain and one.name in errors], labels),
        *(
            ClassRow(
                title=shown[one.name].title,
                variant=one.name,
                cells=[_cell(changes[one.name].get(label), widest) for label in labels],
            )
            for one in touched
        ),
    ]
    finding = _finding(
        {shown[one.name].title: changes[one.name] for one in touched},
        {label: store.class_name(label) for label in every},
    )
    left = f" Of {len(every)} classes these are the {MOST} that got worse the most." if len(labels) < len(every) else ""
    return ClassErrors(classes=titles, rows=rows, finding=finding + left)


def _errors(variant: VariantResult) -> Errors:
    return {int(match[1]): one.mean for name, one in variant.summary.items() if (match := METRIC.fullmatch(name))}


def _worst(labels: list[int], changes: Sequence[Errors], base: Errors) -> list[int]:
    """The classes that some penalty made worse by most, at most MOST; without any, those with the largest errors."""

    def badness(label: int) -> float:
        return max((change[label] for change in changes if label in change), default=base[label])

    return sorted(sorted(labels, key=badness, reverse=True)[:MOST])


def _untouched(changes: Sequence[Errors], labels: list[int]) -> list[ClassRow]:
    """The range of the others that no penalty touched, as one row."""
    if not changes:
        return []
    columns = [[change[label] for change in changes if label in change] for label in labels]
    cells = [ClassCell(text=_range(column) if column else text.MISSING) for column in columns]
    return [ClassRow(title=f"untouched ({len(changes)})", kind="reference", cells=cells)]


def _cell(change: float | None, widest: float) -> ClassCell:
    if change is None:
        return ClassCell(text=text.MISSING)
    background, ink = pictures.diverging(change / widest if widest else 0.0)
    return ClassCell(text=f"{_percent(change)}\u00a0%", background=background, ink=ink)


def _range(column: list[float]) -> str:
    ends = [_percent(end) for end in (min(column), max(column))]
    return f"{ends[0] if ends[0] == ends[1] else ' to '.join(ends)}\u00a0%"


def _percent(change: float) -> str:
    """With its sign, in whole percent: +28, −3, 0."""
    shown = text.fixed(100 * change, 0)
    return f"+{shown}" if change > 0 and shown != "0" else shown


def _finding(changes: dict[str, Errors], titles: dict[int, str]) -> str:
    """The largest change of all."""
    every = [(change, title, label) for title, row in changes.items() for label, change in row.items()]
    if not every:
        return "No variant that a penalty touched was measured by class."
    change, title, label = max(every, key=lambda one: abs(one[0]))
    return f"The largest change: {titles[label]} {_percent(change)}\u00a0% with {title}."
