"""What the pictures show, in a heading and a sentence, from numbers."""

import numpy as np

from mmdvae.conclusions import differences, vitality
from mmdvae.conclusions.rules import MIN_SEEDS
from mmdvae.record.result import Report, VariantResult
from reports import looks, metrics, text
from reports.sections.images.shown import FID, One, Shown

ALIKE = 0.1  # of the variety or brightness of test images, below which samples are called alike or nearly black
TRAININGS = {1: "In one training, samples", 2: "In two trainings, samples"}
NAMED = 2  # winners; more would not fit into a heading
NEUTRAL = "What the decoders make of the prior and of test images"


def title(report: Report, shown: Shown, real: np.ndarray) -> str:
    """The heading: whose samples are nearest to real images (uint8), and what they are without a penalty."""
    judged = [one for one in report.finished if one.mean("fid") is not None]
    if not judged:
        return NEUTRAL
    alive = vitality.alive(judged)
    if not alive and all(vitality.of(one) == "not measured" for one in judged if one.has_penalty):
        return NEUTRAL
    if not alive:
        return f"No variant is alive: samples are at a Fréchet distance of {_fid(min(judged, key=_far))} or more"
    best = min(alive, key=_far)
    if len(judged) == 1:
        return f"Samples are at a Fréchet distance of {_fid(best)} from real images"
    plain = shown.untouched
    if plain and _far(plain.variant) <= _far(best):
        return "A penalty brought samples no nearer to real images than no penalty did"
    seeds = best.summary["fid"].n
    subject = TRAININGS.get(seeds, "Samples")
    verb = "come" if seeds >= MIN_SEEDS else "came"
    return f"{subject} of {_winners(report, alive, best)} {verb} nearest to real images{_contrast(plain, best, real)}"


def memorised(touched: list[One], left_out: str) -> str:
    """Whether samples are nearer to training images than test images are; empty if that was not measured."""
    measured = [
        (one.views.nearest_distance, one.views.nearest_of_test)
        for one in touched
        if one.views.nearest_distance is not None and one.views.nearest_of_test is not None
    ]
    if not measured:
        return ""
    samples, test = np.concatenate([own for own, _ in measured]), measured[0][1]
    near, all_of = int(np.sum(samples <= test.min())), text.count(len(samples), "sample")
    all_of += f" (without those of {left_out})" if left_out else ""
    scale = f"the nearest of {text.count(len(test), 'test image')} ({test.min():.3f})"
    if not near:
        return f"No copies: of {all_of} none is as near to a training image ({samples.min():.3f} at least) as {scale}."
    verb = "is" if near == 1 else "are"
    return f"Copies? {near} of {all_of} {verb} nearer to a training image than {scale}: compare the pairs."


def variety(images: np.ndarray) -> float:
    """Root mean squared difference between two of the images (k, h, w[, 3]) uint8, per pixel, pixels in [0, 1]."""
    pixels = images.reshape(len(images), -1).astype(np.float64) / 255
    return float(np.sqrt(2 * pixels.var(axis=0, ddof=1).mean())) if len(images) > 1 else 0.0


def sharpness(images: np.ndarray) -> float:
    """Mean absolute difference of neighbouring pixels of images (k, h, w[, 3]) uint8, pixels in [0, 1]."""
    pixels = images.astype(np.float64) / 255
    return float((np.abs(np.diff(pixels, axis=1)).mean() + np.abs(np.diff(pixels, axis=2)).mean()) / 2)


def _winners(report: Report, alive: list[VariantResult], best: VariantResult) -> str:
    """The best, and those that it does not surely beat, if there are enough seeds to say that."""
    unbeaten = differences.unbeaten(alive, "fid", lambda value: metrics.worse(FID, value))
    known = looks.of(report.variants)
    winners = [known[best.name], *(known[one.name] for one in alive if one.name in unbeaten and one is not best)]
    same = len({known[one.name].detail for one in alive}) == 1  # then only the label tells them apart
    names = [one.label if same else one.title for one in winners]
    return text.listed(names if len(names) <= NAMED else [names[0], text.count(len(names) - 1, "other")])


def _contrast(plain: One | None, best: VariantResult, real: np.ndarray) -> str:
    if plain is None:
        return ""
    what = "those of a dead kernel" if plain.variant.has_penalty else "those of no penalty"
    samples = plain.views.samples
    if samples.mean() < ALIKE * real.mean():
        return f"; {what} are nearly black"
    if variety(samples) < ALIKE * variety(real):
        return f"; {what} are all alike"
    before, after = plain.variant.mean("fid"), best.mean("fid")
    return f"; {what} are {before / after:.0f} times as far" if before and after and before >= 2 * after else ""


def _far(variant: VariantResult) -> float:
    return metrics.worse(FID, variant.mean("fid"))


def _fid(variant: VariantResult) -> str:
    return FID.show(variant.mean("fid"))
