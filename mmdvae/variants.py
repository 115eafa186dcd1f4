"""What the experiment varies: regularizer, kernel, alpha, sigma."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from mmdvae.errors import InputError
from mmdvae.penalties import table
from mmdvae.penalties.lookup import find
from mmdvae.penalties.penalty import NONE, Penalty

SMALLEST_SIGMA, LARGEST_SIGMA = 1e-20, 1e20
NUMBER = r"[0-9]+(?:[.][0-9]+)?(?:e[+-]?[0-9]+)?"  # as `number` writes it
NORMALISED = "-bn"  # ends the name of a variant with normalised codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What distinguishes one model from another; the recipe holds all that they share.

    The objective is (1 - alpha) * BCE + alpha * penalty, BCE in nats per pixel. The penalty is MMD² (no unit) or the
    KL divergence in nats per pixel, so that KL with alpha 0.5 is the usual VAE objective.
    """

    regularizer: str  # name of a row in mmdvae.penalties.table, or none
    alpha: float  # weight of the penalty, in [0, 1); 0 if and only if there is no regularizer
    kernel: str | None = None  # for mmd: gaussian, or imq (the mixture of seven scales, which has no sigma)
    sigma: float | None = None  # bandwidth of the Gaussian kernel in latent units (the prior N(0, I) has scale 1)
    normalised: bool = False  # batch normalisation of the posterior means fixes the scale of the codes, see weights.md

    def __post_init__(self):
        check_alpha(self.alpha)
        if not isinstance(self.normalised, bool):
            raise InputError(f"normalised must be true or false, got {self.normalised}")
        penalty = self.penalty  # raises InputError for an unknown name
        if (penalty is None) != (self.alpha == 0):
            raise InputError(
                f"alpha must be 0 for regularizer none and > 0 otherwise, got {self.alpha} with {self.regularizer}"
            )
        kernel = penalty.kernel(self.kernel) if penalty else None
        if kernel is None and self.kernel is not None:
            raise InputError(f"kernel must be left out for regularizer {self.regularizer}, got {self.kernel}")
        if kernel and kernel.takes_sigma:
            check_sigma(self.sigma)
        elif self.sigma is not None:
            raise InputError(f"sigma is only for the gaussian kernel, got {self.sigma} with {self.name}")

    @property
    def penalty(self) -> Penalty | None:
        """The row of its penalty in the table; None without a penalty."""
        return None if self.regularizer == NONE else find(self.regularizer)

    @property
    def name(self) -> str:
        """Short unique name, for table rows, plot legends and `--only`."""
        suffix = NORMALISED if self.normalised else ""
        if self.regularizer == NONE:
            return f"{NONE}{suffix}"
        if self.sigma is not None:
            return f"{self.regularizer}-a{number(self.alpha)}-s{number(self.sigma)}{suffix}"
        return f"{self.kernel or self.regularizer}-a{number(self.alpha)}{suffix}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a store key or a report."""
        return asdict(self)


def gaussian(alpha: float, sigma: float) -> Variant:
    """MMD with a Gaussian kernel; alpha 0 switches the penalty off, whatever the sigma."""
    check_alpha(alpha)
    check_sigma(sigma)
    return Variant(regularizer="mmd", kernel="gaussian", alpha=alpha, sigma=sigma) if alpha else none()


def imq(alpha: float) -> Variant:
    """MMD with the mixture of seven inverse multiquadric kernels."""
    return Variant(regularizer="mmd", kernel="imq", alpha=alpha)


def kl(alpha: float) -> Variant:
    """The Kullback-Leibler penalty; alpha 0.5 is the standard VAE (beta = alpha / (1 - alpha))."""
    return Variant(regularizer="kl", alpha=alpha)


def none() -> Variant:
    """No regularizer: the autoencoder that the others are compared with."""
    return Variant(regularizer=NONE, alpha=0.0)


def normalised(variant: Variant) -> Variant:
    """The same variant with codes normalised by construction."""
    return replace(variant, normalised=True)


def named(name: str) -> Variant:
    """The variant of that name, such as none, mmd-a0.6-s2.83, kl-a0.2 or none-bn; InputError lists the forms."""
    base = name.removesuffix(NORMALISED)
    if base == NONE:
        return replace(none(), normalised=base != name)
    found = re.fullmatch(rf"(\w+)-a({NUMBER})(?:-s({NUMBER}))?", base)
    shape = _shapes().get((found[1], found[3] is not None)) if found else None
    if found is None or shape is None:
        forms = [f"{kind}-aALPHA{'-sSIGMA' if has_sigma else ''}" for kind, has_sigma in _shapes()]
        raise InputError(
            f"unknown variant {name!r}; choose one of: {', '.join((NONE, *forms))}; or one with {NORMALISED}"
        )
    regularizer, kernel = shape
    sigma = None if found[3] is None else float(found[3])
    alpha = float(found[2])
    return Variant(regularizer=regularizer, kernel=kernel, alpha=alpha, sigma=sigma, normalised=base != name)


def _shapes() -> dict[tuple[str, bool], tuple[str, str | None]]:
    """By the first word of a name and whether it has a sigma: regularizer and kernel."""
    found: dict[tuple[str, bool], tuple[str, str | None]] = {}
    for penalty in table.PENALTIES:
        for kernel in penalty.kernels:
            first = penalty.name if kernel.takes_sigma else kernel.name
            found[first, kernel.takes_sigma] = (penalty.name, kernel.name)
        if not penalty.kernels:
            found[penalty.name, False] = (penalty.name, None)
    return found


def grid(alphas: Iterable[float], sigmas: Iterable[float]) -> tuple[Variant, ...]:
    """Every alpha with every sigma, without duplicates (alpha 0 is the same variant for all sigmas)."""
    sigmas = tuple(sigmas)
    return tuple(dict.fromkeys(gaussian(float(alpha), float(sigma)) for alpha in alphas for sigma in sigmas))


def check_alpha(alpha: Any) -> None:
    """Raise InputError unless 0 <= alpha < 1 (at 1 nothing would be reconstructed)."""
    if not _is_number(alpha) or not 0 <= alpha < 1:
        raise InputError(f"alpha must be a number >= 0 and < 1, got {alpha}")


def check_sigma(sigma: Any) -> None:
    """Raise InputError unless 1e-20 <= sigma <= 1e20: outside, codes divided by sigma, or its square, overflow."""
    if not _is_number(sigma) or not SMALLEST_SIGMA <= sigma <= LARGEST_SIGMA:
        raise InputError(f"sigma must be a number >= {SMALLEST_SIGMA:g} and <= {LARGEST_SIGMA:g}, got {sigma}")


def number(value: float) -> str:
    """The shortest text that reads back as the same number: 0.1, 0.0001, 10000."""
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
