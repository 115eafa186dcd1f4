"""How much a figure would change with other draws, from one set of draws: the delete-a-block jackknife."""

import math
from collections.abc import Callable

import numpy as np

BLOCKS = 20  # the deviation is then known to a sixth of itself: its square is spread as chi² with 19 degrees is


def starts(n: int) -> np.ndarray:
    """The first row of each block of n independent draws; (20,) int, or (n,) if there are fewer draws."""
    blocks = min(BLOCKS, n)
    return np.arange(blocks) * n // blocks


def block_numbers(n: int) -> np.ndarray:
    """The block of each of n draws; (n,) int."""
    return np.searchsorted(starts(n), np.arange(n), side="right") - 1


def without_blocks(figure: Callable[[np.ndarray], float], draws: np.ndarray) -> np.ndarray:
    """A figure of draws (n, f) without each block in turn; (20,)."""
    numbers = block_numbers(len(draws))
    return np.array([figure(draws[numbers != block]) for block in range(len(starts(len(draws))))])


def standard_deviation(left_out: np.ndarray) -> float:
    """Standard deviation of a figure over sets of draws, from its values (b,) without each of b blocks.

    sqrt((b - 1) / b sum (v - mean v)²); exact on average for means of draws, and nearly for smooth functions of means.
    NaN for fewer than two blocks.

    Source: Efron and Stein 1981, Ann. Stat. 9:586; Wu 1990, Ann. Stat. 18:1438 (blocks).
    """
    blocks = len(left_out)
    if blocks < 2:
        return math.nan
    return float(np.sqrt((blocks - 1) / blocks * np.square(left_out - np.mean(left_out)).sum()))
