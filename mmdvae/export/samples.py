"""The job of kind `samples`: images that a trained model decodes from draws of N(0, I), as a sheet or as arrays."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from mmdvae.data.source import rows_in_block
from mmdvae.export.stored import model_of
from mmdvae.files import replacing
from mmdvae.images import with_channels
from mmdvae.measures.prior_match import draw_prior
from mmdvae.model.vae import VAE

SHEET, ARRAYS = "samples.png", "samples.npz"
GAP, WHITE = 2, 255  # pixels between the images of a sheet


def work(
    request: dict[str, Any], folder: Path, report: Callable[[dict], None]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Do the job of kind `samples` (see mmdvae.jobs.kinds): writes the file that it is asked for."""
    model = model_of(request)
    codes = draw_prior(request["count"], model.variant.latent_dim, seed=request["seed"])
    images = decoded(model, codes)
    with replacing(folder / request["file"]) as file:
        if request["file"] == SHEET:
            from PIL import Image

            Image.fromarray(sheet(images)).save(file, "PNG", optimize=True)
        else:
            np.savez_compressed(file, allow_pickle=False, images=images, codes=codes)
    return {}, (request["file"],)


def decoded(model: VAE, codes: np.ndarray) -> np.ndarray:
    """Images (n, H, W[, 3]) uint8 of codes (n, d)."""
    step = rows_in_block(math.prod(model.image_shape))
    return np.concatenate(
        [
            np.rint(255 * expit(model.decode(codes[start : start + step]))).astype(np.uint8)
            for start in range(0, len(codes), step)
        ]
    )


def sheet(images: np.ndarray) -> np.ndarray:
    """Images (n, H, W[, 3]) row by row in about a square, with white between them; (h, w[, 3])."""
    n, height, width, channels = with_channels(images).shape
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    framed = np.full((rows * columns, height + GAP, width + GAP, channels), WHITE, np.uint8)
    framed[:n, GAP:, GAP:] = with_channels(images)
    pixels = framed.reshape(rows, columns, height + GAP, width + GAP, channels).swapaxes(1, 2)
    pixels = pixels.reshape(rows * (height + GAP), columns * (width + GAP), channels)
    whole = np.pad(pixels, ((0, GAP), (0, GAP), (0, 0)), constant_values=WHITE)
    return whole[..., 0] if channels == 1 else whole
