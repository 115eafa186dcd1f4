"""One comparison: variants, recipe, seeds and the source of the images, all checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mmdvae import variants
from mmdvae.data import catalog
from mmdvae.errors import InputError
from mmdvae.experiment import sigma_rules
from mmdvae.recipes import Recipe
from mmdvae.variants import LATENT_DIM, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One comparison, as data."""

    name: str
    question: str = ""  # what the comparison answers, shown where one is chosen
    recipe: Recipe  # its number of epochs holds for every variant
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...] = (0,)
    source: str = catalog.DEFAULT  # of the images, as --dataset takes it
    latent_dim: int = LATENT_DIM  # of the variants

    def __post_init__(self):
        if not self.variants:
            raise InputError(f"{self.name}: must have at least one variant, got none")
        if not self.seeds:
            raise InputError(f"{self.name}: must have at least one seed, got none")
        for variant in self.variants:
            if variant.latent_dim != self.latent_dim:
                raise InputError(f"all variants must have {self.latent_dim} latent dimensions, got {variant.name}")
        for seed in self.seeds:
            if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
                raise InputError(f"seed must be a whole number >= 0 and < 2**31, got {seed}")

    def with_variants(
        self,
        alphas: Sequence[float] = (),
        sigmas: Sequence[float | str] = (),
        names: Sequence[str] = (),
        more: Sequence[Variant] = (),
    ) -> "Experiment":
        """The same over a grid and with named variants instead of its own, and with `more` beside them.

        An axis of the grid that is not given keeps the experiment's own values.
        """
        chosen = [variants.named(name, latent_dim=self.latent_dim) for name in names]
        if alphas or sigmas:
            own = [v for v in self.variants if not v.normalised]
            own_alphas = [v.alpha for v in own if v.kernel == "gaussian" or v.penalty is None]
            own_sigmas = [v.sigma for v in own if v.sigma is not None]
            given = [sigma_rules.resolve(sigma, self.latent_dim) for sigma in sigmas]
            if not given and not own_sigmas:
                raise InputError(f"--alpha needs --sigma as well, for {self.name} has no variant with one")
            if not alphas and not any(own_alphas):
                raise InputError(
                    f"--sigma needs --alpha as well, for {self.name} has no variant with a Gaussian kernel"
                )
            grid = variants.grid(alphas or dict.fromkeys(own_alphas), given or dict.fromkeys(own_sigmas))
            chosen = [*(replace(one, latent_dim=self.latent_dim) for one in grid), *chosen]
        return replace(self, variants=tuple(dict.fromkeys([*(chosen or self.variants), *more])))

    def only(self, names: Sequence[str]) -> "Experiment":
        """The same with only the named variants."""
        known = {variant.name: variant for variant in self.variants}
        chosen: dict[Variant, None] = {}
        for name in names:
            found = known.get(name) or self._spelled_otherwise(name)
            if found is None:
                raise InputError(f"unknown variant {name!r}; choose one of: {', '.join(known)}")
            chosen[found] = None
        return replace(self, variants=tuple(chosen))

    def _spelled_otherwise(self, name: str) -> Variant | None:
        """The variant that another spelling of its name means: none for none-d32, kl-w2 for kl-b2."""
        try:
            meant = variants.named(name, latent_dim=self.latent_dim)
        except InputError:
            return None
        return meant if meant in self.variants else None
