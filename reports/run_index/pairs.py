"""Two runs side by side: a row for each variant that both have, the largest difference first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmdvae.conclusions.rules import MIN_SEEDS, SEEDS_IN_WORDS
from mmdvae.record.result import VariantResult
from reports import looks, metrics, text
from reports.looks import Look
from reports.run_index import changes
from reports.run_index.changes import Change, Column, Mark
from reports.run_index.comparable import Comparable

# Metrics have different units, and a ratio would rate 0.10 → 0.12 in sliced W2, which is nothing, above +10 % error:
# differences become comparable as shares of the range that their metric has. Those that seeds explain do not count.
SORTED = (
    "Changes of state first, then by a variant's largest difference, as a share of that metric's range over the "
    "variants of both runs."
)
SIGNS: dict[Mark, str] = {"beyond": "*", "few": "?"}
BEYOND = (
    "* larger than the range over the seeds of either run. Chance alone does that to one number in twenty with three "
    "seeds a run, and to fewer with more."
)
FEW = (
    "{} seed{}: a difference may be chance, however large. " + SEEDS_IN_WORDS.capitalize() + " seeds a run would tell."
)
SOME_FEW = f"? fewer than {SEEDS_IN_WORDS} seeds, which show nothing."
ALIKE = "{} without a difference{}: {}."
BY_SEEDS = " beyond the range of the seeds"
NOTHING_SHARED = "No variant is in both {} and {}."
ONLY = "Only in {} ({}): {}."
COUNTS = {1: "One", 2: "Two"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One variant in two runs."""

    first: Look
    other: Look
    changes: list[Change]  # one for each column of the pair
    everything: list[tuple[str, Change]]  # all metrics that either run has, with their titles
    size: float  # of its largest difference, see SORTED

    @property
    def same_state(self) -> bool:
        """Whether the variant ended in the same way in both runs."""
        return self.first.word == self.other.word

    @property
    def is_alike(self) -> bool:
        """Whether nothing differs but what seeds explain."""
        compared = any(change.difference is not None for change in self.changes)
        return self.same_state and compared and not self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A run compared with the first one."""

    letters: tuple[str, str]
    decided: bool  # whether both runs have seeds enough for a variant
    columns: list[Column]
    sure: list[str]  # how sure the differences are, and how the rows are sorted; empty without rows
    rows: list[Row]  # those that differ
    rest: list[str]  # a line for the variants that do not differ, and for those that only one run has
    everything: list[Row]  # all rows, for all their metrics

    @property
    def difference(self) -> str:
        """What the numbers are."""
        return f"{self.letters[1]} − {self.letters[0]}"

    def sign(self, change: Change) -> str:
        """One character that tells what a difference means; empty if `sure` tells it of all of them."""
        return SIGNS.get(change.mark, "") if self.decided else ""


def between(first: Comparable, other: Comparable, letters: tuple[str, str]) -> Pair:
    """The difference of two runs."""
    ours, theirs = first.variants, other.variants
    columns = changes.measured([*ours.values(), *theirs.values()])
    rows = _rows(ours, theirs, columns)
    shown = [row for row in rows if not row.is_alike]
    alike = [ours[row.first.id] for row in rows if row.is_alike]
    decided = _seeds(rows) >= MIN_SEEDS
    rest = [ALIKE.format(text.count(len(alike), "variant"), BY_SEEDS * decided, _named(alike))] if alike else []
    if not rows:
        rest.append(NOTHING_SHARED.format(*letters))
    for letter, own, others in ((letters[0], ours, theirs), (letters[1], theirs, ours)):
        alone = [variant for name, variant in own.items() if name not in others]
        if alone:
            rest.append(ONLY.format(letter, text.count(len(alone), "variant"), _named(alone)))
    return Pair(
        letters=letters,
        decided=decided,
        columns=columns,
        sure=_sure(shown, rows),
        rows=shown,
        rest=rest,
        everything=rows,
    )


def _rows(ours: Mapping[str, VariantResult], theirs: Mapping[str, VariantResult], columns: list[Column]) -> list[Row]:
    """A row for each variant of both runs, the largest difference first, otherwise in the order of the page."""
    both = [*ours.values(), *theirs.values()]
    ranges = {column.name: _range(both, column.name) for column in columns}
    # Each run's looks are made beside the variants of the other, so that an alpha has one colour in both.
    first, other = looks.of([*theirs.values(), *ours.values()]), looks.of(both)
    rows = [
        _row(ours[name], theirs[name], first[name], other[name], columns, ranges) for name in ours if name in theirs
    ]
    return sorted(rows, key=lambda row: (row.same_state, -row.size, row.first.place))


def _row(
    ours: VariantResult,
    theirs: VariantResult,
    first: Look,
    other: Look,
    columns: list[Column],
    ranges: Mapping[str, float],
) -> Row:
    shown = [changes.of(column, ours, theirs) for column in columns]
    shares = [
        abs(change.difference) / ranges[column.name]
        for column, change in zip(columns, shown, strict=True)
        if change.difference is not None and change.mark in ("beyond", "few")
    ]
    return Row(
        first=first,
        other=other,
        changes=shown,
        everything=[
            (title(metric), changes.in_full(metric, ours, theirs))
            for metric in metrics.ordered(ours.summary.keys() | theirs.summary.keys())
        ],
        size=max(shares, default=0.0),
    )


def title(metric: metrics.Metric) -> str:
    """A metric's name with its unit."""
    return f"{metric.title} ({metric.unit})" if metric.unit else metric.title


def _range(variants: Sequence[VariantResult], metric: str) -> float:
    means = [mean for variant in variants if (mean := variant.mean(metric)) is not None]
    return max(means) - min(means)


def _seeds(rows: Sequence[Row]) -> int:
    """The most seeds that any difference rests on."""
    return max((change.seeds for row in rows for change in row.changes), default=0)


def _sure(shown: Sequence[Row], rows: Sequence[Row]) -> list[str]:
    seeds = _seeds(rows)
    if not shown or not seeds:
        return []
    if seeds < MIN_SEEDS:
        return [FEW.format(COUNTS[seeds], "s" * (seeds > 1)), SORTED]
    some_few = any(change.mark == "few" for row in shown for change in row.changes)
    return [BEYOND, *([SOME_FEW] if some_few else []), SORTED]


def _named(variants: Sequence[VariantResult]) -> str:
    return "; ".join(looks.settings(variants))
