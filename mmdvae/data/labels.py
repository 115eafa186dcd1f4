"""Labels of a user's own arrays: whole numbers, one an image; without them all images are of one class."""

import numpy as np

from mmdvae.data.rows import Rows
from mmdvae.data.source import MAX_CLASSES, UNLABELLED, UNSPLIT
from mmdvae.errors import InputError

Labelled = tuple[Rows, np.ndarray | None]  # images and their labels (n,) uint8, or None if all are of one class


def numbered(values: list[tuple[str, np.ndarray]]) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Labels that are whole numbers, by name of their array -> for each (n,) uint8, and the classes that occur."""
    for name, array in values:
        if array.dtype.kind not in "iu" or array.ndim != 1:
            raise InputError(f"{name}: labels must be whole numbers, one an image, got {array.dtype} of {array.shape}")
    known = np.unique(np.concatenate([array for _, array in values]))
    if len(known) > MAX_CLASSES:
        raise InputError(f"{values[0][0]}: must have at most {MAX_CLASSES} classes, has {len(known)}")
    return [np.searchsorted(known, array).astype(np.uint8) for _, array in values], tuple(map(str, known))


def labelled(
    images: dict[str, Rows], labels: dict[str, Rows | None]
) -> tuple[dict[str, Labelled], tuple[str, ...], tuple[str, ...]]:
    """Parts with their labels, the classes, and notes: several labels an image are none.

    Raises: InputError if some parts have labels and others none, or not one for each image.
    """
    plain: dict[str, Labelled] = {part: (rows, None) for part, rows in images.items()}
    have = {part: rows for part in images if (rows := labels.get(part)) is not None}
    if not have:
        return plain, UNLABELLED, ()
    for part, pictures in images.items():
        rows = have.get(part)
        if rows is None:
            raise InputError(f"{pictures.name}: must have labels, or no part may have any; only {', '.join(have)} has")
        if rows.shape[:1] != pictures.shape[:1]:
            raise InputError(f"{rows.name}: must have {pictures.shape[0]} labels, one an image, got shape {rows.shape}")
    for rows in have.values():
        if rows.shape[1:] not in ((), (1,)):
            return plain, UNLABELLED, ("labels of several values an image are not used: all images are of one class",)
    found, classes = numbered([(rows.name, rows.whole().reshape(-1)) for rows in have.values()])
    return {part: (images[part], own) for part, own in zip(images, found, strict=True)}, classes, ()


def named(parts: dict[str, Labelled]) -> dict[str, Labelled]:
    """The parts by the names that a source gives them: training images alone are a set that is not split.

    Raises: InputError if there are validation images and none for testing.
    """
    if "valid" in parts and "test" not in parts:
        raise InputError(f"{parts['valid'][0].name}: validation images must come with images for testing, has none")
    return {UNSPLIT: parts["train"]} if list(parts) == ["train"] else parts
