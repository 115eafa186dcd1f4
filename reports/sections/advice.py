"""How to choose sigma, and which variants no other beats in both reconstruction and match with the prior."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.measures.kernel_states import LIVE, OFF
from mmdvae.record import result
from mmdvae.record.result import Advice, LiveRange, Report, VariantResult
from reports import metrics, text
from reports.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """A rule's sigma against the prior's range."""

    name: str
    sigma: str
    place: str  # inside, below or above
    free: str  # on how many variants' codes it is alive, of those that no penalty has shaped
    shaped: str  # and of those that one has, which lie near the prior whatever their own sigma


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """The section."""

    template: ClassVar[str] = "sections/advice.html"
    dim: str
    ranges: list[tuple[str, str, str]]  # name, lowest, highest sigma
    heuristics: list[Heuristic]
    x: Metric
    y: Metric
    front: list[tuple[str, str]]  # name, seeds


def build(report: Report) -> Advised:
    """The section."""
    advice = report.advice
    x, y = metrics.of(advice.pareto.x), metrics.of(advice.pareto.y)
    shaped = {variant.name for variant in report.finished if _shaped(variant)}
    return Advised(
        dim=text.count(advice.latent_dim, "latent dimension"),
        ranges=[
            (each.name, text.significant(each.low), text.significant(each.high))
            for each in (_prior(advice), *advice.sigma.codes)
        ],
        heuristics=[_heuristic(each, advice, shaped) for each in advice.heuristics],
        x=x,
        y=y,
        front=[
            (member.name, f"{member.seeds} of {text.count(member.of, 'seed')}")
            for member in sorted(advice.pareto.front, key=lambda member: -member.seeds)
        ],
    )


def _shaped(variant: VariantResult) -> bool:
    """Whether a penalty acted on its codes with every seed."""
    return variant.has_penalty and variant.kernel_states in ([LIVE], [OFF])


def _prior(advice: Advice) -> LiveRange:
    low, high = advice.sigma.prior
    return LiveRange(name="prior N(0, I)", low=low, high=high)


def _heuristic(heuristic: result.Heuristic, advice: Advice, shaped: set[str]) -> Heuristic:
    sigma, codes = heuristic.sigma, advice.sigma.codes
    return Heuristic(
        name=heuristic.name,
        sigma=text.significant(sigma),
        place=_place(sigma, _prior(advice)),
        free=_alive_on([each for each in codes if each.name not in shaped], sigma),
        shaped=_alive_on([each for each in codes if each.name in shaped], sigma),
    )


def _alive_on(codes: list[LiveRange], sigma: float) -> str:
    known = [_place(sigma, each) for each in codes]
    return f"{known.count('inside')} of {text.count(len(known), 'variant')}" if known else text.MISSING


def _place(sigma: float, live: LiveRange) -> str:
    return "below" if sigma < live.low else "above" if sigma > live.high else "inside"
