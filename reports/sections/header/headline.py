"""The headline in a few sentences: which settings came near the prior, which did not, and what that cost."""

import math
from collections.abc import Iterable

from mmdvae.conclusions import differences, groups
from mmdvae.conclusions.rules import MIN_SEEDS, NEAR
from mmdvae.measures.kernel_states import DEAD
from mmdvae.record.result import Report, VariantResult
from reports import text

NAMED = 6  # variants without effect are named one by one up to this many, which can be read at a glance


def sentences(report: Report) -> list[str]:
    """The first sentences of the page; fewer if something was not measured."""
    return [sentence for make in (_arrived, _without_effect, _choices, _certainty) for sentence in make(report)]


def near_prior(report: Report) -> list[VariantResult]:
    """The variants whose codes came near the prior, by their distance from it."""
    return [variant for variant in report.finished if groups.near_prior(variant)]


def _spread(variant: VariantResult) -> float | None:
    return variant.mean("total_variance")


def _arrived(report: Report) -> list[str]:
    if not any(variant.mean("sliced_w2") is not None for variant in report.finished):
        return []
    found = near_prior(report)
    what = f"sliced W2 at most {text.significant(NEAR, 2)} of the prior's standard deviation"
    if not found:
        return [f"No variant brought its codes near the prior ({what})."]
    return [f"Codes near the prior ({what}): {'; '.join(_settings(found))}.", *_rescaled(report)]


def _rescaled(report: Report) -> list[str]:
    """What an affine map alone gives the plain autoencoder's codes, the mark that a penalty has to beat."""
    plain = groups.plain(report.finished)
    distance = plain.mean("sliced_w2_white") if plain else None
    if plain is None or distance is None:
        return []
    parts = [f"sliced W2 {text.significant(distance)}"]
    for metric, words in (("latent_coverage_white", "{} of the prior covered"), ("fid_fitted", "Fréchet distance {}")):
        value = plain.mean(metric)
        if value is not None:
            shown = text.percent(value, 0) if metric.startswith("latent") else text.significant(value)
            parts.append(words.format(shown))
    return [f"The mark to beat, {plain.name} after an affine map of its codes: {', '.join(parts)}."]


def _settings(variants: Iterable[VariantResult]) -> list[str]:
    """The Gaussian variants as σ by α, then the other variants by name."""
    sigmas: dict[str, list[str]] = {}
    others = []
    for variant in variants:
        if variant.kernel == "gaussian" and not variant.normalised:
            sigmas.setdefault(text.setting(variant.alpha), []).append(text.setting(variant.sigma))
        else:
            others.append(variant.name)
    by_alpha: dict[tuple[str, ...], list[str]] = {}
    for alpha, group in sigmas.items():
        by_alpha.setdefault(tuple(group), []).append(alpha)
    return [
        f"σ\u00a0{text.listed(group)} with α\u00a0{text.listed(alphas)}" for group, alphas in by_alpha.items()
    ] + others


def _without_effect(report: Report) -> list[str]:
    variants = [variant for variant in report.finished if set(DEAD) & set(variant.kernel_states)]
    if not variants:
        return []
    named = "; ".join(_with_state(variant) for variant in variants) if len(variants) <= NAMED else _counted(variants)
    return [f"Kernels without effect: {named}."]


def _with_state(variant: VariantResult) -> str:
    states = ", ".join(variant.kernel_states)
    return f"{variant.name} ({states}, total variance {text.significant(_spread(variant))})"


def _counted(variants: list[VariantResult]) -> str:
    spread = sorted(value for variant in variants if (value := _spread(variant)) is not None)
    reach = f", total variance {text.significant(spread[0])} to {text.significant(spread[-1])}" if spread else ""
    return f"{text.count(len(variants), 'variant')}{reach}"


def _choices(report: Report) -> list[str]:
    """Among the variants near the prior: the one with the lowest BCE, and the one closest to the prior."""
    found = near_prior(report)
    cheapest, nearest = (_lowest(found, metric) for metric in ("bce", "sliced_w2"))
    if cheapest is None:
        return []
    as_good = sorted(differences.unbeaten(found, "bce", _ascending, report.run.latent_dim) - {cheapest.name})
    others = f", not surely better than {text.listed(as_good)}" if as_good else ""
    sentence = f"Of these, {cheapest.name} reconstructs best ({_of(cheapest)}){others}"
    if nearest is None:
        return [f"{sentence}."]
    if nearest.name == cheapest.name:
        return [f"{sentence} and is closest to the prior by sliced W2."]
    return [f"{sentence}; {nearest.name} is closest to the prior by sliced W2 ({_of(nearest)})."]


def _ascending(value: float | None) -> float:
    return math.inf if value is None else value


def _lowest(variants: list[VariantResult], metric: str) -> VariantResult | None:
    measured = [(value, variant) for variant in variants if (value := variant.mean(metric)) is not None]
    return min(measured, key=lambda pair: pair[0])[1] if measured else None


def _of(variant: VariantResult) -> str:
    """BCE, its difference from the reference, and sliced W2 of one variant, as text."""
    words = [f"test BCE {text.fixed(variant.mean('bce'), 4)}"]
    against = variant.differences
    paid = against.metrics.get("bce") if against else None
    if against and paid:
        sign = "+" if paid.mean > 0 else ""
        interval = f" [{text.span(paid.interval, lambda value: text.fixed(value, 4))}]" if paid.interval else ""
        words.append(f"{sign}{text.fixed(paid.mean, 4)}{interval} against {against.reference}")
    distance = variant.mean("sliced_w2")
    if distance is not None:
        words.append(f"sliced W2 {text.significant(distance)}")
    return ", ".join(words)


def _certainty(report: Report) -> list[str]:
    """The limits of these findings: too few seeds, only one α, variants that have not converged."""
    few = [] if len(report.run.seeds) >= MIN_SEEDS else [f"{text.count(len(report.run.seeds), 'seed')}, so no interval"]
    moving = next((check for check in report.checks if check.code == "C5" and check.state != "passed"), None)
    still = len(moving.variants) if moving else 0
    whom = "no variant had" if still == len(report.finished) else f"{still} of {len(report.finished)} variants had not"
    alphas = sorted({variant.alpha for variant in report.finished if variant.alpha})
    alone = [f"{text.setting(alphas[0])} is the only α above 0"] if len(alphas) == 1 else []
    limits = [*few, *alone, *([f"{whom} converged, so the ranking may change with more epochs"] if still else [])]
    return [f"Limits: {'; '.join(limits)}."] if limits else []
