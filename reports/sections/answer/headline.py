"""The answer in one sentence, and its price. Loads neither NumPy nor SciPy: the list of runs shows both."""

from mmdvae.conclusions import vitality
from mmdvae.conclusions.near import near_prior
from mmdvae.conclusions.rules import ERROR, MIN_SEEDS, SAME_ERROR
from mmdvae.record.result import Choice, Difference, Report, VariantResult
from reports import facets, looks, roots, text

MOST_NAMED = 3  # settings that came half-way


def sentence(report: Report) -> str:
    """What to use, as far as the numbers carry it; without a full stop."""
    if facets.several(report):
        return _for_each(report)
    found = choice(report)
    if not found.names:
        return _without_any(report)
    best = variant_of(report, found.names[0])
    return f"{_verb(best).capitalize()} {looks.settings([best])[0]}: {_reason(report, found)}"


def badge(report: Report, variant: VariantResult) -> str:
    """What marks the first setting of the sentence wherever it is shown; empty for any other variant."""
    found = choice(facets.holding(report, variant))
    return f"★\u00a0{_verb(variant)}" if found.names[:1] == [variant.name] else ""


def chosen(report: Report) -> VariantResult | None:
    """The setting to use, of a report for one number of latent dimensions; None if none was chosen."""
    names = choice(report).names
    return variant_of(report, names[0]) if names else None


def price(report: Report) -> str:
    """What the chosen setting costs in error, in percent of no penalty, and which it is; a dash if none was chosen."""
    if facets.several(report):
        return "; ".join(f"{facets.named([one.run.latent_dim])}: {price(one)}" for one in facets.of(report))
    found = choice(report)
    if not found.names:
        return text.MISSING
    best = variant_of(report, found.names[0])
    paid = cost(report, best)
    shown = "not measured" if paid is None else f"{text.change(paid.mean)} error"
    return f"{shown} ({looks.settings([best])[0]})"


def choice(report: Report) -> Choice:
    """The choice of the record; of an older one, or one that names variants which are not there, made now.

    Of a report for one number of latent dimensions.
    """
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
    """Whether its error was measured with seeds enough for a conclusion, not counting those that picked it."""
    measured = [run.seed for run in variant.runs if run.number(ERROR) is not None]
    return sum(variant.unbiased(seed) for seed in measured) >= MIN_SEEDS


def variant_of(report: Report, name: str) -> VariantResult:
    """The variant of that name."""
    return next(one for one in report.variants if one.name == name)


def _for_each(report: Report) -> str:
    """The setting for each number of latent dimensions, told once where it is the same in units of √d."""
    found = {one.run.latent_dim: chosen(one) for one in facets.of(report)}
    best = [variant for variant in found.values() if variant]
    missed = facets.named([d for d, variant in found.items() if variant is None], "and")
    if not best:
        return f"No setting to choose at {missed}"
    verb = "Use" if all(map(has_intervals, best)) else "Try"
    words = "; ".join(_in_roots(report, best))
    return f"{verb} {words}" + (f"; no setting to choose at {missed}" if len(best) < len(found) else "")


def _in_roots(report: Report, best: list[VariantResult]) -> list[str]:
    """The settings with their d: those of one α and one σ / √d in one phrase."""
    told, rest = [], best
    for width, alike in roots.widths([one for one in report.variants if not one.normalised]).items():
        for weight in dict.fromkeys(map(looks.weighed, alike)):
            group = [one for one in best if one in alike and looks.weighed(one) == weight]
            if len(group) > 1:
                at = facets.named(facets.dims(group), "and")
                told.append(f"{weight} with σ\u00a0=\u00a0{roots.label(width)} at {at}")
                rest = [one for one in rest if one not in group]
    return told + looks.settings(rest, dims=True)


def _verb(variant: VariantResult) -> str:
    return "use" if has_intervals(variant) else "try"


def _reason(report: Report, found: Choice) -> str:
    paid = cost(report, variant_of(report, found.names[0]))
    if paid and paid.interval and paid.interval[0] <= 0 and paid.interval[1] < SAME_ERROR - 1:
        return "it reaches the prior at no measurable cost"
    if len(found.names) > 1:
        return f"of {len(found.names)} as cheap, the nearest to the prior"
    if len(found.alive) > 1:
        return f"the cheapest of {len(found.alive)} that reach the prior"
    missed = [one for one in report.variants if one.has_penalty and one.name not in found.alive]
    if any(not one.has_penalty and near_prior(one) for one in report.finished):
        return "it reaches the prior, as normalised codes do without a penalty"
    if missed and not {vitality.of(one) for one in missed} & {"alive", "not measured"}:
        return "only this setting reaches the prior"
    return "it reaches the prior"


def _without_any(report: Report) -> str:
    if not report.finished:
        return "No variant finished"
    penalised = [one for one in report.finished if one.has_penalty]
    if not penalised:
        return "No variant with a penalty finished, so there is nothing to choose"
    states = [vitality.of(one) for one in penalised]
    if set(states) == {"not measured"}:
        return "How far the codes are from the prior was not measured"
    if "alive" in states:
        return "What the settings that reach the prior cost was not measured"
    half = [one for one in penalised if vitality.of(one) == "half-way"]
    came = f"; {text.listed(looks.settings(half))} came half-way" if 0 < len(half) <= MOST_NAMED else ""
    lost = any(one.has_penalty for one in report.unfinished) or "not measured" in states
    return f"No {'setting that was measured' if lost else 'setting'} brought the codes to the prior{came}"
