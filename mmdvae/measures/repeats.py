"""Test images that are also training images: whatever is measured of them is measured of what was learned by heart."""

import hashlib
from collections.abc import Iterator

import numpy as np

from mmdvae.measures.blocks import read


def repeated(test: np.ndarray, train: np.ndarray) -> int:
    """How many test images are equal to a training image, value by value; both (n, H, W[, 3]) uint8."""
    wanted = list(_digests(test))
    found = set(wanted).intersection(_digests(train))
    return sum(digest in found for digest in wanted)


def _digests(images: np.ndarray) -> Iterator[bytes]:
    """The digest of each image; 16 bytes, so that two of a billion are equal by chance with probability 1e-21."""
    for _, block in read(images):
        yield from (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in np.asarray(block))
