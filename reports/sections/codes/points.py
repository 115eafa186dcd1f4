"""The script's data on each dot: its coordinates in every view, its image, error and reconstruction.

Numbers are little-endian integers in base64: coordinates as 16 bits over the range of their cloud (a step is less
than a hundredth of a pixel), errors in units of 1e-5.
"""

import base64
from typing import Any

import numpy as np

from mmdvae.record.result import Report
from reports.drawing import palette, pictures
from reports.drawing.palette import Limits
from reports.sections.codes import codes as codes_of
from reports.sections.codes import section
from reports.sections.codes.codes import Codes
from reports.stored_arrays import StoredArrays

NOTHING = 65535  # marks a missing coordinate
COLUMNS = 50  # images per row of a sheet
# Lossy, as each is seen only briefly: PSNR at least 30 dB for every original; reconstructions are blurred anyway.
IMAGE_QUALITY, DECODED_QUALITY = 60, 30


def build(report: Report, store: StoredArrays) -> dict[str, Any] | None:
    """The data of all full-size panels, ready for JSON; None if no codes are stored."""
    found = codes_of.full(codes_of.found(report, store))
    if not found:
        return None
    ids = found[0].shown
    labels, count = store.labels[ids], codes_of.decoded(found)
    return {
        "ids": ids.tolist(),
        "labels": _packed(labels.astype(np.uint8)),
        "classes": [store.class_name(label) for label in range(int(labels.max()) + 1)],
        "colours": list(palette.CLASS_COLOURS),
        "images": _sheet(store.images[ids], IMAGE_QUALITY),
        "variants": {codes.variant.name: _variant(codes, count) for codes in found},
    }


def _variant(codes: Codes, count: int) -> dict[str, Any]:
    ids, labels = codes.shown, codes.labels[codes.shown]
    plane, pca = codes.views.codes[:, :2], codes.views.pca
    return {
        "views": {
            "z-shared": _view(plane[ids], labels, own=section.square([plane])),
            "pca-shared": _view(pca[ids], labels, own=section.square([pca])),
            "tsne": _view(codes.tsne, labels),
        },
        "errors": _packed(_errors(codes)),
        "decoded": _sheet(_decoded(codes, count), DECODED_QUALITY),
    }


def _view(points: np.ndarray, labels: np.ndarray, own: Limits | None = None) -> dict[str, Any]:
    """One cloud, (k, 2), as integers with their offset and step; a NaN (image not in this view) becomes NOTHING."""
    known = np.isfinite(points).all(axis=1)
    low = points[known].min(axis=0) if known.any() else np.zeros(2)
    step = np.maximum(np.ptp(points[known], axis=0) if known.any() else np.ones(2), 1e-9) / (NOTHING - 1)
    places = np.where(known[:, None], np.rint((points - low) / step), NOTHING)
    return {
        "low": [float(value) for value in low],
        "step": [float(value) for value in step],
        "places": _packed(places.astype("<u2")),
        "medians": [
            [int(label), *np.median(points[known & (labels == label)], axis=0).round(4).tolist()]
            for label in np.unique(labels[known])
        ],
        "own": None if own is None else [list(own.x), list(own.y)],
    }


def _errors(codes: Codes) -> np.ndarray:
    """Squared errors of the shown images times 100,000, (k,)."""
    errors = codes.views.squared_errors[codes.shown].astype(np.float64)
    return np.clip(np.rint(1e5 * errors), 0, 65535).astype("<u2")


def _decoded(codes: Codes, k: int) -> np.ndarray:
    """Reconstructions of the first k shown images, (k, 14, 14): there is room for only a quarter of the pixels."""
    views = codes.views
    row = codes.rows(views.reconstruction_index)[:k]
    few, many = views.reconstructions[row], views.tsne_reconstructions[codes.rows(views.tsne_index)[:k]]
    whole = np.where((row < 0)[:, None, None], many, few)
    return whole.reshape(k, 14, 2, 14, 2).mean(axis=(2, 4)).round().astype(np.uint8)


def _sheet(stack: np.ndarray, quality: int) -> dict[str, Any]:
    """Images (k, s, s) uint8 as tiles of one picture."""
    return {
        "source": pictures.webp(pictures.sheet(stack, columns=COLUMNS), quality=quality),
        "side": stack.shape[1],
        "columns": COLUMNS,
        "count": len(stack),
    }


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.tobytes()).decode()
