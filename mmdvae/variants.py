"""What the experiment varies: regularizer, kernel, alpha, sigma, latent dimensions."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from mmdvae.errors import InputError
from mmdvae.penalties import table
from mmdvae.penalties.lookup import find
from mmdvae.penalties.penalty import NONE, Kernel, Penalty

SMALLEST_SIGMA, LARGEST_SIGMA = 1e-20, 1e20
LARGEST_WEIGHT = 1e12
LATENT_DIM = 8  # Fashion-MNIST's pixels have a PCA participation ratio of 7.9
MOST_DIMENSIONS = 4096
PROJECTIONS, MOST_PROJECTIONS = 64, 4096
DEFAULT_KERNEL = "gaussian"  # not part of a name
TAKEN = {0: "", 1: "sigma"}  # by the number of bandwidths in a name; of more, sigmas
ENDS = {"": "", "sigma": "-sSIGMA", "sigmas": "-sSIGMA_SIGMA"}
LONG = 8  # characters of an alpha, for which a name has the weight instead if that is shorter
NUMBER = r"[0-9]+(?:[.][0-9]+)?(?:e[+-]?[0-9]+)?"  # as `number` writes it
NORMALISED = "-bn"  # ends the name of a variant with normalised codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What distinguishes one model from another; the recipe holds all that they share.

    The objective is (1 - alpha) * reconstruction error + alpha * penalty. The error is BCE in nats per pixel, unless
    the recipe's likelihood is Gaussian; the penalty is MMD² or sliced W2² (no unit), or the KL divergence in nats per
    pixel, so that KL with alpha 0.5 is the usual VAE objective.
    """

    regularizer: str  # name of a row in mmdvae.penalties.table, or none
    alpha: float  # weight of the penalty, in [0, 1); 0 if and only if there is no regularizer
    kernel: str | None = None  # for mmd: gaussian, gaussians, or imq (the mixture of seven scales, which has no sigma)
    sigma: float | None = None  # bandwidth of the Gaussian kernel in latent units (the prior N(0, I) has scale 1)
    sigmas: tuple[float, ...] = ()  # for the kernel gaussians, which is their mean: two bandwidths or more, rising
    projections: int | None = None  # for sw: random directions in each step
    latent_dim: int = LATENT_DIM
    normalised: bool = False  # batch normalisation of the posterior means fixes the scale of the codes, see weights.md

    def __post_init__(self):
        object.__setattr__(self, "sigmas", tuple(self.sigmas))  # a list, where it was read from JSON
        check_alpha(self.alpha)
        check_whole("latent_dim", self.latent_dim, most=MOST_DIMENSIONS)
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
        self._check_widths(kernel)
        if penalty and penalty.projections:
            check_whole("projections", self.projections, most=MOST_PROJECTIONS)
        elif self.projections is not None:
            raise InputError(f"projections are only for regularizer sw, got {self.projections} with {self.regularizer}")

    def _check_widths(self, kernel: Kernel | None) -> None:
        if kernel and kernel.takes == "sigma":
            check_sigma(self.sigma)
        elif self.sigma is not None:
            raise InputError(f"sigma is only for the gaussian kernel, got {self.sigma} with {self._kind}")
        if kernel and kernel.takes == "sigmas":
            for sigma in self.sigmas:
                check_sigma(sigma)
            if len(self.sigmas) < 2 or sorted(set(self.sigmas)) != list(self.sigmas):
                raise InputError(f"sigmas must be two different numbers or more, rising, got {list(self.sigmas)}")
        elif self.sigmas:
            raise InputError(f"sigmas are only for the kernel gaussians, got {list(self.sigmas)} with {self._kind}")

    @property
    def penalty(self) -> Penalty | None:
        """The row of its penalty in the table; None without a penalty."""
        return None if self.regularizer == NONE else find(self.regularizer)

    @property
    def widths(self) -> tuple[float, ...]:
        """The bandwidths of its Gaussian kernels; empty without one."""
        return self.sigmas or (() if self.sigma is None else (self.sigma,))

    @property
    def name(self) -> str:
        """Short unique name, for table rows, plot legends and `--only`; `named` reads it."""
        parts = [self._kind]
        if self.regularizer != NONE:
            parts.append("".join(weight(self.alpha, self.regularizer)))
        if self.widths:
            parts.append(f"s{'_'.join(map(number, self.widths))}")
        if self.projections not in (None, PROJECTIONS):
            parts.append(f"p{self.projections}")
        if self.latent_dim != LATENT_DIM:
            parts.append(f"d{self.latent_dim}")
        return "-".join(parts) + (NORMALISED if self.normalised else "")

    @property
    def _kind(self) -> str:
        """The first word of its name."""
        return self.regularizer if self.kernel in (None, DEFAULT_KERNEL) else self.kernel

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


def sw(alpha: float, projections: int = PROJECTIONS) -> Variant:
    """Squared sliced Wasserstein-2 distance of the codes from the prior."""
    return Variant(regularizer="sw", alpha=alpha, projections=projections)


def named(name: str, *, latent_dim: int = LATENT_DIM) -> Variant:
    """The variant of that name, such as none, mmd-a0.6-s2.83, sw-a0.6-d32 or none-bn; InputError lists the forms.

    `latent_dim` is for a name that does not say its own.
    """
    found = re.fullmatch(
        rf"(?P<kind>[a-z]\w*)(?:-(?P<unit>[awb])(?P<weight>{NUMBER}))?(?:-s(?P<sigmas>{NUMBER}(?:_{NUMBER})*))?"
        rf"(?:-p(?P<projections>[0-9]{{1,9}}))?(?:-d(?P<dim>[0-9]{{1,9}}))?(?P<normalised>{NORMALISED})?",
        name,
    )
    shape = _shapes().get(found["kind"]) if found else None
    sigmas = tuple(float(sigma) for sigma in (found["sigmas"] or "").split("_") if sigma) if found else ()
    if (
        found is None
        or shape is None
        or shape.takes != TAKEN.get(len(sigmas), "sigmas")
        or ((shape.regularizer == NONE) != (found["weight"] is None))
    ):
        forms = (NONE, *(f"{kind}-aALPHA{ENDS[one.takes]}" for kind, one in _shapes().items() if kind != NONE))
        raise InputError(
            f"unknown variant {name!r}; choose one of: {', '.join(forms)}; with -dDIM if there are other than "
            f"{LATENT_DIM} latent dimensions, and {NORMALISED} for normalised codes"
        )
    projections = found["projections"] or (PROJECTIONS if shape.projections else None)
    return Variant(
        regularizer=shape.regularizer,
        kernel=shape.kernel,
        alpha=_alpha(found["unit"], float(found["weight"] or 0)),
        sigma=sigmas[0] if shape.takes == "sigma" else None,
        sigmas=sigmas if shape.takes == "sigmas" else (),
        projections=None if projections is None else int(projections),
        latent_dim=int(found["dim"] or latent_dim),
        normalised=bool(found["normalised"]),
    )


def alpha_of(weight: float) -> float:
    """The alpha that weighs the penalty by `weight` (beta, lambda) against a reconstruction error of weight 1."""
    check_weight(weight)
    return weight / (1 + weight)


def _alpha(unit: str | None, value: float) -> float:
    return value if unit in (None, "a") else alpha_of(value)


def weight(alpha: float, regularizer: str) -> tuple[str, str]:
    """How a weight is told: a and 0.6; if that is long and alpha / (1 - alpha) is short, w and 2, for KL b and 2."""
    short, ratio = number(alpha), float(f"{alpha / (1 - alpha):.12g}")
    if (
        ratio <= LARGEST_WEIGHT
        and len(short) > LONG
        and len(number(ratio)) < len(short)
        and ratio / (1 + ratio) == alpha
    ):
        return "b" if regularizer == "kl" else "w", number(ratio)
    return "a", short


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the first word of a name stands for."""

    regularizer: str
    kernel: str | None = None
    takes: str = ""  # sigma, sigmas or nothing
    projections: bool = False


def _shapes() -> dict[str, _Shape]:
    """By the first word of a name."""
    found = {NONE: _Shape(NONE)}
    for penalty in table.PENALTIES:
        for kernel in penalty.kernels:
            first = penalty.name if kernel.name == DEFAULT_KERNEL else kernel.name
            found[first] = _Shape(penalty.name, kernel.name, kernel.takes)
        if not penalty.kernels:
            found[penalty.name] = _Shape(penalty.name, projections=penalty.projections)
    return found


def grid(alphas: Iterable[float], sigmas: Iterable[float]) -> tuple[Variant, ...]:
    """Every alpha with every sigma, without duplicates (alpha 0 is the same variant for all sigmas)."""
    sigmas = tuple(sigmas)
    return tuple(dict.fromkeys(gaussian(float(alpha), float(sigma)) for alpha in alphas for sigma in sigmas))


def check_alpha(alpha: Any) -> None:
    """Raise InputError unless 0 <= alpha < 1 (at 1 nothing would be reconstructed)."""
    if not _is_number(alpha) or not 0 <= alpha < 1:
        raise InputError(f"alpha must be a number >= 0 and < 1, got {alpha}")


def check_weight(weight: Any) -> None:
    """Raise InputError unless 0 < weight <= 1e12: above, the reconstruction would not count in float32."""
    if not _is_number(weight) or not 0 < weight <= LARGEST_WEIGHT:
        raise InputError(f"weight must be a number > 0 and <= {LARGEST_WEIGHT:g}, got {weight}")


def check_whole(what: str, value: Any, *, most: int) -> None:
    """Raise InputError unless the value is a whole number from 1 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise InputError(f"{what} must be a whole number >= 1 and <= {most}, got {value}")


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
