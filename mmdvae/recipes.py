"""What all variants of a comparison share: network, optimizer, batch size, epochs, augmentation, estimator."""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from mmdvae.errors import InputError

Likelihood = Literal["bernoulli", "gaussian"]

MOST_IMAGES = 1_000_000  # in a batch
LARGEST_RATE = 1e38  # still a number in float32
MOST_EPOCHS = 100_000  # with a million images in batches of 128, the number of steps still fits in 32 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network of the user's own: what its weights depend on."""

    name: str  # resnet.py:build, without a folder, or package.module:function
    options: dict[str, Any] = field(default_factory=dict)  # JSON values, the keyword arguments of its function
    source: str  # SHA-256 of its texts (mmdvae.plugins.source)
    versions: dict[str, str] = field(default_factory=dict)  # of the distributions that it imports


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How every variant is trained; the built-in network follows from the shape of the images."""

    name: str
    epochs: int
    batch_size: int
    optimizer: Literal["adam", "sgd"]
    learning_rate: float
    cooldown: float = 0.0  # last share of the steps, in which the step size falls to 0 (mmdvae.training.schedule)
    batch_norm_momentum: float
    estimator: Literal["unbiased", "biased"]  # of MMD²: U-statistic or V-statistic
    closed_form_prior: bool  # compute E k(z, prior) exactly where the kernel allows it, instead of sampling the prior
    batch_norm_images: int = 0  # images for re-estimating batch-norm statistics after an epoch; 0: moving averages only
    flip: bool = False  # mirror half of the inputs, but not their targets
    contrast: float = 0.0  # random contrast factor in [1 - c, 1 + c], on the input only
    # Of a pixel: BCE, or 2 MSE (docs/decisions/weights.md); None: by the images, until these are known.
    likelihood: Likelihood | None = None
    training_flag: bool = True  # False: as the notebook behaves under Keras 3, see docs/decisions/recipes.md
    network: Network | None = None  # of the user's own; None: the built-in one (mmdvae.model.networks)

    def __post_init__(self):
        if isinstance(self.network, dict):  # read from JSON
            object.__setattr__(self, "network", Network(**self.network))
        for what in ("epochs", "batch_size"):
            value = getattr(self, what)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InputError(f"{what} must be a whole number >= 1, got {value}")
        if self.epochs > MOST_EPOCHS:
            raise InputError(f"epochs must be <= {MOST_EPOCHS}, got {self.epochs}")
        if self.batch_size > MOST_IMAGES:
            raise InputError(f"batch_size must be <= {MOST_IMAGES}, got {self.batch_size}")
        if not math.isfinite(self.learning_rate) or not 0 < self.learning_rate <= LARGEST_RATE:
            raise InputError(
                f"learning_rate must be a finite number > 0 and <= {LARGEST_RATE:g}, got {self.learning_rate}"
            )
        if not 0 <= self.batch_norm_momentum < 1:
            raise InputError(f"batch_norm_momentum must be >= 0 and < 1, got {self.batch_norm_momentum}")
        if not 0 <= self.contrast <= 1:
            raise InputError(f"contrast must be between 0 and 1, got {self.contrast}")
        if not 0 <= self.batch_norm_images <= MOST_IMAGES:
            raise InputError(f"batch_norm_images must be >= 0 and <= {MOST_IMAGES}, got {self.batch_norm_images}")
        if not 0 <= self.cooldown <= 1:
            raise InputError(f"cooldown must be between 0 and 1, got {self.cooldown}")

    def for_images(self, channels: int) -> "Recipe":
        """With the likelihood decided: by default Bernoulli for grey images and Gaussian for colour.

        Most grey images are near black and white; of the BCE of photographs more than nine tenths is entropy.
        """
        default: Likelihood = "bernoulli" if channels == 1 else "gaussian"
        return replace(self, likelihood=self.likelihood or default)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a store key or a report."""
        return asdict(self)


STANDARD = Recipe(
    name="standard",
    epochs=20,
    batch_size=128,  # at 32 the sampling noise of MMD² is as large as the signal
    optimizer="adam",
    learning_rate=1e-3,
    cooldown=0.3,  # without it, trainings that differ only in rounding ended 3 % apart in BCE; with it, 0.01 %
    batch_norm_momentum=0.9,  # 0.99 lags in short runs: test BCE .455 instead of .302 after two epochs
    batch_norm_images=6_400,  # with momentum 0.9 alone, one odd batch near the end gave test BCE .333 instead of .292
    estimator="unbiased",
    closed_form_prior=True,  # halves the noise of MMD² at batch 32
)

NOTEBOOK = Recipe(
    name="notebook",
    epochs=100,
    batch_size=32,
    optimizer="sgd",
    learning_rate=0.5,
    batch_norm_momentum=0.99,
    estimator="biased",
    closed_form_prior=False,
    flip=True,
    contrast=0.2,
    training_flag=False,
)

RECIPES = {recipe.name: recipe for recipe in (STANDARD, NOTEBOOK)}
