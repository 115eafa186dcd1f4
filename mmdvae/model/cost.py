"""What a training of these networks takes, computed from the shapes alone: weights and memory."""

import math

from mmdvae.images import Shape
from mmdvae.model.stages import Stages

FLOAT = 4  # bytes
# Of a process before it has a model: TensorFlow, the libraries of an evaluation, compiled steps (0.93 GB measured).
PROCESS = 1.0e9
LEAST = 1.7e9  # an evaluation and the classifier are not counted below; up to 64 x 64 x 3 they stay under this
# Outputs of all layers are kept for the backward pass, which holds about as much again (1.7 to 2.0 times in all
# measured from 64 x 64 x 3 in batches of 32 to 256 x 256 x 3 in batches of 32, less what a process takes).
KEPT = 2
COPIES = 4  # of each weight: itself, its gradient, two moments of Adam


def weights(image_shape: Shape, latent_dim: int) -> int:
    """Trained weights of encoder and decoder."""
    stages = Stages(image_shape)
    channels, flat = image_shape[2], math.prod(stages.last)
    down = up = 0
    for before, after in zip((channels, *stages.widths), stages.widths, strict=False):
        down += 9 * before * after + after + 2 * after  # kernel, bias, scale and centre of the batch normalisation
    for before, after in zip((stages.widths[-1], *reversed(stages.widths)), reversed(stages.widths), strict=False):
        up += 9 * before * after + after + 2 * after
    dense = (flat + 1) * stages.hidden + 2 * (stages.hidden + 1) * latent_dim + (latent_dim + 1) * flat
    return down + dense + up + 9 * stages.widths[0] * channels + channels


def outputs(image_shape: Shape, latent_dim: int) -> int:
    """Numbers in the outputs of all layers for one image, those of a batch normalisation counted, too."""
    stages = Stages(image_shape)
    down = sum(2 * math.prod(stages.grid(k + 1)) * width for k, width in enumerate(stages.widths))
    up, (rows, columns, _) = 0, stages.last
    for width in reversed(stages.widths):
        rows, columns = 2 * rows, 2 * columns
        up += 2 * rows * columns * width
    image, flat = math.prod(image_shape), math.prod(stages.last)
    cropped = math.prod(image_shape[:2]) * stages.widths[0] if any(stages.surplus) else 0
    return image + down + flat + stages.hidden + 2 * latent_dim + latent_dim + 2 * flat + up + cropped + image


def memory(image_shape: Shape, latent_dim: int, batch_size: int) -> int:
    """Bytes that a training's process needs; the images are mapped from a file and not counted.

    An upper limit: peaks measured from 28 x 28 x 1 to 256 x 256 x 3 were 11 to 18 % below it.
    """
    kept = KEPT * FLOAT * batch_size * outputs(image_shape, latent_dim)
    return int(max(LEAST, PROCESS + kept + COPIES * FLOAT * weights(image_shape, latent_dim)))


def largest_batch(image_shape: Shape, latent_dim: int, available: float) -> int:
    """Images in the largest batch, a power of 2, whose training fits into this many bytes; 0 if not even one does."""
    size = 1 << 20
    while size and memory(image_shape, latent_dim, size) > available:
        size //= 2
    return size
