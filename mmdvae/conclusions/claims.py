"""Table of the claims about alpha and sigma that are tested. Uses only the standard library."""

from dataclasses import dataclass
from typing import Literal

from mmdvae.conclusions import rules

ERROR = "{error}"  # in a text: the error that was trained
TOLD = {"bce_excess": "BCE above the entropy of the images", "mse": "MSE"}  # by its metric
STRONG = "each variant whose kernel pulls strongly at the prior"
NOTEBOOK = "σ 0.0001, 0.1 and 10,000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement that a comparison can support or refute; it is decided for each comparison and then joined.

    A claim of direction holds beyond `high` ("above") or below `low` ("below"), a claim of equality between both.
    """

    code: str
    claim: str
    quantity: str  # what the effect is
    test: Literal["above", "below", "within"]
    low: float = 0.0
    high: float = 0.0
    margin: str  # what is too small to matter, in words
    scale: Literal["difference", "ratio"] = "ratio"
    notebook: str | None = None  # the notebook's conclusion, if the claim is one

    @property
    def level(self) -> float:
        """The confidence level of the intervals that support it: two one-sided tests at 5 %, or one at 2.5 %."""
        return 2 * rules.LEVEL - 1 if self.test == "within" else rules.LEVEL

    @property
    def rule(self) -> str:
        """How a verdict is reached, in words."""
        where = {
            "above": (f"above {self.high:g}", f"below {self.high:g}"),
            "below": (f"below {self.low:g}", f"above {self.low:g}"),
            "within": (f"within {self.low:.3g} to {self.high:.3g}", "wholly outside"),
        }[self.test]
        return (
            f"supported if the {100 * self.level:g} % interval of every comparison is {where[0]}; refuted if that of "
            f"one is {where[1]}, at {100 * rules.LEVEL:g} % for all of them together; undecided otherwise, and with "
            f"fewer than {rules.MIN_SEEDS} seeds"
        )


def _same_distance(code: str, claim: str, quantity: str, notebook: str | None = None):
    return Claim(
        code=code,
        claim=claim,
        quantity=f"{quantity}; sliced W2 from the prior",
        test="within",
        low=1 / rules.SAME_DISTANCE,
        high=rules.SAME_DISTANCE,
        margin="distances from the prior within 25 % of each other count as equal",
        notebook=notebook,
    )


def _nearer(code: str, claim: str, quantity: str, notebook: str | None = None):
    return Claim(
        code=code,
        claim=claim,
        quantity=quantity,
        test="below",
        low=1 / rules.SAME_DISTANCE,
        margin="a distance from the prior that is less than a fifth shorter does not count as shorter",
        notebook=notebook,
    )


def _lowers_error(code: str, claim: str, quantity: str, notebook: str | None = None):
    return Claim(
        code=code,
        claim=claim,
        quantity=quantity,
        test="below",
        low=1 / rules.ERROR_PAID,
        margin=f"less than 2 % of the {ERROR} does not count",
        notebook=notebook,
    )


def _same_error(code: str, claim: str, quantity: str, notebook: str | None = None):
    return Claim(
        code=code,
        claim=claim,
        quantity=quantity,
        test="within",
        low=1 / rules.SAME_ERROR,
        high=rules.SAME_ERROR,
        margin="mean squared errors within 5 % of each other count as equal",
        notebook=notebook,
    )


def at_equal_error(code: str, ours: str, theirs: str, which: str = "all settings") -> Claim:
    """One penalty's front is as near the prior as each setting of another."""
    return _same_distance(
        code,
        f"At equal reconstruction error, {ours} is as near the prior as {theirs} is",
        f"the front of {ours} ({which}) over each setting of {theirs}, at that setting's MSE",
    )


CLAIMS = (
    _lowers_error(
        "V1",
        "A strong kernel lowers the reconstruction error by more than 2 %",
        f"{ERROR} of {STRONG} over that without a penalty",
    ),
    _same_error(
        "V2",
        "At equal force, σ hardly changes the reconstruction",
        "test MSE of one σ over that of another, at alphas that make both pull equally at codes a quarter too wide",
    ),
    _nearer(
        "V4",
        "A strong kernel brings the codes closer to the prior by at least a fifth",
        f"sliced W2 from the prior of {STRONG} over that without a penalty",
    ),
    at_equal_error("V5", "MMD", "KL", "strong kernels, all alphas"),
    _same_distance(
        "V6",
        "A kernel that is too narrow leaves the codes where they are without a penalty",
        "each variant whose kernel is about 0 on the prior over no penalty",
    ),
    _same_distance(
        "V7",
        "A kernel that is too wide leaves the codes where they are without a penalty",
        "each variant whose kernel is about 1 on the prior over no penalty",
    ),
    _nearer(
        "V8",
        "A strong kernel brings the codes closer to the prior than an affine map does, by at least a fifth",
        f"sliced W2 from the prior of {STRONG} over that of the plain autoencoder's codes after an affine map",
    ),
    Claim(
        code="V9",
        claim="A strong kernel covers at least 5 points more of the prior than an affine map does",
        quantity=f"share of the prior's neighbourhoods that hold a code, of {STRONG}, less that of the plain "
        "autoencoder's codes after an affine map",
        test="above",
        high=rules.FEWER_HOLES,
        margin="less than 5 in 100 neighbourhoods do not count",
        scale="difference",
    ),
    Claim(
        code="V10",
        claim="With a strong kernel, samples from N(0, I) beat the plain autoencoder's from a fitted normal by a tenth",
        quantity=f"Fréchet distance of samples from N(0, I) of {STRONG} over that of the plain autoencoder's samples "
        "from a normal distribution fitted to its codes",
        test="below",
        low=rules.BETTER_SAMPLES,
        margin="less than a tenth of the Fréchet distance does not count",
    ),
    _lowers_error(
        "N1",
        f"The MMD of {NOTEBOOK} lowers the reconstruction error by more than 2 %",
        f"{ERROR} of each variant with one of these σ over that without a penalty",
        "The loss got worse when the regularisation was removed.",
    ),
    _same_error(
        "N2",
        f"Among {NOTEBOOK} the reconstruction is the same",
        "test MSE with one of these σ over that with another, at one alpha",
        "Sigma has little effect on the reconstruction.",
    ),
    Claim(
        code="N3",
        claim="Extreme σ disperse the latent space by at least 10 % more than 0.1 does",
        quantity="total variance at σ 0.0001 or 10,000 over that at 0.1, at one alpha",
        test="above",
        high=rules.MORE_SPREAD,
        margin="a total variance that is less than 10 % larger does not count as larger",
        notebook="The latent space looks much more dispersed at extreme sigmas, small and large.",
    ),
    _nearer(
        "N4",
        "The MMD of σ 0.1 brings the codes closer to the prior by at least a fifth",
        "sliced W2 from the prior with σ 0.1 over that without a penalty",
        "MMD does its work of regularising the latent space.",
    ),
    _same_distance(
        "N5",
        "The MMD of σ 0.1 regularises as KL does",
        "σ 0.1 over each setting of KL",
        "MMD regularises as the KL divergence did.",
    ),
)
