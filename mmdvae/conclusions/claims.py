"""Table of the claims about alpha and sigma that are tested. Uses only the standard library."""

from dataclasses import dataclass
from typing import Literal

from mmdvae.conclusions import rules

INTERVAL = f"{rules.LEVEL * 100:g} % Student interval over seeds"
OTHERWISE = f"; inconclusive otherwise or with fewer than {rules.MIN_SEEDS} seeds"
LIVE = f"; live: with every seed at least {100 * rules.HALF:g} % of the pairs feel the kernel"
SAME_DISTANCE = (
    f"supported if the {INTERVAL} is within {1 / rules.SAME_DISTANCE:g} to {rules.SAME_DISTANCE}, "
    f"not supported if it is wholly outside{OTHERWISE}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement that a comparison can support or contradict."""

    code: str
    claim: str
    notebook: str | None  # the notebook's conclusion, if it has one
    quantity: str  # what the effect is
    scale: Literal["difference", "ratio"]
    rule: str
    sections: tuple[str, ...]  # sections of the page with relevant figures


CLAIMS = (
    Claim(
        code="V1",
        claim="Removing the MMD raises the reconstruction error",
        notebook="The loss got worse when the regularisation was removed.",
        quantity="test BCE without a penalty less the mean over variants with a live kernel, nats per pixel",
        scale="difference",
        rule=f"supported if the {INTERVAL} is above 0, not supported if it is below{OTHERWISE}{LIVE}",
        sections=("curves", "reconstructions"),
    ),
    Claim(
        code="V2",
        claim="Sigma hardly changes the reconstruction",
        notebook="Sigma has little effect on the reconstruction.",
        quantity="test MSE at the worst sigma (mean over seeds) over that at the best, the alpha where this is largest",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is below {rules.SAME_ERROR}, not supported if it is above{OTHERWISE}",
        sections=("reconstructions", "dispersion"),
    ),
    Claim(
        code="V3",
        claim="Extreme sigmas disperse the latent space more than 0.1 does",
        notebook="The latent space looks much more dispersed at extreme sigmas, small and large.",
        quantity="total variance at sigma 0.0001 or 10000 over that at 0.1, whichever speaks more against it",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is above {rules.MORE_SPREAD:.2f} for both, not supported if it is below "
        f"for one, not run without both{OTHERWISE}",
        sections=("latent", "dispersion"),
    ),
    Claim(
        code="V4",
        claim="A penalty whose kernel is alive brings the codes closer to the prior",
        notebook="MMD does its work of regularising the latent space.",
        quantity="sliced W2 from the prior with a live kernel over that without a penalty",
        scale="ratio",
        rule=f"supported if the {INTERVAL} is below 1, not supported if it is above{OTHERWISE}{LIVE}",
        sections=("latent", "samples"),
    ),
    Claim(
        code="V5",
        claim="MMD with a live kernel regularises as the KL divergence does",
        notebook="MMD regularises as the KL divergence did.",
        quantity="sliced W2 from the prior with a live kernel over that with KL",
        scale="ratio",
        rule=f"{SAME_DISTANCE}{LIVE}",
        sections=("samples",),
    ),
    Claim(
        code="V6",
        claim="A penalty whose kernel is dead leaves the codes where they are without one",
        notebook=None,
        quantity="sliced W2 from the prior with a dead kernel over that without a penalty",
        scale="ratio",
        rule=SAME_DISTANCE,
        sections=("dispersion",),
    ),
)
