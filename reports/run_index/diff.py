"""The difference between runs: settings that differ, and the variants of the others beside those of the first.

All calculations and wording are here, in pairs and in changes; diff_text and diff_page only lay them out.
"""

import re
import statistics
import string
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.errors import InputError
from reports import likelihood, text
from reports.run_index import pairs
from reports.run_index.comparable import LIKE, LIKELIHOOD, Comparable
from reports.run_index.pairs import Pair

LETTERS = string.ascii_uppercase

WORDS = {
    "settings": "Settings that differ",
    "no_settings": "No setting differs.",
    "variants": "Variants of both runs, {}",
    "everything": "All measurements, {}",
    "alike": "Same data, same epochs.",
    "unlike": "Not like with like: the runs differ in {}.",
    "likelihoods": f"Their likelihoods differ. {likelihood.ACROSS}",
    "networks": "Their networks differ.",
    "price": "Their networks differ: a training of {0} took {2} times as long as one of {1}.",
    "unrecorded": "not recorded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything that differs between the runs."""

    ids: list[str]
    titles: list[str]
    like: bool
    first_line: str
    settings: list[tuple[str, list[str]]]  # only those that are not equal in all runs
    pairs: list[Pair]  # one for each run after the first

    @property
    def letters(self) -> list[str]:
        """One letter for each run."""
        return list(LETTERS[: len(self.ids)])


def between(runs: Sequence[Comparable]) -> Diff:
    """The difference between the first run and the others; InputError unless there are 2 to 26 distinct runs."""
    ids = [run.id for run in runs]
    if not 2 <= len(runs) <= len(LETTERS) or len(set(ids)) < len(ids):
        raise InputError(f"a difference needs 2 to {len(LETTERS)} different runs, got {', '.join(ids) or 'none'}")
    like, first_line = _likeness(runs)
    others = zip(LETTERS[1:], runs[1:], strict=False)
    return Diff(
        ids=ids,
        titles=[run.title for run in runs],
        like=like,
        first_line=first_line,
        settings=_settings(runs),
        pairs=[pairs.between(runs[0], other, (LETTERS[0], letter)) for letter, other in others],
    )


def _likeness(runs: Sequence[Comparable]) -> tuple[bool, str]:
    """Whether all runs had the same data and epochs, and a sentence saying so; unrecorded counts as different."""
    found = {what: {run.settings.get(setting) for run in runs} for setting, what in LIKE.items()}
    unlike = [what for what, values in found.items() if len(values) > 1 or None in values]
    said = WORDS["unlike"].format(text.listed(unlike)) if unlike else WORDS["alike"]
    several = len({run.settings[LIKELIHOOD] for run in runs}) > 1
    more = [WORDS["likelihoods"]] if several else []
    more += [
        price for letter, run in zip(LETTERS[1:], runs[1:], strict=False) if (price := _price(runs[0], run, letter))
    ]
    return not unlike, " ".join([said, *more])


def _price(first: Comparable, other: Comparable, letter: str) -> str:
    """How much longer the variants of both runs were trained with another network; empty if it is the same one."""
    if first.network == other.network:
        return ""
    pairs = [
        (ours, theirs)
        for name, variant in first.variants.items()
        if name in other.variants
        and (ours := variant.mean("train_seconds"))
        and (theirs := other.variants[name].mean("train_seconds"))
    ]
    ratio = statistics.geometric_mean([theirs / ours for ours, theirs in pairs]) if pairs else None
    return WORDS["price"].format(letter, LETTERS[0], f"{ratio:.2g}") if ratio else WORDS["networks"]


def _settings(runs: Sequence[Comparable]) -> list[tuple[str, list[str]]]:
    names = dict.fromkeys(name for run in runs for name in run.settings)
    rows = [(name, [run.settings.get(name, WORDS["unrecorded"]) for run in runs]) for name in names]
    return [(name, [*map(_short, values)]) for name, values in rows if len(set(values)) > 1]


def _short(value: str) -> str:
    """A digest by its first characters, anything else as it is."""
    return value[:12] if re.fullmatch("[0-9a-f]{64}", value) else value
