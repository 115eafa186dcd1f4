"""The three boxes below the headline: what the chosen setting buys, what it costs, how sure that is."""

from dataclasses import dataclass

from mmdvae.conclusions import groups, vitality
from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Choice, Difference, Report, VariantResult
from reports import looks, text
from reports.sections.answer import headline, next_step, picked

MOST_NAMED = 3  # settings
BEATS = {  # by the state of the claim that samples beat those of rescaled codes by a tenth
    "supported": "surely beaten",
    "refuted": "not beaten by a tenth",
    "inconclusive": "a tenth better is open",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box: its question, the answer in large type, the rest in sentences."""

    title: str
    main: str
    rest: list[str]


def of(report: Report) -> list[Box]:
    """The boxes; without a chosen setting only the last."""
    found = headline.choice(report)
    return [*bought(report, found), sure(report, found)]


def bought(report: Report, found: Choice) -> list[Box]:
    """What the chosen setting buys and costs; empty without one."""
    if not found.names:
        return []
    best = headline.variant_of(report, found.names[0])
    plain = groups.plain(report.finished)
    return [_buys(report, best, plain), _costs(report, found, best, plain)]


def _buys(report: Report, best: VariantResult, plain: VariantResult | None) -> Box:
    """Against no penalty, and against what a rescaling of its codes gives for nothing."""
    fid, before, rescaled = best.mean("fid"), _mean(plain, "fid"), _mean(plain, "fid_fitted")
    near, far = best.mean("sliced_w2"), _mean(plain, "sliced_w2")
    distance = f"distance from the prior {_arrow(far, near)}"
    rest = []
    if fid is None:
        main = f"{distance[0].upper()}{distance[1:]}."
    else:
        main = f"Fréchet {_arrow(before, fid)}"
        rest.append(f"for samples from N(0, I); {distance}.")
        if rescaled is not None:
            beats = _decided(report, "V10", best) or ("not beaten" if rescaled <= fid else "")
            words = f"Rescaling the codes of no penalty gives {_short(rescaled)} for nothing"
            rest.append(f"{words}: {beats}." if beats else f"{words}.")
    covered, white = best.mean("latent_coverage"), _mean(plain, "latent_coverage_white")
    if covered is not None and white is not None:
        rest.append(f"Of the prior {text.percent(covered, 0)} is covered; rescaled, {text.percent(white, 0)}.")
    return Box(title="What it buys", main=main, rest=[*rest, *_normalisation_alone(report, best)])


def _normalisation_alone(report: Report, best: VariantResult) -> list[str]:
    """What normalised codes give without any penalty, if the chosen setting has them."""
    alone = next((one for one in report.finished if one.normalised and not one.has_penalty), None)
    if not best.normalised or alone is None:
        return []
    paid = headline.cost(report, alone)
    fid, covered = alone.mean("fid"), alone.mean("latent_coverage")
    found = [
        f"Fréchet {_short(fid)}" if fid is not None else "",
        f"{text.percent(covered, 0)} covered" if covered is not None else "",
        f"error {text.change(paid.mean)}" if paid else "",
    ]
    return [f"Normalisation alone: {', '.join(filter(None, found))}."] if any(found) else []


def _costs(report: Report, found: Choice, best: VariantResult, plain: VariantResult | None) -> Box:
    paid = headline.cost(report, best)
    if paid is None:
        why = "no error was measured without a penalty" if plain else "no training without a penalty finished"
        return Box(title="What it costs", main="Not measured:", rest=[f"{why}."])
    ends = f"[{text.span(paid.interval, text.change)}]: " if paid.interval else ""
    now, before = best.mean(found.metric), _mean(plain, found.metric)
    was = f"{_thousandth(before)} → " if before is not None else ""
    rest = [f"{ends}squared error of reconstructions {was}{_thousandth(now)} (× 1,000)."]
    knn, without = best.mean("knn_accuracy"), _mean(plain, "knn_accuracy")
    if knn is not None and without is not None:
        points = 100 * (knn - without)
        rest.append(f"kNN accuracy {'+' if points >= 0.05 else ''}{text.fixed(points, 1)} points.")
    rest += _dearest(report, found, best)
    return Box(title="What it costs", main=_changed(paid), rest=rest)


def _dearest(report: Report, found: Choice, best: VariantResult) -> list[str]:
    """What the dearest setting that reaches the prior would cost."""
    others = [headline.variant_of(report, name) for name in found.alive if name != best.name]
    prices = [(paid.mean, one) for one in others if (paid := headline.cost(report, one))]
    if not prices:
        return []
    dearest, variant = max(prices, key=lambda pair: pair[0])
    return [f"The dearest that reaches the prior: {text.change(dearest)} ({looks.settings([variant])[0]})."]


def sure(report: Report, found: Choice) -> Box:
    """How sure the answer is; of a choice without names, what holds of the whole run."""
    seeds = len(report.run.seeds)
    few = seeds < MIN_SEEDS
    main = text.count(seeds, "seed") + (", no interval." if few else ".")
    rest = _yardstick(report, found) if few else _claims(report, found)
    weights = {looks.weighed(one) for one in report.variants if one.regularizer == groups.MMD}
    if len(weights) == 1:
        rest.append(f"Of MMD only {weights.pop()} was tried.")
    rest += [*picked.sentences(report), *as_cheap(report, found)]
    if next_step.unsettled(report):
        rest.append("Training had not settled: more epochs may change the order.")
    return Box(title="How sure", main=main, rest=rest)


def as_cheap(report: Report, found: Choice) -> list[str]:
    """The settings that are as cheap and farther from the prior."""
    others = [headline.variant_of(report, name) for name in found.names[1:]]
    if not others:
        return []
    shown = looks.settings(others)
    named = "; ".join(shown) if len(others) <= MOST_NAMED else text.count(len(others), "other")
    return [f"As cheap, as far as this shows, and farther from the prior: {named}."]


def _yardstick(report: Report, found: Choice) -> list[str]:
    """The cost in units of what trainings without any effect of a penalty differ by."""
    plain = groups.plain(report.finished)
    base = _mean(plain, found.metric)
    alike = vitality.untouched(report.finished)
    dead = [one for one in alike if one.has_penalty]
    count = sum(len(one.runs) for one in alike)
    which = f" (no penalty and {text.count(len(dead), 'dead kernel')})" if dead else ""
    paid = headline.cost(report, headline.variant_of(report, found.names[0])) if found.names else None
    if not base or not found.yardstick or paid is None:
        return []
    share = found.yardstick / base
    times = abs(paid.mean) / share
    much = f"{text.significant(times, 2)} times as much as" if times >= 1 else "less than"
    return [
        f"Its error changed {much} the {count} trainings that no penalty touched{which} differ by chance "
        f"({text.change(share).lstrip('+')})."
    ]


def _claims(report: Report, found: Choice) -> list[str]:
    tested = [verdict for verdict in report.verdicts if verdict.state != "not_run"]
    if not tested:
        return []
    still = sum(verdict.state == "inconclusive" for verdict in tested)
    said = [f"{len(tested) - still} of {text.count(len(tested), 'claim')} decided, {still} open."]
    about = {name for verdict in tested for part in verdict.parts for name in _names(part.name)}
    if found.names and any(verdict.parts for verdict in tested) and found.names[0] not in about:
        said.append("No claim is about this setting: its intervals are its differences from no penalty.")
    return said


def _names(comparison: str) -> list[str]:
    """The words of a comparison, ids of variants among them."""
    return comparison.replace("/", " ").split()


def _decided(report: Report, code: str, variant: VariantResult) -> str:
    """What the claim of that code says of this variant; empty without an interval."""
    parts = [part for verdict in report.verdicts if verdict.code == code for part in verdict.parts]
    part = next((one for one in parts if one.name == variant.name and one.interval), None)
    if part and part.interval and part.interval[0] > 1:
        return f"surely not beaten, × {text.significant(part.effect)}"
    return BEATS[part.state] if part else ""


def _changed(paid: Difference) -> str:
    shown, colon = text.change(paid.mean), "" if paid.interval else ":"
    return "Error unchanged:" if shown == text.change(0.0) and not paid.interval else f"Error {shown}{colon}"


def _thousandth(value: float | None) -> str:
    return text.fixed(None if value is None else 1000 * value, 1)


def _arrow(before: float | None, after: float | None) -> str:
    return _short(after) if before is None else f"{_short(before)} → {_short(after)}"


def _short(value: float | None) -> str:
    return text.significant(value, 2 if value is not None and value < 100 else 3)


def _mean(variant: VariantResult | None, metric: str) -> float | None:
    return variant.mean(metric) if variant else None
