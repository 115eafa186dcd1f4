"""How to choose sigma, and the Pareto front of the variants by reconstruction and match with the prior."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.conclusions.near import near_prior
from mmdvae.measures.kernel_states import ALIVE, BATCH, STRONG
from mmdvae.record import result
from mmdvae.record.result import Advice, LiveRange, Report, VariantResult
from reports import metrics, text
from reports.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Heuristic:
    """The sigma chosen by a rule of thumb, against the ranges of sigma in which a kernel is alive."""

    name: str
    sigma: str
    place: str  # inside, below or above the range of strong kernels, in older reports of live ones
    free: str  # number of variants on whose codes it is alive, among those that no penalty shaped
    shaped: str  # the same among those that a penalty shaped; these lie near the prior whatever their own sigma


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """The section."""

    template: ClassVar[str] = "sections/more/sigma_rules.html"
    how: tuple[str, str]  # the two paragraphs of "How to read this"
    ranges: list[tuple[str, str, str]]  # name, lowest, highest sigma
    heuristics: list[Heuristic]
    x: Metric
    y: Metric
    front: list[tuple[str, str]]  # name, seeds
    front_note: str


def build(report: Report) -> Advised:
    """The section."""
    advice = report.advice
    x, y = metrics.of(advice.pareto.x), metrics.of(advice.pareto.y)
    shaped = {variant.name for variant in report.finished if _shaped(variant)}
    fixed = {variant.name for variant in report.finished if variant.normalised}  # neither shaped nor running away
    codes = [each for each in advice.sigma.codes if each.name not in fixed]
    return Advised(
        how=_how(advice),
        ranges=[
            (each.name, text.significant(each.low), text.significant(each.high))
            for each in (*_strong(advice), _prior(advice), *advice.sigma.codes)
        ],
        heuristics=[_heuristic(each, advice, codes, shaped) for each in advice.heuristics],
        x=x,
        y=y,
        front_note=(
            f"A variant is on the Pareto front of a seed if no other has both a lower {x.title} and a lower {y.title}: "
            "to gain in one, one must give in the other. A variant on no front has another that is better in both."
        ),
        front=[
            (member.name, f"{member.seeds} of {text.count(member.of, 'seed')}")
            for member in sorted(advice.pareto.front, key=lambda member: -member.seeds)
        ],
    )


def _how(advice: Advice) -> tuple[str, str]:
    strong = advice.sigma.strong
    where = f" from σ {text.significant(strong[0])} to {text.significant(strong[1])}" if strong else ""
    return (
        f"A Gaussian kernel is alive where σ is near the distances between points "
        f"({text.count(advice.latent_dim, 'latent dimension')}); outside of that range fewer than one pair of points "
        f"in twenty has a kernel value between {ALIVE[0]} and {ALIVE[1]}. Alive is not strong: only{where} does MMD² "
        f"rise by {STRONG:g} of its standard deviations (with {BATCH} codes, under the prior) per unit of spread when "
        "codes are a quarter or twice too wide. That is known before any training.",
        "The codes' range says on what was learnt whether the same σ would still be alive. Codes that a penalty has "
        "shaped lie nearer to the prior, whatever σ did it, so they are counted apart: being alive on them does not "
        "show that this σ could have brought them there. Codes shaped by no penalty come from trainings that let them "
        "run away: a σ that is dead there may still hold codes that start near the prior.",
    )


def _shaped(variant: VariantResult) -> bool:
    """Whether a penalty brought the variant's codes near the prior."""
    return variant.has_penalty and near_prior(variant)


def _prior(advice: Advice) -> LiveRange:
    low, high = advice.sigma.prior
    return LiveRange(name="prior N(0, I)", low=low, high=high)


def _strong(advice: Advice) -> list[LiveRange]:
    """The range of strong kernels as a row; none in older reports."""
    found = advice.sigma.strong
    return [LiveRange(name="prior N(0, I), strong", low=found[0], high=found[1])] if found else []


def _heuristic(heuristic: result.Heuristic, advice: Advice, codes: list[LiveRange], shaped: set[str]) -> Heuristic:
    sigma = heuristic.sigma
    return Heuristic(
        name=heuristic.name,
        sigma=text.significant(sigma),
        place=_place(sigma, (*_strong(advice), _prior(advice))[0]),
        free=_alive_on([each for each in codes if each.name not in shaped], sigma),
        shaped=_alive_on([each for each in codes if each.name in shaped], sigma),
    )


def _alive_on(codes: list[LiveRange], sigma: float) -> str:
    known = [_place(sigma, each) for each in codes]
    return f"{known.count('inside')} of {text.count(len(known), 'variant')}" if known else text.MISSING


def _place(sigma: float, live: LiveRange) -> str:
    return "below" if sigma < live.low else "above" if sigma > live.high else "inside"
