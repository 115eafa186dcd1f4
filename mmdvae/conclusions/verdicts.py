"""Claims about alpha and sigma, each with a rule, held against the numbers of report.json and nothing else.

Of variants that finished with every seed, over the seeds that all of those compared have. A kernel is live if at least
half of the pairs feel it, dead if hardly one does, each with every seed; in between it is in neither group. Means over
variants and over seeds are geometric where the effect is a ratio.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mmdvae.conclusions import claims, groups
from mmdvae.conclusions.claims import Finding
from mmdvae.conclusions.groups import Variants
from mmdvae.conclusions.paired import LEVEL, MIN_SEEDS

INTERVAL = f"{LEVEL * 100:g} % Student interval over seeds"
OTHERWISE = f"; inconclusive otherwise or with fewer than {MIN_SEEDS} seeds"
LIVE = f"; live: with every seed at least {100 * groups.HALF:g} % of the pairs feel the kernel"
SAME_DISTANCE = (
    f"supported if the {INTERVAL} is within {1 / claims.SAME_DISTANCE:g} to {claims.SAME_DISTANCE}, "
    f"not supported if it is wholly outside{OTHERWISE}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement that a comparison can support or not."""

    code: str
    claim: str
    notebook: str | None  # what the notebook concluded of it, if anything
    quantity: str  # what the effect is
    scale: Literal["difference", "ratio"]
    rule: str
    find: Callable[[Variants], Finding]


CLAIMS = (
    Claim(
        code="V1",
        claim="Removing the MMD raises the reconstruction error",
        notebook="The loss got worse when the regularisation was removed.",
        quantity="test BCE without a penalty less the mean over variants with a live kernel, nats per pixel",
        scale="difference",
        rule=f"supported if the {INTERVAL} is above 0, not supported if it is below{OTHERWISE}{LIVE}",
        find=claims.removing_raises_error,
    ),
    Claim(
        code="V2",
        claim="Sigma hardly changes the reconstruction",
        notebook="Sigma has little effect on the reconstruction.",
        quantity="test MSE at the worst sigma (mean over seeds) over that at the best, the alpha where this is largest",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is below {claims.SAME_ERROR}, not supported if it is above{OTHERWISE}",
        find=claims.sigma_hardly_matters,
    ),
    Claim(
        code="V3",
        claim="Extreme sigmas disperse the latent space more than 0.1 does",
        notebook="The latent space looks much more dispersed at extreme sigmas, small and large.",
        quantity="total variance at sigma 0.0001 or 10000 over that at 0.1, whichever speaks more against it",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is above {claims.MORE_SPREAD:.2f} for both, not supported if it is below "
        f"for one, not run without both{OTHERWISE}",
        find=claims.extremes_disperse,
    ),
    Claim(
        code="V4",
        claim="A penalty whose kernel is alive brings the codes closer to the prior",
        notebook="MMD does its work of regularising the latent space.",
        quantity="sliced W2 from the prior with a live kernel over that without a penalty",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is below 1, not supported if it is above{OTHERWISE}{LIVE}",
        find=claims.live_comes_closer,
    ),
    Claim(
        code="V5",
        claim="MMD with a live kernel regularises as the KL divergence does",
        notebook="MMD regularises as the KL divergence did.",
        quantity="sliced W2 from the prior with a live kernel over that with KL",
        scale="ratio",
        rule=f"{SAME_DISTANCE}{LIVE}",
        find=claims.mmd_as_kl,
    ),
    Claim(
        code="V6",
        claim="A penalty whose kernel is dead leaves the codes where they are without one",
        notebook=None,
        quantity="sliced W2 from the prior with a dead kernel over that without a penalty",
        scale="ratio",
        rule=SAME_DISTANCE,
        find=claims.dead_as_none,
    ),
)


def all_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Every claim with its state, effect, interval and rule, from the content of report.json."""
    finished = [variant for variant in report["variants"] if variant["status"] == "ok"]
    return [_verdict(claim, claim.find(finished)) for claim in CLAIMS]


def _verdict(claim: Claim, finding: Finding) -> dict[str, Any]:
    found = finding.effect
    return {
        "code": claim.code,
        "claim": claim.claim,
        "state": finding.state,
        "quantity": claim.quantity,
        "scale": claim.scale,
        "effect": found.mean if found else None,
        "interval": [found.low, found.high] if found and found.low is not None else None,
        "n_seeds": found.n if found else 0,
        "rule": claim.rule,
        "explanation": f"{finding.explanation[0].upper()}{finding.explanation[1:]}.",
        "notebook": claim.notebook,
    }
