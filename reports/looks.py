"""How variants are shown everywhere: their order, names in words, signs and colours. Ids are for files and links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmdvae.conclusions import vitality
from mmdvae.conclusions.vitality import DEAD_WAYS, Vitality
from mmdvae.penalties.lookup import known, title_of
from mmdvae.record.result import VariantResult
from mmdvae.variants import weight
from reports import facets, text

SIGNS = {"no penalty": "○", "too narrow": "✕", "too wide": "✕", "half-way": "◐", "alive": "●", "not measured": "?"}
# On white, at a contrast of at least 4.5:1; page.css has the same names with lighter colours for dark mode.
COLOURS = {
    "none": "#5b6167",
    "dead": "#9c2f1f",
    "half": "#8a5a00",
    "a0": "#1f6b3a",  # alive, by the place of its alpha among the alphas of the run
    "a1": "#1f5a86",
    "a2": "#6b2fb3",
    "a3": "#00707c",
    "a4": "#a8176a",
    "a5": "#56600c",
}
WEIGHTS = {"a": "α", "w": "λ", "b": "β"}  # λ and β weigh the penalty against a reconstruction error of weight 1
HUES = sum(name.startswith("a") for name in COLOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One variant as a reader sees it."""

    id: str  # its name in files
    label: str  # what tells it from its neighbours: σ 2.83, seven scales, KL, no penalty
    detail: str  # the rest: α 0.6, normalised codes, and d = 8 beside variants of other d
    title: str  # all of it in one line: α 0.6, σ 2.83
    state: Vitality
    status: str  # ok, failed or diverged
    kind: str  # its colour's name, in COLOURS and as a CSS class
    place: int  # in the order of the page

    @property
    def colour(self) -> str:
        """Its colour on white."""
        return COLOURS[self.kind]

    @property
    def sign(self) -> str:
        """One character that says its state without colour."""
        return "!" if self.status != "ok" else SIGNS[self.state]

    @property
    def word(self) -> str:
        """Its state in words."""
        if self.status != "ok":
            return self.status
        return f"dead: {self.state}" if self.state in DEAD_WAYS.values() else self.state


def of(variants: Sequence[VariantResult]) -> dict[str, Look]:
    """The looks of all variants of a run by id, in the order of the page.

    That is: no penalty, Gaussian kernels by rising sigma and alpha, other kernels, other penalties, normalised codes;
    all of the fewest latent dimensions first.
    """
    alphas, several = hues(variants), len(facets.dims(variants)) > 1
    ordered = sorted(enumerate(variants), key=lambda pair: (*_group(pair[1]), pair[0]))
    return {one.name: _look(one, alphas, place, several) for place, (_, one) in enumerate(ordered)}


def hues(variants: Sequence[VariantResult]) -> list[float]:
    """The alphas in the order of their hues: those of Gaussian kernels first, as these make lines."""
    penalised = [one for one in variants if one.has_penalty]
    grid = {one.alpha for one in penalised if one.sigma is not None}
    return [*sorted(grid), *sorted({one.alpha for one in penalised} - grid)]


def spelled(words: str, looks: dict[str, Look]) -> str:
    """Words that name variants by id, with their settings in the place of the ids."""
    ids = "|".join(re.escape(one) for one in sorted(looks, key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?:{ids})(?![\w-]|[.]\d)", lambda found: looks[found[0]].title, words) if ids else words


def settings(variants: Sequence[VariantResult], word: str = "and", *, dims: bool | None = None) -> list[str]:
    """The settings of several variants, in few words: Gaussian kernels as σ by α, then the others one by one.

    With their numbers of latent dimensions if these differ, or if `dims` asks for them.
    """
    found = facets.dims(variants)
    if not (len(found) > 1 if dims is None else dims):
        return _settings(variants, word)
    at: dict[str, list[int]] = {}
    for d in found:
        for words in _settings([one for one in variants if one.latent_dim == d], word):
            at.setdefault(words, []).append(d)
    return [f"{words} at {facets.named(group, word)}" for words, group in at.items()]


def _settings(variants: Sequence[VariantResult], word: str) -> list[str]:
    sigmas: dict[float, list[float]] = {}
    others = []
    for one in variants:
        if one.sigma is not None and not one.normalised and weight(one.alpha, one.regularizer)[0] == "a":
            sigmas.setdefault(one.alpha, []).append(one.sigma)
        else:
            others.append(_title(one))
    alphas: dict[tuple[float, ...], list[float]] = {}
    for alpha, group in sorted(sigmas.items()):
        alphas.setdefault(tuple(sorted(group)), []).append(alpha)
    grid = [
        f"α\u00a0{text.listed([*map(text.setting, group)], word)} with "
        f"σ\u00a0{text.listed([*map(text.setting, ends)], word)}"
        for ends, group in alphas.items()
    ]
    return grid + others


def _look(variant: VariantResult, alphas: list[float], place: int, several: bool) -> Look:
    state = vitality.of(variant)
    last = ["normalised codes" if variant.normalised else "", facets.named([variant.latent_dim]) if several else ""]
    return Look(
        id=variant.name,
        label=_label(variant),
        detail=", ".join(filter(None, [weighed(variant), *last])),
        title=", ".join(filter(None, [weighed(variant), _label(variant), *last])),
        state=state,
        status=variant.status,
        kind=_kind(variant, state, alphas),
        place=place,
    )


def _kind(variant: VariantResult, state: Vitality, alphas: list[float]) -> str:
    if state == "alive":
        return f"a{alphas.index(variant.alpha) % HUES}"
    if state == "half-way":
        return "half"
    return "dead" if state in DEAD_WAYS.values() else "none"


def _label(variant: VariantResult) -> str:
    if not variant.has_penalty:
        return "no penalty"
    if variant.widths:
        return f"σ\u00a0{text.listed([*map(text.setting, variant.widths)])}"
    penalty = known(variant.regularizer)
    kernel = next((one for one in penalty.kernels if one.name == variant.kernel), None) if penalty else None
    if kernel and kernel.widths:
        return kernel.widths
    return variant.kernel.upper() if variant.kernel else title_of(variant.regularizer)


def weighed(variant: VariantResult) -> str:
    """Its weight: α 0.6, β 2; empty without a penalty."""
    unit, value = weight(variant.alpha, variant.regularizer)
    return f"{WEIGHTS[unit]}\u00a0{value}" if variant.has_penalty else ""


def _title(variant: VariantResult) -> str:
    words = [weighed(variant), _label(variant), "normalised codes" if variant.normalised else ""]
    return ", ".join(filter(None, words))


def _group(variant: VariantResult) -> tuple[float, ...]:
    """Sorts variants into the order of the page."""
    sort = 0 if not variant.has_penalty else 1 if variant.sigma is not None else 2 if variant.kernel else 3
    return (variant.latent_dim, variant.normalised, sort, variant.sigma or 0.0, variant.alpha)
