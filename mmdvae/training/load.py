"""Load a trained model from its folder in the store."""

from pathlib import Path

from mmdvae.errors import InputError
from mmdvae.files import read_json
from mmdvae.images import Shape
from mmdvae.jobs.names import REQUEST
from mmdvae.model.vae import VAE
from mmdvae.recipes import Recipe
from mmdvae.training import checkpoint
from mmdvae.training.build import build
from mmdvae.training.fit import MODEL
from mmdvae.variants import Variant

BEFORE: Shape = (28, 28, 1)  # of every training before image shapes were recorded


def load(
    folder: Path,
    variant: Variant | None = None,
    recipe: Recipe | None = None,
    image_shape: Shape = BEFORE,
) -> VAE:
    """The trained model in the folder of a training; variant, recipe and image shape are read from its request.json.

    Folders written by the first version have no request: give variant and recipe for those. Raises: InputError if the
    folder has no readable request; OSError, ValueError or KeyError if its weights are missing, damaged or from
    another network.
    """
    if variant is None or recipe is None:
        variant, recipe, image_shape = _asked_for(folder)
    model = build(variant, recipe, seed=0, image_shape=image_shape)
    checkpoint.restore(folder / MODEL, model.weights)
    return model


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
