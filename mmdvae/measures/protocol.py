"""What is measured of every row of the tables alike, a trained variant or a baseline: codes in, metrics out."""

import math
from collections.abc import Callable

import numpy as np

from mmdvae.measures import classifier, holes, prior_match, sample_quality, samplers, sliced_wasserstein
from mmdvae.measures.blocks import blocks
from mmdvae.measures.whitening import whitened

Decode = Callable[[np.ndarray], np.ndarray]  # codes (n, d) -> images (n, H, W[, 3]) in [0, 1]


def of_codes(train: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """Match with the prior and holes of test codes (n, d) in random order, as they are and whitened by training codes.

    mmd2, mmd2_p, sliced_w2, mardia_skewness and mardia_kurtosis (see `prior_match`) and those of `holes`; mmd2_white,
    sliced_w2_white and the names of `holes` with _white. An affine map of all codes changes what ends in _white only as
    other draws of the prior would; it is NaN if the covariance of the training codes (m, d) is singular.
    """
    white = whitened(train, test)
    return prior_match.of_codes(test) | _holes(test, "") | _match_of_white(white) | _holes(white, "_white")


def of_samples(train: np.ndarray, decode: Decode, judge: classifier.Judge | None) -> dict[str, float]:
    """Metrics of decoded draws from each of `samplers.SAMPLERS`, with its suffix; NaN without a judge.

    Training codes (m, d) are draws of q(z|x), which are what the decoder was trained on.
    """
    if judge is None:
        return dict.fromkeys((name for suffix in samplers.SAMPLERS for name in sample_quality.names(suffix)), math.nan)
    count = len(judge.references["test"])
    return {
        name: value
        for suffix, draw in samplers.SAMPLERS.items()
        for name, value in judged(decode, draw(train, count), judge, suffix).items()
    }


def judged(decode: Decode, codes: np.ndarray, judge: classifier.Judge, suffix: str = "") -> dict[str, float]:
    """Metrics of the images of codes (n, d) in random order, under the names of the sampler's suffix.

    Images are decoded block by block.
    """
    parts = [
        classifier.judge(judge.network, decode(codes[block]))
        for block in blocks(len(codes), math.prod(judge.network.input_shape[1:]))
    ]
    features, classes = (np.concatenate(part) for part in zip(*parts, strict=True))
    return sample_quality.judged(judge.references["test"], features, judge.classes(classes), suffix=suffix)


def _match_of_white(white: np.ndarray | None) -> dict[str, float]:
    if white is None:
        return dict.fromkeys(("mmd2_white", "sliced_w2_white"), math.nan)
    return {"mmd2_white": prior_match.mmd2_of_codes(white), "sliced_w2_white": sliced_wasserstein.sliced_w2(white)}


def _holes(z: np.ndarray | None, suffix: str) -> dict[str, float]:
    if z is None:
        measured = holes.unknown()
    else:
        z = z[: holes.AT_MOST]
        measured = holes.of_codes(z, prior_match.draw_prior(*z.shape, seed=prior_match.PRIOR_SEED))
    return {name + suffix: value for name, value in measured.items()}
