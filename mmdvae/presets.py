"""Named comparisons: variants, recipe, number of epochs and seeds of each."""

from dataclasses import dataclass, replace

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.recipes import Recipe
from mmdvae.variants import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One comparison, as data."""

    name: str
    question: str  # what the comparison answers, shown where a preset is chosen
    recipe: Recipe  # its number of epochs holds for every variant
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self):
        if not self.variants:
            raise InputError(f"preset {self.name!r} must have at least one variant, got none")
        if not self.seeds:
            raise InputError(f"preset {self.name!r} must have at least one seed, got none")
        for seed in self.seeds:
            if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
                raise InputError(f"seed must be a whole number >= 0 and < 2**31, got {seed}")

    def with_variants(
        self, alphas: tuple[float, ...] = (), sigmas: tuple[float, ...] = (), names: tuple[str, ...] = ()
    ) -> "Preset":
        """The same preset over a grid and with named variants, instead of its own.

        An axis of the grid that is not given keeps the preset's own values.
        """
        chosen = [variants.named(name) for name in names]
        if alphas or sigmas:
            own = [v for v in self.variants if not v.normalised]
            own_alphas = (v.alpha for v in own if v.kernel == "gaussian" or v.penalty is None)
            own_sigmas = (v.sigma for v in own if v.sigma is not None)
            chosen = [*variants.grid(alphas or dict.fromkeys(own_alphas), sigmas or dict.fromkeys(own_sigmas)), *chosen]
        return replace(self, variants=tuple(dict.fromkeys(chosen)))

    def only(self, names: tuple[str, ...]) -> "Preset":
        """The same preset with only the named variants."""
        known = {variant.name: variant for variant in self.variants}
        for name in names:
            if name not in known:
                raise InputError(f"unknown variant {name!r}; choose one of: {', '.join(known)}")
        return replace(self, variants=tuple(known[name] for name in dict.fromkeys(names)))


QUICK = Preset(
    name="quick",
    question="A first look: which sigma regularises at all, and what does it cost?",
    recipe=replace(recipes.STANDARD, epochs=2),
    variants=(
        variants.none(),
        # A curve: dead on both sides, half-way, and two that are alive.
        variants.gaussian(0.6, 0.1),  # the notebook's choice
        variants.gaussian(0.6, 1.0),
        variants.gaussian(0.6, 2.83),  # sqrt(d): pythae's default for d = 8
        variants.gaussian(0.6, 5.66),  # d / sqrt(2): Zhao's choice
        variants.gaussian(0.6, 1e4),  # the notebook's "very large"
        variants.imq(0.6),  # seven scales at once, as in the Wasserstein autoencoder
        variants.kl(0.5),  # the usual VAE, which the penalties above would replace
        variants.normalised(variants.none()),  # the codes' scale without any penalty
        variants.normalised(variants.gaussian(0.6, 2.83)),  # and with one, which then shapes and does not scale
    ),
)

NOTEBOOK = Preset(
    name="notebook",
    question="What the notebook trained, by its own recipe, measured on one scale.",
    recipe=recipes.NOTEBOOK,
    variants=(
        variants.gaussian(0.6, 0.1),
        variants.none(),
        variants.gaussian(0.6, 1e-4),
        variants.gaussian(0.6, 1e4),
    ),
    seeds=(42, 43, 44),  # the notebook's own, and two more: with one seed every verdict would be inconclusive
)

SWEEP = Preset(
    name="sweep",
    question="How do alpha and sigma act together, and what holds over several seeds?",
    recipe=recipes.STANDARD,
    variants=(
        variants.none(),
        variants.normalised(variants.none()),  # the codes' scale without any penalty
        variants.normalised(variants.gaussian(0.6, 2.83)),
        # 3.83 is the prior's median distance, 5.66 is d / sqrt(2) (Zhao's choice)
        *variants.grid((0.2, 0.6, 0.9), (1e-4, 0.1, 1.0, 2.83, 3.83, 5.66, 1e4)),
        variants.imq(0.6),
        # 0.5 is the usual VAE; with a weaker and a stronger one KL, too, is a front and not a point
        *(variants.kl(alpha) for alpha in (0.2, 0.5, 0.8)),
    ),
    seeds=(0, 1, 2),
)

PRESETS = {preset.name: preset for preset in (QUICK, NOTEBOOK, SWEEP)}


def find(name: str) -> Preset:
    """The preset of that name; InputError lists the names that exist."""
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; choose one of: {', '.join(PRESETS)}")
    return PRESETS[name]
