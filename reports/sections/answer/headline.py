"""The headline in a few sentences: which settings came near the prior, which did not, and what that cost."""

import math
from collections.abc import Iterable

from mmdvae.conclusions import differences, groups, near
from mmdvae.conclusions.rules import MIN_SEEDS, NEAR
from mmdvae.measures.kernel_states import DEAD
from mmdvae.record.result import Report, VariantResult
from reports import text

NAMED = 6  # variants without effect are named one by one up to this many, which can be read at a glance


def sentences(report: Report) -> list[str]:
    """The first sentences of the page; fewer if something was not measured."""
    return [sentence for make in (_arrived, _choices, _dead, _certainty) for sentence in make(report)]


def near_prior(report: Report) -> list[VariantResult]:
    """The variants whose codes came near the prior, by their distance from it."""
    return [variant for variant in report.finished if near.near_prior(variant)]


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
    if plain is None or plain.mean("sliced_w2_white") is None:
        return []
    found = _beyond_errors(plain, "sliced_w2_white", "latent_coverage_white", "fid_fitted")
    return [
        f"The mark to beat: an affine map of the codes of {plain.name}, without any penalty, gives {', '.join(found)}."
    ]


def _beyond_errors(variant: VariantResult, distance: str, coverage: str, frechet: str) -> list[str]:
    """Distance from the prior, share of it covered and quality of samples, as far as they were measured."""
    shown = (
        ("sliced W2 {}", text.significant(variant.mean(distance)), distance),
        ("{} of the prior covered", text.percent(variant.mean(coverage), 0), coverage),
        ("samples at a Fréchet distance of {}", text.significant(variant.mean(frechet)), frechet),
    )
    return [words.format(value) for words, value, metric in shown if variant.mean(metric) is not None]


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


def _dead(report: Report) -> list[str]:
    variants = [variant for variant in report.finished if set(DEAD) & set(variant.kernel_states)]
    if not variants:
        return []
    named = "; ".join(_with_state(variant) for variant in variants) if len(variants) <= NAMED else _counted(variants)
    return [f"Dead kernels: {named}."]


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
    others = f", not surely better than {text.listed(as_good)}," if as_good else ""
    sentence = f"Of those near the prior, {cheapest.name} reconstructs best ({_of(cheapest)}){others}"
    if nearest is None:
        return [f"{sentence.rstrip(',')}."]
    if nearest.name == cheapest.name:
        return [f"{sentence} and is closest to the prior by sliced W2."]
    return [f"{sentence.rstrip(',')}; {nearest.name} is closest to the prior by sliced W2 ({_of(nearest)})."]


def _ascending(value: float | None) -> float:
    return math.inf if value is None else value


def _lowest(variants: list[VariantResult], metric: str) -> VariantResult | None:
    measured = [(value, variant) for variant in variants if (value := variant.mean(metric)) is not None]
    return min(measured, key=lambda pair: pair[0])[1] if measured else None


def _of(variant: VariantResult) -> str:
    """BCE, its difference from the reference, and what the mark to beat has, of one variant, as text."""
    words = [f"test BCE {text.fixed(variant.mean('bce'), 4)}"]
    against = variant.differences
    paid = against.metrics.get("bce") if against else None
    if against and paid:
        sign = "+" if paid.mean > 0 else ""
        interval = f" [{text.span(paid.interval, lambda value: text.fixed(value, 4))}]" if paid.interval else ""
        words.append(f"{sign}{text.fixed(paid.mean, 4)}{interval} against {against.reference}")
    return ", ".join([*words, *_beyond_errors(variant, "sliced_w2", "latent_coverage", "fid")])


def _certainty(report: Report) -> list[str]:
    """The limits of these findings: too few seeds, only one α, variants whose epochs still mattered."""
    few = [] if len(report.run.seeds) >= MIN_SEEDS else [f"{text.count(len(report.run.seeds), 'seed')}, so no interval"]
    moving = next((check for check in report.checks if check.code == "C5" and check.state != "passed"), None)
    still = len(moving.variants) if moving else 0
    whom = "no variant had" if still == len(report.finished) else f"{still} of {len(report.finished)} variants had not"
    alphas = sorted({variant.alpha for variant in report.finished if variant.alpha})
    alone = [f"{text.setting(alphas[0])} is the only α above 0"] if len(alphas) == 1 else []
    limits = [*few, *alone, *([f"{whom} settled, so the ranking may change with more epochs"] if still else [])]
    return [f"Limits: {'; '.join(limits)}."] if limits else []
