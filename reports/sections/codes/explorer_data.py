"""The script's data on each dot: its coordinates in every view, its image, error and reconstructions.

Numbers are little-endian integers in base64: coordinates as 16 bits over the range of their cloud (a step is less
than a hundredth of a pixel), errors in units of 1e-5.
"""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from mmdvae.record.result import Report
from reports import dot_colours, text
from reports.drawing import pictures
from reports.drawing.palette import Limits
from reports.sections.codes import dots, frames
from reports.sections.codes.dots import Codes
from reports.stored_arrays import StoredArrays
from reports.views import DOT_SIDE

NOTHING = 65535  # marks a missing coordinate
ERROR_UNITS = 1e5  # in 1
COLUMNS = 50  # images per row of a sheet
# Lossy, as each is seen only briefly: PSNR at least 30 dB for every original; reconstructions are blurred anyway.
IMAGE_QUALITY, DECODED_QUALITY = 60, 30


def build(report: Report, store: StoredArrays) -> dict[str, Any] | None:
    """The data of all variants with codes, ready for JSON; None if no codes are stored."""
    found = dots.found(report, store)
    if not found:
        return None
    ids, colours = found[0].shown, dot_colours.of(report.variants, store)
    labels = store.labels[ids]
    plane, pca = ([list(frames.square(clouds).x)] * 2 for clouds in (planes(found), [c.views.cloud for c in found]))
    return {
        "ids": ids.tolist(),
        "home": most_disputed(found),
        "labels": _packed(labels.astype(np.uint8)),
        "classes": [store.class_name(label) for label in range(int(store.labels.max()) + 1)],
        "many": store.labelled,
        "groups": [] if colours.by_class is None else colours.by_class[: int(store.labels.max()) + 1].tolist(),
        "edges": (ERROR_UNITS * colours.edges).tolist(),  # of the groups, where those are ranges of errors
        "colours": list(colours.colours),
        "marks": colours.marks,
        "shared": {"plane": plane, "pca-shared": pca},
        "images": _sheet(store.thumbnails(ids, DOT_SIDE), IMAGE_QUALITY),
        "variants": {codes.look.id: _variant(codes, colours.marks) for codes in found},
    }


def planes(found: list[Codes]) -> list[np.ndarray]:
    """The first two coordinates of all test images, (n, 2), by variant."""
    return [codes.views.cloud if codes.views.on_a_line else codes.views.codes[:, :2] for codes in found]


def most_disputed(found: list[Codes]) -> int:
    """The position among the shown images of the one whose errors differ most; of one variant, with the largest."""
    errors = np.nan_to_num(np.stack([codes.views.squared_errors[codes.shown] for codes in found]))
    return int(np.argmax(np.ptp(errors, axis=0) if len(found) > 1 else errors[0]))


def shares(codes: Codes) -> str:
    """How much of the variance the picture of the PCA holds; of one dimension it is all."""
    if codes.views.on_a_line:
        return "one dimension"
    first, second = (text.fixed(100 * float(ratio), 0) for ratio in codes.views.pca_variance_ratio[:2])
    return f"{first} + {second} % of variance"


def _variant(codes: Codes, marks: Sequence[str]) -> dict[str, Any]:
    ids, look, line = codes.shown, codes.look, codes.views.on_a_line
    (plane,), cloud = planes([codes]), codes.views.cloud
    variance, accuracy = codes.measured("total_variance"), codes.measured("knn_accuracy")
    return {
        "title": look.title,
        "sign": look.sign,
        "word": look.word,
        "kind": look.kind,
        "line": line,
        "clouds": {
            "pca": _cloud(codes, marks, cloud[ids], frames.limits(frames.reach([cloud]), line=line), shares(codes)),
            "plane": _cloud(
                codes,
                marks,
                plane[ids],
                frames.limits(frames.reach([plane]), line=line),
                "" if variance is None else f"total variance {text.significant(variance)}",
            ),
            "tsne": _cloud(
                codes,
                marks,
                codes.tsne,
                frames.around(codes.views.tsne),
                f"kNN accuracy {text.percent(accuracy)}" if any(marks) and accuracy is not None else "",
            ),
        },
        "errors": _packed(_errors(codes)),
        "decoded": _sheet(codes.reconstructions, DECODED_QUALITY),
    }


def _cloud(codes: Codes, marks: Sequence[str], points: np.ndarray, own: Limits, note: str) -> dict[str, Any]:
    """One cloud, (k, 2), as integers with their offset and step; a NaN (image not in this view) becomes NOTHING."""
    known, groups = np.isfinite(points).all(axis=1), codes.groups[codes.shown]
    low = points[known].min(axis=0) if known.any() else np.zeros(2)
    step = np.maximum(np.ptp(points[known], axis=0) if known.any() else np.ones(2), 1e-9) / (NOTHING - 1)
    places = np.where(known[:, None], np.rint((points - low) / step), NOTHING)
    return {
        "low": [float(value) for value in low],
        "step": [float(value) for value in step],
        "places": _packed(places.astype("<u2")),
        "medians": [
            [group, *np.median(points[known & (groups == group)], axis=0).round(4).tolist()]
            for group in np.unique(groups[known]).tolist()
            if marks[group]
        ],
        "own": [list(own.x), list(own.y)],
        "note": note,
    }


def _errors(codes: Codes) -> np.ndarray:
    """Squared errors of the shown images in units, (k,)."""
    errors = codes.views.squared_errors[codes.shown].astype(np.float64)
    return np.clip(np.rint(ERROR_UNITS * np.nan_to_num(errors)), 0, 65535).astype("<u2")


def _sheet(stack: np.ndarray, quality: int) -> dict[str, Any]:
    """Images (k, h, w[, 3]) uint8 as tiles of one picture."""
    return {
        "source": pictures.webp(pictures.sheet(stack, columns=COLUMNS), quality=quality),
        "size": [stack.shape[2], stack.shape[1]],  # width, height
        "columns": COLUMNS,
    }


def _packed(numbers: np.ndarray) -> str:
    return base64.b64encode(numbers.tobytes()).decode()
