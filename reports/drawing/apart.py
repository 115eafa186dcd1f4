"""Labels that touch each other, pushed apart."""

import numpy as np

TURNS = 30
TOUCHING = 0.8  # of the room: nearer labels cannot be read


def pushed(places: np.ndarray, room: float) -> tuple[np.ndarray, np.ndarray]:
    """Places (k, 2) moved as little as gives each label its room, and which of them (k,) then touch no earlier one.

    The script of the page does the same, so that its canvases look like the pictures.
    """
    moved = np.array(places, dtype=np.float64)
    for _ in range(TURNS):
        for a in range(len(moved)):
            for b in range(len(moved)):
                gap = moved[b] - moved[a]
                far = float(np.hypot(*gap)) or 0.1
                if a != b and far < room:
                    step = (room - far) / 2 / far * np.where(gap == 0, 0.1, gap)
                    moved[a] -= step
                    moved[b] += step
    kept = np.zeros(len(moved), bool)
    for i, place in enumerate(moved):
        kept[i] = not (np.hypot(*(moved[:i][kept[:i]] - place).T) < TOUCHING * room).any()
    return moved, kept
