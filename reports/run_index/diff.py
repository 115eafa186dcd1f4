"""The difference between runs: settings that differ, and each metric of the other runs minus that of the first.

All calculations and wording are here; diff_text and diff_page only lay them out.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.errors import InputError
from reports import metrics, text
from reports.metrics import Metric
from reports.run_index.comparable import LIKE, Comparable, Measured
from reports.sections.numbers import summary

LETTERS = string.ascii_uppercase
MAIN = frozenset(column.name for column in summary.COLUMNS)

WORDS = {
    "settings": "Settings that differ",
    "no_settings": "No setting differs.",
    "metrics": "Metrics of the variants that A and another run have",
    "elsewhere": "{}: only in {}",
    "alike": "Same data, same epochs.",
    "unlike": "Not like with like: the runs differ in {}.",
    "unrecorded": "not recorded",
    "unmeasured": "not measured",
    "equal": "equal",
    "differs": "differs",
    "beyond": "beyond the spread",
    "within": "within the spread",
    "one": "1 seed, no conclusion",
    "few": "{} seeds, no conclusion",
    "state": "Kernel",
}
LEGEND = (
    "Beyond the spread: the difference is larger than the range over the seeds of either run. Chance alone does that "
    "to one number in twenty with three seeds a run, and to fewer with more. Fewer than three seeds show nothing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value minus that of the first run, and what the difference means."""

    text: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric of one variant: a value per run, a change per run after the first."""

    title: str
    main: bool  # whether the report's summary table has it
    values: list[str]
    changes: list[Change]

    @property
    def cells(self) -> list[str]:
        """The cells of a table row: the title, then one per column of `Diff.head`."""
        return [self.title, *self.values, *(cell for change in self.changes for cell in (change.text, change.word))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything that differs between the runs."""

    ids: list[str]
    like: bool
    first_line: str
    settings: list[tuple[str, list[str]]]  # only those that are not equal in all runs
    variants: list[tuple[str, list[Row]]]  # variants of the first run that at least one other run has
    elsewhere: list[tuple[str, str]]  # all other variants, with the letters of the runs that have them

    @property
    def letters(self) -> list[str]:
        """One letter for each run."""
        return list(LETTERS[: len(self.ids)])

    def head(self, meaning: str = "") -> list[str]:
        """Column headers after the first; `meaning` is a template for those of a change's word, {} the change."""
        first, *others = self.letters
        changes = [f"{letter} − {first}" for letter in others]
        return [*self.letters, *(cell for change in changes for cell in (change, meaning.format(change)))]

    def tables(self, *, everything: bool) -> list[tuple[str, list[list[str]]]]:
        """The cells of each variant's rows: all metrics, or only those of the report's summary table."""
        return [(name, [row.cells for row in rows if everything or row.main]) for name, rows in self.variants]

    @property
    def only_in(self) -> list[str]:
        """One line for each variant that is not compared."""
        return [WORDS["elsewhere"].format(name, letters) for name, letters in self.elsewhere]


def between(runs: Sequence[Comparable]) -> Diff:
    """The difference between the first run and the others; InputError unless there are 2 to 26 distinct runs."""
    ids = [run.id for run in runs]
    if not 2 <= len(runs) <= len(LETTERS) or len(set(ids)) < len(ids):
        raise InputError(f"a difference needs 2 to {len(LETTERS)} different runs, got {', '.join(ids) or 'none'}")
    like, first_line = _likeness(runs)
    having = {
        name: [letter for letter, run in zip(LETTERS, runs, strict=False) if name in run.variants]
        for name in dict.fromkeys(name for run in runs for name in run.variants)
    }
    shared = [name for name, letters in having.items() if letters[0] == LETTERS[0] and len(letters) > 1]
    return Diff(
        ids=ids,
        like=like,
        first_line=first_line,
        settings=_settings(runs),
        variants=[(name, _rows(name, runs)) for name in shared],
        elsewhere=[(name, ", ".join(letters)) for name, letters in having.items() if name not in shared],
    )


def _likeness(runs: Sequence[Comparable]) -> tuple[bool, str]:
    """Whether all runs had the same data and epochs, and a sentence saying so; unrecorded counts as different."""
    found = {what: {run.settings.get(setting) for run in runs} for setting, what in LIKE.items()}
    unlike = [what for what, values in found.items() if len(values) > 1 or None in values]
    return not unlike, WORDS["unlike"].format(text.listed(unlike)) if unlike else WORDS["alike"]


def _settings(runs: Sequence[Comparable]) -> list[tuple[str, list[str]]]:
    names = dict.fromkeys(name for run in runs for name in run.settings)
    rows = [(name, [run.settings.get(name, WORDS["unrecorded"]) for run in runs]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _rows(name: str, runs: Sequence[Comparable]) -> list[Row]:
    variants = [run.variants.get(name) for run in runs]
    states = [variant.state if variant else WORDS["unmeasured"] for variant in variants]
    measured = [variant.metrics if variant else {} for variant in variants]
    kernel = Row(
        title=WORDS["state"],
        main=True,
        values=states,
        changes=[Change(text="", word=_state_word(states[0], state)) for state in states[1:]],
    )
    return [kernel, *(_row(metric, measured) for metric in metrics.ordered({key for one in measured for key in one}))]


def _row(metric: Metric, measured: Sequence[dict[str, Measured]]) -> Row:
    first, *others = (one.get(metric.name) for one in measured)
    return Row(
        title=title(metric),
        main=metric.name in MAIN,
        values=[one.text if one else text.MISSING for one in (first, *others)],
        changes=[_change(metric, first, other) for other in others],
    )


def _state_word(first: str, other: str) -> str:
    if WORDS["unmeasured"] in (first, other):
        return WORDS["unmeasured"]
    return WORDS["equal" if first == other else "differs"]


def title(metric: Metric) -> str:
    """A metric's name with its unit."""
    return f"{metric.title} ({metric.unit})" if metric.unit else metric.title


def _change(metric: Metric, first: Measured | None, other: Measured | None) -> Change:
    if first is None or other is None:
        return Change(text=text.MISSING, word=WORDS["unmeasured"])
    difference = other.mean - first.mean
    return Change(text=metric.signed(difference), word=_word(abs(difference), first, other))


def _word(size: float, first: Measured, other: Measured) -> str:
    seeds = min(first.seeds, other.seeds)
    if not size:
        return WORDS["equal"]
    if seeds < MIN_SEEDS:  # the range of fewer values says almost nothing about the spread
        return WORDS["one"] if seeds == 1 else WORDS["few"].format(seeds)
    return WORDS["beyond" if size > max(first.spread or 0.0, other.spread or 0.0) else "within"]
