"""Do our numbers agree with the notebook's? Its four variants on all training images for two epochs, both ways.

No time is measured, so other work on the machine does not matter.
"""

from pathlib import Path
from typing import Any

from benchmarks import child, sweep

SEEDS, EPOCHS = (0, 1, 2), 2


def measure(data: Path) -> dict[str, Any]:
    """Last epoch's numbers of the four variants for each seed: {"epochs", "rounds": [{"seed", "notebook", "ours"}]}."""
    return {"epochs": EPOCHS, "rounds": [_both(data, seed) for seed in SEEDS]}


def _both(data: Path, seed: int) -> dict[str, Any]:
    theirs = child.call(sweep.notebook_way, env=child.ALL_CORES, data=str(data), seed=seed, epochs=EPOCHS)
    return {"seed": seed, "notebook": theirs, "ours": sweep.our_way(data, seed, EPOCHS)["ours"]}
