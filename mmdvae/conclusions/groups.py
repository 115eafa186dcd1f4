"""Kinds of variants by what is known before training: their penalty and how hard its kernel pulls at the prior."""

from collections.abc import Sequence
from functools import cache

from mmdvae import kernel_mixtures
from mmdvae.measures import strength
from mmdvae.measures.kernel_states import DEAD, Before
from mmdvae.penalties.penalty import NONE
from mmdvae.record.result import SeedRun, VariantResult

Variants = Sequence[VariantResult]

MMD, KL = "mmd", "kl"


def before(variant: VariantResult) -> Before | None:
    """The state of its kernel on draws from the prior; None without a kernel and for one that has no closed form."""
    return of_kernel(variant.kernel, variant.widths, variant.latent_dim) if variant.regularizer == MMD else None


def kind(variant: VariantResult) -> str:
    """Variants of one kind share how they scatter over seeds; a dead kernel trains as no penalty does."""
    state = before(variant)
    name = NONE if state in DEAD else f"weak {variant.regularizer}" if state == "weak" else variant.regularizer
    return f"{name}, normalised codes" if variant.normalised else name


def trained_error(variants: Variants) -> str:
    """The metric of the error that they were trained with, less that of a perfect reconstruction."""
    gaussian = any(is_gaussian(run) for one in variants for run in one.runs)
    return "mse" if gaussian else "bce_excess"


def is_gaussian(run: SeedRun) -> bool:
    """Whether it was trained with 2 MSE, by its history; older ones have BCE alone."""
    error = run.history.get("reconstruction")
    return bool(error) and error != run.history.get("bce")


def plain(variants: Variants) -> VariantResult | None:
    """The plain autoencoder: no penalty, codes as they are."""
    return next((one for one in variants if one.is_plain), None)


def strong(variants: Variants) -> list[VariantResult]:
    """The variants whose MMD kernel pulls strongly at the prior, on codes that are not normalised."""
    return [one for one in variants if before(one) == "strong" and not one.normalised]


def weak(variants: Variants) -> list[VariantResult]:
    """The variants whose MMD kernel is alive on the prior but pulls weakly."""
    return [one for one in variants if before(one) == "weak" and not one.normalised]


def dead(variants: Variants, state: Before) -> list[VariantResult]:
    """The variants whose kernel is about 0 (saturated) or about 1 (flat) on draws from the prior."""
    return [one for one in variants if before(one) == state and not one.normalised]


def kl(variants: Variants) -> list[VariantResult]:
    """The variants with the Kullback-Leibler penalty."""
    return [one for one in variants if one.regularizer == KL and not one.normalised]


def force(variant: VariantResult) -> float:
    """How hard the penalty pulls at codes that are a quarter too wide, against a reconstruction error of weight 1.

    alpha / (1 - alpha) times the slope of MMD², which is what the objective contains, and not times that slope in
    standard deviations, which says how well it is seen in a batch.
    """
    mixture = kernel_mixtures.of(variant.kernel, variant.widths, variant.latent_dim)
    if mixture is None or variant.alpha >= 1:
        return 0.0
    return variant.alpha / (1 - variant.alpha) * strength.pull(mixture, strength.TOO_WIDE[0], variant.latent_dim)


def with_sigma(variants: Variants, sigmas: Sequence[float]) -> list[VariantResult]:
    """The variants with MMD under a Gaussian kernel of one of these sigmas, on codes that are not normalised."""
    return [one for one in variants if one.regularizer == MMD and one.sigma in sigmas and not one.normalised]


@cache
def of_kernel(kernel: str | None, sigmas: tuple[float, ...], dim: int) -> Before | None:
    """What is known before training of a kernel with these bandwidths; None if it has no closed form."""
    mixture = kernel_mixtures.of(kernel, sigmas, dim)
    return strength.before_training(mixture, dim) if mixture else None
