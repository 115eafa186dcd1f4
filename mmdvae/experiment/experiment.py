"""One comparison: variants, recipe, seeds and the source of the images, all checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmdvae import variants
from mmdvae.data import catalog
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError
from mmdvae.experiment import sigma_rules
from mmdvae.plugins.source import Source
from mmdvae.recipes import Recipe
from mmdvae.record.result import Chosen
from mmdvae.variants import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One comparison, as data."""

    name: str
    question: str = ""  # what the comparison answers, shown where one is chosen
    recipe: Recipe  # its number of epochs holds for every variant
    variants: tuple[Variant, ...]  # those with fewer latent dimensions first, else in the order that was given
    seeds: tuple[int, ...] = (0,)
    source: str = catalog.DEFAULT  # of the images, as --dataset takes it
    data: DataOptions = catalog.NO_OPTIONS  # how its images are made alike
    network: Source | None = None  # the texts of the recipe's network; None: the built-in one
    chosen: Chosen | None = None  # how its variants were picked, if by what was measured of them

    def __post_init__(self):
        object.__setattr__(self, "variants", tuple(sorted(self.variants, key=lambda one: one.latent_dim)))
        if not self.variants:
            raise InputError(f"{self.name}: must have at least one variant, got none")
        if not self.seeds:
            raise InputError(f"{self.name}: must have at least one seed, got none")
        for seed in self.seeds:
            if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
                raise InputError(f"seed must be a whole number >= 0 and < 2**31, got {seed}")

    @property
    def latent_dims(self) -> tuple[int, ...]:
        """The numbers of latent dimensions of its variants, rising."""
        return tuple(dict.fromkeys(one.latent_dim for one in self.variants))

    def with_variants(
        self,
        alphas: Sequence[float] = (),
        sigmas: Sequence[float | str] = (),
        names: Sequence[str] = (),
        more: Sequence[Variant] = (),
    ) -> "Experiment":
        """The same over a grid and with named variants instead of its own, and with `more` beside them.

        An axis of the grid that is not given keeps the experiment's own values. All are made with each of its numbers
        of latent dimensions; a name that says its own means that one alone.
        """
        chosen = dict.fromkeys(one for dim in self.latent_dims for one in self._grid(dim, alphas, sigmas))
        for name in names:
            chosen |= dict.fromkeys(self._meant(name))
        beside = [replace(one, latent_dim=dim) for dim in self.latent_dims for one in more]
        return replace(self, variants=tuple(dict.fromkeys([*(chosen or self.variants), *beside])))

    def only(self, names: Sequence[str]) -> "Experiment":
        """The same with only the named variants; a name that says no latent dimensions stands for all of them."""
        own = dict.fromkeys(self.variants)
        chosen: dict[Variant, None] = {}
        for name in names:
            try:
                found = [one for one in self._meant(name) if one in own]
            except InputError:
                found = []
            if not found:
                raise InputError(f"unknown variant {name!r}; choose one of: {', '.join(one.name for one in own)}")
            chosen |= dict.fromkeys(found)
        return replace(self, variants=tuple(chosen))

    def _grid(self, dim: int, alphas: Sequence[float], sigmas: Sequence[float | str]) -> list[Variant]:
        """Every alpha with every sigma in these many dimensions; none if no axis is given."""
        if not alphas and not sigmas:
            return []
        own = [v for v in self.variants if v.latent_dim == dim and not v.normalised]
        own_alphas = [v.alpha for v in own if v.kernel == "gaussian" or v.penalty is None]
        own_sigmas = [v.sigma for v in own if v.sigma is not None]
        given = [sigma_rules.resolve(sigma, dim) for sigma in sigmas]
        if not given and not own_sigmas:
            raise InputError(f"--alpha needs --sigma as well, for {self.name} has no variant with one")
        if not alphas and not any(own_alphas):
            raise InputError(f"--sigma needs --alpha as well, for {self.name} has no variant with a Gaussian kernel")
        grid = variants.grid(alphas or dict.fromkeys(own_alphas), given or dict.fromkeys(own_sigmas))
        return [replace(one, latent_dim=dim) for one in grid]

    def _meant(self, name: str) -> list[Variant]:
        """What a name means here, in any spelling: none for none-d32, kl-w2 for kl-b2. Raises: InputError."""
        dims = self.latent_dims
        found = dict.fromkeys(variants.named(name, latent_dim=dim) for dim in dims)
        if not {one.latent_dim for one in found} <= set(dims):
            told = ", ".join(map(str, dims))
            raise InputError(
                f"variant {name!r} must have the latent dimensions of the experiment: {told}; add --latent-dim"
            )
        return list(found)
