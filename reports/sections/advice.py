"""How to choose sigma, and which variants no other beats in both reconstruction and match with the prior."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.record.result import Advice, LiveRange, Run, VariantResult
from reports import metrics, text
from reports.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """A rule's sigma against the prior's range."""

    name: str
    sigma: str
    place: str  # inside, below, above, or empty where the range is not known
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


def build(run: Run) -> Advised | None:
    """The section; None where the report gives no advice."""
    advice = run.advice
    if advice is None:
        return None
    x, y = metrics.of(advice.x), metrics.of(advice.y)
    shaped = {variant.name for variant in run.finished if _shaped(variant)}
    return Advised(
        dim="" if advice.latent_dim is None else text.count(advice.latent_dim, "latent dimension"),
        ranges=[
            (each.name, text.significant(each.low), text.significant(each.high))
            for each in (advice.prior, *advice.codes)
        ],
        heuristics=[_heuristic(name, sigma, advice, shaped) for name, sigma in advice.heuristics],
        x=x,
        y=y,
        front=[
            (member.name, f"{member.seeds} of {text.count(member.of, 'seed')}")
            for member in sorted(advice.front, key=lambda member: -member.seeds)
        ],
    )


def _shaped(variant: VariantResult) -> bool:
    """Whether a penalty acted on its codes with every seed."""
    return variant.regularizer == "kl" or variant.kernel_states == ["live"]


def _heuristic(name: str, sigma: float, advice: Advice, shaped: set[str]) -> Heuristic:
    return Heuristic(
        name=name,
        sigma=text.significant(sigma),
        place=_place(sigma, advice.prior),
        free=_alive_on([codes for codes in advice.codes if codes.name not in shaped], sigma),
        shaped=_alive_on([codes for codes in advice.codes if codes.name in shaped], sigma),
    )


def _alive_on(codes: list[LiveRange], sigma: float) -> str:
    known = [place for each in codes if (place := _place(sigma, each))]
    return f"{known.count('inside')} of {text.count(len(known), 'variant')}" if known else text.MISSING


def _place(sigma: float, live: LiveRange) -> str:
    if live.low is None or live.high is None:
        return ""
    return "below" if sigma < live.low else "above" if sigma > live.high else "inside"
