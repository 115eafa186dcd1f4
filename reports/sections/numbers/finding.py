"""The finding of the table as its heading: what the penalty costs, and how near it brings the codes to the prior."""

from mmdvae.conclusions import groups, vitality
from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Difference, Report, VariantResult
from reports import looks, text
from reports.looks import Look

NAME = "Numbers"
FEW = {1: "one seed", 2: "two seeds"}  # fewer than MIN_SEEDS


def title(report: Report) -> str:
    """One sentence, as far as its numbers were measured."""
    plain = groups.plain(report.finished)
    found = [words for words in (_cost(report, plain), _distance(report, plain)) if words]
    if not found:
        return NAME
    sentence = "; ".join(found)
    few = FEW.get(len(report.run.seeds))
    return f"{sentence[0].upper()}{sentence[1:]}" + (f" ({few})" if few else "")


def _cost(report: Report, plain: VariantResult | None) -> str:
    base = plain.mean("mse") if plain else None
    alive = vitality.alive(report.variants)
    costs = [(found, one) for one in alive if one.differences and (found := one.differences.metrics.get("mse"))]
    if not base or not costs:
        return ""
    seen = looks.of(report.variants)
    costs.sort(key=lambda cost: cost[0].mean)
    ends = [_one(found, base, _name(seen[one.name], alive, seen)) for found, one in (costs[0], costs[-1])]
    return f"error {ends[0]}" if len(costs) == 1 else f"error from {ends[0]} to {ends[1]}"


def _one(found: Difference, base: float, name: str) -> str:
    chance = found.interval is not None and found.interval[0] <= 0 <= found.interval[1]
    return f"{text.change(found.mean / base)} ({name}{'; may be chance' if chance else ''})"


def _name(look: Look, alive: list[VariantResult], seen: dict[str, Look]) -> str:
    """The short name of an alive variant, or the long one if others have the same."""
    labels = [seen[one.name].label for one in alive]
    return look.label if labels.count(look.label) == 1 else look.title


def _distance(report: Report, plain: VariantResult | None) -> str:
    before = plain.mean("sliced_w2") if plain else None
    penalised = [one for one in report.finished if one.has_penalty and one.mean("sliced_w2") is not None]
    if before is None or not penalised:
        return ""
    nearest = min(one.mean("sliced_w2") or 0.0 for one in penalised)
    if not vitality.alive(report.variants):
        told = f"distance {_shown(before)} without, {_shown(nearest)} with"
        return f"none of the penalties brought the codes near the prior: {told}"
    return f"distance from the prior {_shown(before)} → {_shown(nearest)}"


def _shown(distance: float) -> str:
    return text.significant(distance, 3 if distance >= 1 else 2)


def few(seeds: int) -> str:
    """Why there are no intervals; empty if there are."""
    return f"{FEW[seeds]}: no intervals" if 0 < seeds < MIN_SEEDS else ""
