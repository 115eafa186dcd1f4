"""The heading of the section: which settings brought their codes to the prior."""

from mmdvae.conclusions import vitality
from mmdvae.conclusions.near import near_prior
from mmdvae.record.result import VariantResult
from reports import facets, looks, text

NAMED = 4  # settings named one by one; of more only the number is told


def of(variants: list[VariantResult]) -> str:
    """One sentence; only "Codes" if no penalty was used or the distance from the prior was not measured."""
    tried = [one for one in variants if one.has_penalty and one.status == "ok"]
    alive, states = vitality.alive(tried), [vitality.of(one) for one in tried]
    if not alive:
        return (
            "Codes" if not tried or "not measured" in states else "None of the penalties brought the codes to the prior"
        )
    if len(alive) > NAMED:
        return f"{len(alive)} of {len(tried)} settings with a penalty reach the prior"
    names = _names(variants, alive)
    listed = "; ".join(names) if any("," in name for name in names) else text.listed(names)
    alone = any(not one.has_penalty and near_prior(one) for one in variants if one.status == "ok")
    only = "only " if len(alive) < len(tried) and not alone else ""
    return f"Codes reach the prior {only}for {listed}{'; normalised codes do without a penalty' if alone else ''}"


def _names(variants: list[VariantResult], alive: list[VariantResult]) -> list[str]:
    """Short names, unless another variant has the same."""
    seen = looks.of(variants)
    every, named = [look.label for look in seen.values()], {one.name for one in alive}
    short = [look.label for look in seen.values() if look.id in named]
    return (
        short
        if all(every.count(name) == 1 for name in short)
        else looks.settings(alive, dims=len(facets.dims(variants)) > 1)
    )
