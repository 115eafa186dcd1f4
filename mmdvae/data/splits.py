"""Which images are for training, validation and testing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from mmdvae.data.source import UNSPLIT, Part, Source
from mmdvae.errors import InputError

SPLITS = ("train", "valid", "test")
TRAIN, VALID, TEST = range(3)
FEWEST = 2  # images in a split; MMD² needs pairs
_VALIDATION = 5_000  # images, as in the notebook
_LARGE = 30_000  # training images; smaller sets give a tenth for validation


def assign(name: str, source: Source) -> list[np.ndarray]:
    """For each part of the source the split of each image, (n,) uint8: its number in SPLITS.

    A part keeps its name. Without a part for validation the end of the training part is taken. A set without parts
    gives a sixth of each class for testing, and a tenth of the rest for validation: what has the lowest and the
    highest SHA-256 of the group, which is the image's name or row unless it was named. So an image stays in its split
    when the set is copied, and a group is never in two.
    Raises: InputError if a split has too few images, or a class none for training.
    """
    found = [np.full(len(part.labels), _number(part), np.uint8) for part in source.parts]
    first, split = source.parts[0], found[0]
    if first.name == UNSPLIT:
        digests: Sequence[bytes] = first.digests or [hashlib.sha256(b"%d" % row).digest() for row in range(len(split))]
        order = sorted(range(len(split)), key=digests.__getitem__)  # stable: a group's images keep their order
        _hold_out(name, split, order, first.labels.tolist(), digests)
    else:
        digests, order = first.digests or (), list(range(len(split)))
    if len(source.parts) < 3:
        _validate(split, [row for row in order if split[row] == TRAIN], digests)
    _check(name, source, found)
    return found


def validation_count(images: int) -> int:
    """How many of these training images are used for validation, if no others are given."""
    return _VALIDATION if images >= _LARGE else max(FEWEST, images // 10)


def counts(found: list[np.ndarray]) -> list[int]:
    """How many images each split has, in the order of SPLITS."""
    return np.bincount(np.concatenate(found), minlength=len(SPLITS)).tolist()


def _number(part: Part) -> int:
    return TRAIN if part.name == UNSPLIT else SPLITS.index(part.name)


def _hold_out(name: str, split: np.ndarray, order: list[int], labels: list[int], digests: Sequence[bytes]) -> None:
    """Put whole groups into the test split, by their digest, until each class has a sixth of its images there."""
    groups = list(_runs(order, digests))
    members = Counter(labels)
    spread = Counter(label for group in groups for label in {labels[row] for row in group})
    wanted = {label: max(1, count // 6) if spread[label] > 1 else 0 for label, count in members.items()}
    if not any(wanted.values()):
        what = "groups" if len(groups) < len(split) else "images"
        raise InputError(f"{name}: must hold at least two {what} of one class, has {len(groups)} in all")
    held = Counter[int]()
    for group in groups:
        inside = [labels[row] for row in group]
        commonest = max(sorted(set(inside)), key=inside.count)
        if held[commonest] < wanted[commonest]:
            split[group] = TEST
            held.update(inside)


def _validate(split: np.ndarray, trained: list[int], digests: Sequence[bytes]) -> None:
    """Move the last of the images for training to the validation split, and what belongs to them."""
    cut = max(0, len(trained) - validation_count(len(trained)))
    while digests and 0 < cut < len(trained) and digests[trained[cut]] == digests[trained[cut - 1]]:
        cut -= 1
    split[trained[cut:]] = VALID


def _runs(order: list[int], digests: Sequence[bytes]) -> Iterator[list[int]]:
    """The rows of each group, the groups in order."""
    run: list[int] = []
    for row in order:
        if run and digests[row] != digests[run[-1]]:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


def _check(name: str, source: Source, found: list[np.ndarray]) -> None:
    train, valid, test = counts(found)
    if min(train, valid, test) < FEWEST:
        raise InputError(
            f"{name}: must have >= {2 * FEWEST} training images, {FEWEST} of them for validation, and >= {FEWEST} test "
            f"images, has {train + valid} and {test} (of a set that is not split, a sixth of "
            "each class is for testing; images of one group stay together)"
        )
    if source.parts[0].name == UNSPLIT:
        labels = source.parts[0].labels
        for label in np.setdiff1d(labels, labels[found[0] != TEST]):
            raise InputError(f"{name}: class {source.classes[label]!r} must have two groups, all its images are in one")
