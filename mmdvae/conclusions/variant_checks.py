"""Table of the checks that look at one variant at a time; checks.py applies them to all variants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mmdvae.conclusions import groups
from mmdvae.conclusions.effects import by_seed, on_common_seeds
from mmdvae.conclusions.rules import GAP, MIN_SEEDS, NO_NOISE, TRUSTED, VANISHES
from mmdvae.measures.kernel_states import DEAD, STRONG
from mmdvae.record.result import SeedRun, VariantResult


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCheck:
    """A rule for one variant; the first title and explanation are for variants that have the problem.

    In explanations {error} and {gap} stand for words of rules.ERROR_WORDS.
    """

    code: str
    state: Literal["issue", "tip"]
    has_it: Callable[[VariantResult], bool]
    titles: tuple[str, str]
    explanations: tuple[str, str]


def few_seeds(variant: VariantResult) -> bool:
    """C3: it finished with too few seeds for an interval; C1 covers variants that did not finish."""
    return variant.status == "ok" and len({run.seed for run in variant.runs}) < MIN_SEEDS


def hardly_pulls(variant: VariantResult) -> bool:
    """C7: its kernel pulls weakly at the prior, or not at all; without a known kernel, its gradient is zero.

    A kernel that was found dead is C2's case. The gradient after training cannot tell more than that: where training
    has settled, penalty and reconstruction pull equally hard, whatever alpha and sigma.
    """
    if set(variant.kernel_states) & set(DEAD):
        return False
    state = groups.before(variant)
    if state:
        return state != "strong"
    return variant.has_penalty and any(ratio < VANISHES for ratio in _values(variant, "gradient_ratio"))


def collapsed(variant: VariantResult) -> bool:
    """C8: no latent coordinate depends on the image."""
    return any(units == 0 for units in _values(variant, "active_units"))


def inactive(variant: VariantResult) -> bool:
    """C9: some, but not all, latent coordinates do not depend on the image."""
    return any(0 < units < variant.latent_dim for units in _values(variant, "active_units"))


def without_noise(variant: VariantResult) -> bool:
    """C10: the posteriors have practically no variance."""
    pairs = on_common_seeds([by_seed(variant, "posterior_variance"), by_seed(variant, "total_variance")])
    return any(posterior < NO_NOISE * total for posterior, total in pairs)


def overfitted(variant: VariantResult) -> bool:
    """C11: validation images are reconstructed clearly worse than training images."""
    return any(_gap(run) for run in variant.runs)


def untrusted_picture(variant: VariantResult) -> bool:
    """C13: neighbours in the PCA or t-SNE projection are often not neighbours in the latent space."""
    views = ("trustworthiness_pca", "trustworthiness_tsne")
    return any(value < TRUSTED for view in views for value in _values(variant, view))


VARIANT_CHECKS = (
    VariantCheck(
        code="C3",
        state="tip",
        has_it=few_seeds,
        titles=(f"Fewer than {MIN_SEEDS} seeds", f"At least {MIN_SEEDS} seeds"),
        explanations=(
            "A difference may be chance. Add --seed 0 --seed 1 --seed 2.",
            "Differences can be compared with the spread over seeds.",
        ),
    ),
    VariantCheck(
        code="C7",
        state="issue",
        has_it=hardly_pulls,
        titles=("Penalties that hardly pull at the codes", "No penalty is known to pull weakly"),
        explanations=(
            "A kernel may be alive and yet too weak: choose a σ within the strong range; a larger α helps, too. Known "
            "before training: on codes that are a quarter or twice too wide, MMD² rises by less than "
            f"{STRONG:g} of its standard deviations per unit of spread.",
            f"With each kernel MMD² rises on codes that are too wide by at least {STRONG:g} of its standard deviations "
            "per unit of spread; each penalty without a kernel has a gradient. Whether that was enough for an alpha is "
            "seen in the distance from the prior.",
        ),
    ),
    VariantCheck(
        code="C8",
        state="issue",
        has_it=collapsed,
        titles=("Posteriors have collapsed", "No posterior has collapsed"),
        explanations=(
            "No latent coordinate depends on the image: the model ignores its codes. Lower α.",
            "Codes depend on their images.",
        ),
    ),
    VariantCheck(
        code="C9",
        state="tip",
        has_it=inactive,
        titles=("Some latent dimensions are inactive", "Every latent dimension is active"),
        explanations=(
            "Some coordinates do not depend on the image. Lower α to use them, or take fewer dimensions.",
            "Every coordinate depends on the image.",
        ),
    ),
    VariantCheck(
        code="C10",
        state="tip",
        has_it=without_noise,
        titles=("Posteriors have almost no width", "Posteriors have width"),
        explanations=(
            "Their noise is less than a thousandth of the codes' variance: deterministic autoencoders in effect. "
            "Nothing in this objective keeps posteriors wide; KL would.",
            "The decoder sees noise around each code.",
        ),
    ),
    VariantCheck(
        code="C11",
        state="tip",
        has_it=overfitted,
        titles=("Overfitting: training images are reconstructed better", "No overfitting"),
        explanations=(
            "The validation {error} at the end of the last epoch is worse than the training {error} by more than a "
            "tenth of {gap}. Train for fewer --epochs.",
            "The validation {error} at the end of the last epoch is close to the mean of the training {error} over "
            "that epoch. That mean lags behind, so overfitting shows late here.",
        ),
    ),
    VariantCheck(
        code="C13",
        state="tip",
        has_it=untrusted_picture,
        titles=("Neighbours in the picture need not be neighbours", "Neighbours in the pictures are neighbours"),
        explanations=(
            f"Trustworthiness is below {TRUSTED} in the PCA or the t-SNE picture. Read spread from PCA, and "
            "neighbourhoods from the picture with the higher number.",
            f"No picture has a trustworthiness below {TRUSTED}.",
        ),
    ),
)


def _values(variant: VariantResult, metric: str) -> list[float]:
    return list(by_seed(variant, metric).values())


def _gap(run: SeedRun) -> bool:
    train, valid = excess(run), excess(run, "val_")
    return bool(train and valid) and valid[-1] - train[-1] > GAP * train[-1]


def excess(run: SeedRun, split: str = "") -> list[float]:
    """The reconstruction error over the epochs, above that of a perfect reconstruction; `split` is "" or "val_"."""
    if groups.is_gaussian(run):
        return curve(run, f"{split}reconstruction")
    entropy = entropy_of(run)
    return [] if entropy is None else [value - entropy for value in curve(run, f"{split}bce")]


def curve(run: SeedRun, name: str) -> list[float]:
    """A quantity's values over the epochs."""
    return [value for value in run.history.get(name, []) if value is not None]


def entropy_of(run: SeedRun) -> float | None:
    """Entropy of the test images' pixels, nats per pixel; about the same for the other splits of the data set."""
    bce, excess = run.number("bce"), run.number("bce_excess")
    return None if bce is None or excess is None else bce - excess
