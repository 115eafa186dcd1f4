"""A trained model for Python programs: codes of images, images of codes, samples, files for elsewhere.

Keras is loaded here, in the program's own process and with its backend. The layers name their types and axes, so that
a keras.json of the user's does not change what they compute.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from mmdvae.errors import InputError

if TYPE_CHECKING:
    from mmdvae.model.vae import VAE


def load_model(folder: str | Path, *, allow_code: bool = False) -> "Model":
    """The model in the folder of a training, such as runs/store/train-...; InputError if it cannot be loaded."""
    return Model(Path(folder), allow_code=allow_code)


class Model:
    """A trained variational autoencoder; `vae` is the Keras model itself."""

    def __init__(self, folder: Path, *, about: dict[str, Any] | None = None, allow_code: bool = False):
        self.vae = _loaded(folder, allow_code)
        self.folder = folder
        self.about = about or {}  # what the report of its run knows of it, for model.json of an export

    def __repr__(self) -> str:
        height, width, channels = self.image_shape
        return f"<mmdvae.Model {self.variant}: {height} x {width} x {channels} -> {self.latent_dim}>"

    @property
    def variant(self) -> str:
        """The variant's name."""
        return self.vae.variant.name

    @property
    def latent_dim(self) -> int:
        """Latent dimensions d."""
        return self.vae.variant.latent_dim

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height H, width W and channels C."""
        return self.vae.image_shape

    def encode(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Images (n, H, W[, C]), uint8 or floats in [0, 1] -> posterior means and log variances, (n, d) float32."""
        return self.vae.encode(images)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, d) -> images (n, H, W[, 3]) in [0, 1], float32."""
        return expit(self.vae.decode(codes))

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        """Images (n, H, W[, C]) -> what the decoder makes of their posterior means, (n, H, W[, 3]) in [0, 1]."""
        return self.decode(self.encode(images)[0])

    def export(self, folder: str | Path, *, format: str = "keras") -> list[Path]:
        """Write encoder and decoder as files that need nothing of ours (keras, savedmodel, onnx); return their paths.

        Raises: InputError, as mmdvae.export.write does.
        """
        from mmdvae.export.write import write

        return write(self.vae, Path(folder), format=format, about=self.about)

    def sample(self, n: int, *, seed: int = 0) -> np.ndarray:
        """Images (n, H, W[, 3]) in [0, 1] of n draws from N(0, I), the same for the same seed."""
        if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
            raise InputError(f"n must be a whole number >= 1, got {n!r:.60}")
        from mmdvae.measures.prior_match import draw_prior

        return self.decode(draw_prior(int(n), self.latent_dim, seed=seed))


def _loaded(folder: Path, allow_code: bool) -> "VAE":
    from mmdvae.training.load import load

    try:
        return load(folder, allow_code=allow_code)
    except InputError:
        raise
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: must be the whole folder of a training, but {error}") from None
