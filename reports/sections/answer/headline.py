"""The answer in one sentence, and its price. Loads neither NumPy nor SciPy: the list of runs shows both."""

from mmdvae.conclusions import vitality
from mmdvae.conclusions.rules import ERROR, MIN_SEEDS, SAME_ERROR
from mmdvae.record.result import Choice, Difference, Report, VariantResult
from reports import looks, text

MOST_NAMED = 3  # settings that the sentence names


def sentence(report: Report) -> str:
    """What to use, as far as the numbers carry it; without a full stop."""
    found = choice(report)
    if not found.names:
        return _without_any(report)
    chosen = [variant_of(report, name) for name in found.names]
    return f"{_verb(chosen[0]).capitalize()} {_named(chosen)}: {_reason(report, found)}"


def badge(report: Report, variant: VariantResult) -> str:
    """What marks the first setting of the sentence wherever it is shown; empty for any other variant."""
    return f"★\u00a0{_verb(variant)}" if choice(report).names[:1] == [variant.name] else ""


def price(report: Report) -> str:
    """What the chosen setting costs in error, in percent of no penalty, and which it is; a dash if none was chosen."""
    found = choice(report)
    if not found.names:
        return text.MISSING
    best = variant_of(report, found.names[0])
    paid = cost(report, best)
    shown = "not measured" if paid is None else f"{text.change(paid.mean)} error"
    return f"{shown} ({looks.settings([best])[0]})"


def choice(report: Report) -> Choice:
    """The choice of the record; of an older one, or one that names variants which are not there, made now."""
    found = report.advice.choice
    if found is not None and {*found.names, *found.alive} <= {one.name for one in report.variants}:
        return found
    from mmdvae.conclusions import choice as choices  # loads SciPy, which newer records make unnecessary

    return choices.of(report.variants)


def cost(report: Report, variant: VariantResult) -> Difference | None:
    """The variant's error minus that of no penalty, as a share of the latter; None if either was not measured."""
    against = variant.differences
    found = against.metrics.get(ERROR) if against else None
    base = next((one.mean(ERROR) for one in report.variants if against and one.name == against.reference), None)
    if found is None or not base:
        return None
    low, high = (None if end is None else end / base for end in (found.low, found.high))
    return Difference(mean=found.mean / base, low=low, high=high, n=found.n, p=found.p)


def has_intervals(variant: VariantResult) -> bool:
    """Whether it has seeds enough for a conclusion."""
    return len(variant.runs) >= MIN_SEEDS


def variant_of(report: Report, name: str) -> VariantResult:
    """The variant of that name."""
    return next(one for one in report.variants if one.name == name)


def _verb(variant: VariantResult) -> str:
    return "use" if has_intervals(variant) else "try"


def _named(chosen: list[VariantResult]) -> str:
    shown = looks.settings(chosen)
    if len(chosen) <= MOST_NAMED or len(shown) == 1:
        return " or ".join(shown)
    return looks.settings(chosen[:1])[0]


def _reason(report: Report, found: Choice) -> str:
    several = len(found.names) > 1
    penalised = [one for one in report.finished if one.has_penalty]
    paid = cost(report, variant_of(report, found.names[0]))
    if paid and paid.interval and paid.interval[0] <= 0 and paid.interval[1] < SAME_ERROR - 1:
        return f"{'they reach' if several else 'it reaches'} the prior at no measurable cost"
    if len(found.names) > MOST_NAMED:
        return f"of {len(found.alive)} settings that reach the prior, none is surely cheaper"
    if set(found.names) == set(found.alive):
        if len(penalised) > len(found.alive):
            return f"only {'these reach' if several else 'this setting reaches'} the prior"
        return "all settings reach the prior, and none is surely cheaper" if several else "it reaches the prior"
    return f"the cheapest of {len(found.alive)} settings that reach the prior"


def _without_any(report: Report) -> str:
    if not report.finished:
        return "No variant finished"
    penalised = [one for one in report.finished if one.has_penalty]
    if not penalised:
        return "No variant with a penalty finished, so there is nothing to choose"
    states = {vitality.of(one) for one in penalised}
    if states == {"not measured"}:
        return "How far the codes are from the prior was not measured"
    half = [one for one in penalised if vitality.of(one) == "half-way"]
    came = f"; {' and '.join(looks.settings(half))} came half-way" if 0 < len(half) <= MOST_NAMED else ""
    return f"No setting brought the codes to the prior{came}"
