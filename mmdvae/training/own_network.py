"""Networks that a function of the user's own builds, from texts that lie in the folder of the work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mmdvae.errors import shown
from mmdvae.files import digest
from mmdvae.images import Shape
from mmdvae.model.vae import Networks
from mmdvae.plugins import loading
from mmdvae.recipes import Network, Recipe
from mmdvae.training import stock


class OwnNetwork:
    """Calls the user's function, which is imported from the texts in `folder`/code; only where code may run.

    Raises: ValueError, one line, if these are not the texts that the recipe's network is made of, and for whatever the
    function raises or returns instead of two models.
    """

    def __init__(self, network: Network, folder: Path):
        if digest(loading.read(folder)) != network.source:
            raise ValueError(f"{network.name}: its texts in {folder / loading.FOLDER} were changed; start again")
        self.network, self.folder = network, folder
        self.made: Networks | None = None  # by the last call
        with _defaults():
            self._build = loading.function(network.name, folder)

    def __call__(self, image_shape: Shape, latent_dim: int) -> Networks:
        """Encoder and decoder with all their weights, for images of that shape; seed before."""
        with loading.reported(self.network.name, self.folder), _defaults():
            built = self._build(image_shape, latent_dim, **self.network.options)
        if not isinstance(built, list | tuple) or len(built) != 2 or not all(map(_is_model, built)):
            self.refuse(f"must return (encoder, decoder), two keras.Models, got {_told(built)}")
        if built[0] is built[1]:
            self.refuse("must return two keras.Models, got the same one twice")
        with loading.reported(self.network.name, self.folder), _defaults():
            for model, shape in zip(built, (image_shape, (latent_dim,)), strict=True):
                model(np.zeros((2, *shape), "float32"), training=False)  # a subclassed model has no weights before
        self.made = built[0], built[1]
        return self.made

    def describe(self, image_shape: Shape, latent_dim: int) -> tuple[str, ...]:
        """Write what was made last as JSON, if that can be read without this code; return the files' names."""
        return stock.write(self.made, self.folder, image_shape=image_shape, latent_dim=latent_dim) if self.made else ()

    def refuse(self, rule: str) -> None:
        """Raise a ValueError that names the function and says in one line which rule it breaks."""
        raise ValueError(shown(f"{self.network.name}: {rule}"))


def of_request(request: dict[str, Any], recipe: Recipe, folder: Path) -> tuple[OwnNetwork | None, tuple[str, ...]]:
    """What makes the recipe's network, and the names of its texts, which it writes into the folder; None: built in."""
    if recipe.network is None:
        return None, ()
    names = loading.write(request["sources"], folder)
    return OwnNetwork(recipe.network, folder), names


def _is_model(value: Any) -> bool:
    return isinstance(value, keras.Model)


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} of {', '.join(type(each).__name__ for each in value) or 'nothing'}"
    return type(value).__name__


@contextmanager
def _defaults() -> Iterator[None]:
    """Keras's own defaults for what a layer does not say, whatever keras.json or the user's code set."""
    before = keras.config.floatx(), keras.config.dtype_policy(), keras.config.image_data_format()
    _set("float32", "float32", "channels_last")
    try:
        yield
    finally:
        _set(*before)


def _set(floatx: str, policy: Any, data_format: str) -> None:
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)
    keras.config.set_image_data_format(data_format)
