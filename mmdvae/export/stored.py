"""The trained model that a request names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdvae.model.vae import VAE
from mmdvae.training.load import load


def model_of(request: Mapping[str, Any]) -> VAE:
    """The model; OSError or ValueError, one line, if it cannot be loaded, or only by code that may not run."""
    try:
        return load(Path(request["trained"]), allow_code=request["allow_code"])
    except KeyError as error:
        raise ValueError(f"{request['trained']}: must have the weights of its network, but {error.args[0]}") from None
