"""idx:DIR: four IDX files of the user's own, such as EMNIST's; their images have any size."""

import re
from pathlib import Path

from mmdvae.data import arrays, idx
from mmdvae.data.labels import numbered
from mmdvae.data.options import DataOptions
from mmdvae.data.source import Source
from mmdvae.errors import InputError


def files(place: Path) -> tuple[str, ...] | None:
    """Images and labels for training, then for testing; None unless all are there.

    Their names contain "train", "test" or "t10k", then "images" or "labels", then "idx". `place` may also be a folder
    followed by a prefix of the names: EMNIST/emnist-letters.
    Raises: InputError if several files match one of the four.
    """
    folder, beginning = (place, "") if place.is_dir() else (place.parent, place.name)
    found: list[str] = []
    for part in (("train",), ("test", "t10k")):
        for what in ("images", "labels"):
            same = re.compile(rf"{re.escape(beginning)}.*({'|'.join(part)}).*{what}.*idx.*", re.IGNORECASE)
            paths = [path for path in sorted(folder.glob("*")) if path.is_file() and same.fullmatch(path.name)]
            if len({path.name.removesuffix(".gz").replace(".", "-") for path in paths}) > 1:
                raise InputError(
                    f"{place}: must have one file of {part[0]} {what}, has {', '.join(path.name for path in paths)}; "
                    f"name the beginning of its name, too: idx:{folder}/BEGINNING"
                )
            found += map(str, paths[:1])
    for path in found:
        if found.count(path) > 1:
            raise InputError(f"{place}: {Path(path).name} must have one of train and test in its name, has both")
    return tuple(found) if len(found) == 4 else None


def opened(place: Path, options: DataOptions) -> Source:
    """The images of the four files; the labels that occur are the classes, renumbered from 0."""
    found = files(place)
    if found is None:
        raise InputError(f"{place}: must have four IDX files, images and labels for training and testing")
    train, train_labels, test, test_labels = map(Path, found)
    pairs = {"train": idx.pair(train, train_labels), "test": idx.pair(test, test_labels)}
    # EMNIST's letters have labels 1 to 26.
    labels, classes = numbered([(rows.name, given) for rows, given in pairs.values()])
    parts = {name: (rows, own) for (name, (rows, _)), own in zip(pairs.items(), labels, strict=True)}
    return arrays.source(parts, options, classes=classes)
