"""Reconstructions of the same test images, and samples decoded from the same noise, for all variants."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mmdvae.record.result import Report, VariantResult
from reports import text
from reports.drawing import pictures
from reports.drawing.pictures import Picture
from reports.stored_arrays import StoredArrays

COLUMNS = 16
TILE = 28 + 2  # pixels of one image and its gap
SHOWN = 2  # displayed CSS pixels per image pixel

HOW_RECONSTRUCTIONS = (
    "The same test images for all variants, decoded from their posterior means; the originals stand first with their "
    "class numbers.",
    "Below each image: its mean squared error per pixel, times 1000. Look at fine detail: that is what a stronger "
    "penalty costs.",
)
HOW_SAMPLES = (
    "Every variant decodes the same 32 draws from the prior N(0, I); test images stand first for comparison. Where the "
    "codes do not fill the prior, the decoder is asked about places it has never seen.",
    "Sharpness is the mean difference of neighbouring pixels, variety the root mean squared difference between two "
    "images; low variety means that the samples all look alike. Neither alone makes a sample good.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One variant's row of images."""

    name: str
    settings: str
    status: str
    picture: Picture
    errors: list[str]  # the numbers shown below the images
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstructions:
    """The section: the originals, then each variant."""

    template: ClassVar[str] = "sections/images/reconstructions.html"
    how: ClassVar[tuple[str, str]] = HOW_RECONSTRUCTIONS
    originals: Strip | None
    strips: list[Strip]
    without: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The section: test images for comparison, then each variant."""

    template: ClassVar[str] = "sections/images/samples.html"
    how: ClassVar[tuple[str, str]] = HOW_SAMPLES
    reference: Strip | None
    strips: list[Strip]
    without: list[str]


def reconstructions(report: Report, store: StoredArrays) -> Reconstructions:
    """The same test images reconstructed by every variant, with each image's squared error."""
    found = {variant.name: views for variant in report.variants if (views := store.first(variant)) is not None}
    if not found:
        without = [variant.name for variant in report.variants]
        return Reconstructions(originals=None, strips=[], without=without)
    index = next(iter(found.values())).reconstruction_index
    originals = store.images[index]
    names = [store.class_name(int(label)) for label in store.labels[index]]
    strips = [
        _reconstruction(variant, originals, found[variant.name].reconstructions, names)
        for variant in report.variants
        if variant.name in found and np.array_equal(found[variant.name].reconstruction_index, index)
    ]
    shown = {strip.name for strip in strips}
    return Reconstructions(
        originals=_strip(
            originals,
            name="originals",
            alt=f"{text.count(len(index), 'test image')}: {text.listed(names)}.",
            errors=[str(int(label)) for label in store.labels[index]],
        ),
        strips=strips,
        without=[variant.name for variant in report.variants if variant.name not in shown],
    )


def samples(report: Report, store: StoredArrays) -> Samples:
    """The same draws from the prior decoded by every variant."""
    found = [(variant, views.samples) for variant in report.variants if (views := store.first(variant)) is not None]
    if not found:
        return Samples(reference=None, strips=[], without=[variant.name for variant in report.variants])
    real = store.images[: len(found[0][1])]
    scale = _contrast(real), _variety(real)
    shown = {variant.name for variant, _ in found}
    return Samples(
        reference=_strip(
            real,
            name="test images",
            alt=f"{len(real)} test images: {_looks(real, None)}.",
            note=_looks(real, None),
        ),
        strips=[
            _strip(
                drawn,
                variant=variant,
                alt=f"{len(drawn)} samples of {variant.name}: {_looks(drawn, scale)}.",
                note=_looks(drawn, scale),
            )
            for variant, drawn in found
        ],
        without=[variant.name for variant in report.variants if variant.name not in shown],
    )


def squared_errors(originals: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """Mean squared error per pixel of each image, (k,), pixels in [0, 1]."""
    difference = originals.astype(np.float64) / 255 - decoded.astype(np.float64) / 255
    return (difference**2).mean(axis=(1, 2))


def _reconstruction(variant: VariantResult, originals: np.ndarray, decoded: np.ndarray, names: list[str]) -> Strip:
    errors = squared_errors(originals, decoded)
    worst = int(errors.argmax())
    return _strip(
        decoded,
        variant=variant,
        alt=(
            f"{variant.name}: mean squared error {errors.mean():.4f} over these {len(errors)} images, "
            f"largest {errors[worst]:.4f} on image {worst + 1} ({names[worst]})."
        ),
        errors=[f"{1000 * error:.0f}" for error in errors],
        note=f"mean {1000 * errors.mean():.1f}",
    )


def _strip(
    images: np.ndarray,
    *,
    alt: str,
    variant: VariantResult | None = None,
    name: str = "",
    errors: list[str] | None = None,
    note: str = "",
) -> Strip:
    rows = -(-len(images) // COLUMNS)
    return Strip(
        name=variant.name if variant else name,
        settings=variant.settings if variant else "",
        status=variant.status if variant else "ok",
        picture=Picture(
            source=pictures.strip(images, columns=COLUMNS),
            width=(COLUMNS * TILE - 2) * SHOWN,
            height=(rows * TILE - 2) * SHOWN,
            alt=alt,
        ),
        errors=errors or [],
        note=note,
    )


def _looks(images: np.ndarray, real: tuple[float, float] | None) -> str:
    """Sharpness and variety of the images as text, with percentages of the test images' values in `real`."""
    sharp, varied = _contrast(images), _variety(images)
    if real is None or not all(real):  # no percentages of 0, which identical or blank test images have
        return f"sharpness {sharp:.3f}, variety {varied:.3f}"
    return (
        f"sharpness {sharp:.3f} ({text.percent(sharp / real[0], 0)} of the test images'), "
        f"variety {varied:.3f} ({text.percent(varied / real[1], 0)})"
    )


def _contrast(images: np.ndarray) -> float:
    """Mean absolute difference of neighbouring pixels, pixels in [0, 1]."""
    pixels = images.astype(np.float64) / 255
    return float((np.abs(np.diff(pixels, axis=1)).mean() + np.abs(np.diff(pixels, axis=2)).mean()) / 2)


def _variety(images: np.ndarray) -> float:
    """Root mean squared difference between two of the images, per pixel."""
    pixels = images.reshape(len(images), -1).astype(np.float64) / 255
    return float(np.sqrt(2 * pixels.var(axis=0, ddof=1).mean())) if len(images) > 1 else 0.0
