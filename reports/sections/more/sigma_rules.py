"""Where a Gaussian kernel pulls on draws of the prior, and what σ the published rules of thumb would choose."""

from dataclasses import dataclass
from typing import ClassVar

from mmdvae.measures.kernel_states import BATCH, STRONG
from mmdvae.record.result import Advice, Report
from reports import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The σ of a rule of thumb."""

    name: str
    sigma: str
    place: str  # strong, weak, dead: too narrow, dead: too wide


@dataclass(frozen=True, slots=True, kw_only=True)
class SigmaRules:
    """The ranges and the rules."""

    template: ClassVar[str] = "sections/more/sigma_rules.html"
    alive: str
    strong: str  # empty in older reports
    what: str  # what strong means
    rules: list[Rule]


def build(report: Report) -> SigmaRules:
    """The ranges of σ on the prior, and each rule against them."""
    advice = report.advice
    strong = advice.sigma.strong
    return SigmaRules(
        alive=text.span(advice.sigma.prior, text.significant),
        strong=text.span(strong, text.significant) if strong else "",
        what=(
            f"Strong: MMD² rises by {STRONG:g} of its standard deviations ({BATCH} codes, under the prior in "
            f"{text.count(advice.latent_dim, 'dimension')}) per unit of spread, on codes that are a quarter or twice "
            "too wide. That is known before any training."
        ),
        rules=[
            Rule(name=one.name, sigma=text.significant(one.sigma), place=_place(one.sigma, advice))
            for one in sorted(advice.heuristics, key=lambda one: one.sigma)
        ],
    )


def _place(sigma: float, advice: Advice) -> str:
    low, high = advice.sigma.prior
    if not low <= sigma <= high:
        return f"dead: too {'narrow' if sigma < low else 'wide'}"
    strong = advice.sigma.strong
    if strong is None:
        return "alive"
    return "strong" if strong[0] <= sigma <= strong[1] else "weak"
