"""Load a trained model from its folder in the store."""

from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.files import read_json
from mmdvae.images import Shape
from mmdvae.jobs.names import REQUEST
from mmdvae.model.vae import VAE
from mmdvae.plugins.loading import FOLDER
from mmdvae.recipes import Recipe
from mmdvae.training import checkpoint, stock
from mmdvae.training.build import Make, build
from mmdvae.training.fit import MODEL
from mmdvae.training.own_network import OwnNetwork
from mmdvae.variants import Variant

BEFORE: Shape = (28, 28, 1)  # of every training before image shapes were recorded


def load(
    folder: Path,
    variant: Variant | None = None,
    recipe: Recipe | None = None,
    image_shape: Shape = BEFORE,
    *,
    allow_code: bool = False,
) -> VAE:
    """The trained model in the folder of a training; variant, recipe and image shape are read from its request.json.

    Folders written by the first version have no request: give variant and recipe for those. A network of the user's own
    is built from encoder.json and decoder.json, without running code, or if these are not there and with `allow_code`
    by the user's function. Raises: InputError if the folder has no readable request, or a network that only code can
    build; OSError, ValueError or KeyError if its files are missing, damaged or from another network.
    """
    if variant is None or recipe is None:
        variant, recipe, image_shape = _asked_for(folder)
    make = _make(folder, recipe, allow_code)
    model = build(variant, recipe, seed=0, image_shape=image_shape, make=make)
    checkpoint.restore(folder / MODEL, model.weights)
    return model


def _make(folder: Path, recipe: Recipe, allow_code: bool) -> Make | None:
    """What makes the recipe's network; None if it is the built-in one."""
    if recipe.network is None:
        return None
    if stock.there(folder):
        return lambda image_shape, latent_dim: stock.read(folder)
    if allow_code:
        return OwnNetwork(recipe.network, folder)
    raise InputError(
        f"{recipe.network.name} is code, and this network cannot be built without running it. "
        f"Read {folder / FOLDER}, then allow it: --allow-code, in Python allow_code=True"
    )


def _asked_for(folder: Path) -> tuple[Variant, Recipe, Shape]:
    try:
        request = read_json(folder / REQUEST)
        recipe = dict(request["recipe"])
        older = {"latent_dim": recipe.pop("latent_dim")} if "latent_dim" in recipe else {}  # it was the recipe's once
        height, width, channels = map(int, request.get("image_shape", BEFORE))
        return Variant(**request["variant"] | older), Recipe(**recipe), (height, width, channels)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"{folder}: must be the folder of a training, with a {REQUEST} that contains variant and recipe; "
            f"{type(error).__name__}: {error}"
        ) from None
