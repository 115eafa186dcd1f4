"""A round of refinement in lines."""

from flows.refining import Round
from mmdvae.refinement.search import Next


def told(step: Round) -> list[str]:
    """A round in lines: why no more is looked for, and a table of its trainings, a line for each variant."""
    lines = [_settled(dim, each, len(step.steps) > 1) for dim, each in step.steps.items() if each.settled]
    seeds: dict[tuple[str, str], list[str]] = {}
    for one in step.trainings:
        seeds.setdefault((one.variant.name, one.why), []).append(str(one.seed))
    rows = [("variant", "seed", "why"), *((name, ", ".join(found), why) for (name, why), found in seeds.items())]
    if len(rows) == 1:
        return lines
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return lines + [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def checks_told(step: Round) -> str:
    """How many trainings check the whole front."""
    return f"{step.checks} trainings give the front, and no penalty, three seeds that did not choose"


def _settled(dim: int, step: Next, several: bool) -> str:
    where = f"at {dim} latent dimensions, " if several else ""
    names = ", ".join(one.name for one in step.front)
    return f"{where}no more settings: {step.settled}; on the front: {names}"
