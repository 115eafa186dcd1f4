"""Write a trained model as files that need nothing of ours: both networks, model.json and example.py."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from mmdvae.errors import InputError
from mmdvae.export import formats, target, twin
from mmdvae.export.formats import Format
from mmdvae.export.target import ABOUT
from mmdvae.export.twin import Twin
from mmdvae.files import write_json, write_text
from mmdvae.model.vae import VAE

EXAMPLE = "example.py"
UNIT = [0, 1]  # the range of images


def write(model: VAE, folder: Path, *, format: str = "keras", about: dict[str, Any] | None = None) -> list[Path]:
    """Write encoder, decoder, model.json and example.py into the folder; return their paths.

    What is written is first compared with the model, as networks of stock layers and again as loaded from the files.
    The folder is complete or, if anything fails, as it was; an earlier export in it is replaced.
    Args: format, a name of mmdvae.export.formats; about, more for model.json (mmdvae.export.about).
    Raises: InputError for an unknown format, one that this network or Keras backend cannot have, packages that are
        missing, or a folder that holds anything else; ValueError if a copy differs; OSError as writing does.
    """
    row = formats.find(format)
    target.check(folder)
    copy = twin.of(model)
    _check_possible(row, copy)
    twin.check("the network of stock layers", model, copy.encode, copy.decode)
    how = row.load()
    with target.replacing(folder) as made:
        how.write(copy, made)
        loaded = how.read(made)
        difference = twin.check(f"what was written as {format}", model, loaded.encode, loaded.decode)
        write_text(made / EXAMPLE, how.EXAMPLE)
        names = sorted(path.name for path in made.iterdir())
        settings = _interface(model) | {"format": format, "files": names, "largest_difference": difference}
        write_json(made / ABOUT, (about or {}) | settings)
    return [folder / name for name in (*names, ABOUT)]


def _check_possible(row: Format, copy: Twin) -> None:
    if not row.own_layers and not copy.is_stock:
        others = ", ".join(other.name for other in formats.FORMATS if other.own_layers)
        raise InputError(
            f"{copy.foreign} has layers of its own, which format {row.name} cannot load elsewhere; choose: {others}"
        )
    if row.own_layers and keras.backend.backend() != "tensorflow":
        raise InputError(f"format {row.name} needs KERAS_BACKEND=tensorflow, got {keras.backend.backend()}")


def _interface(model: VAE) -> dict[str, Any]:
    """What the networks take and give; None stands for any number of images."""
    images, codes = [None, *model.image_shape], [None, model.variant.latent_dim]
    return {
        "made_by": f"mmdvae {version('mmdvae')}",
        "exported_with": {name: version(name) for name in ("keras", keras.backend.backend())},
        "image_shape": list(model.image_shape),
        "input_range": UNIT,
        "encoder": {"inputs": {"image": images}, "outputs": {"mean": codes, "log_variance": codes}},
        "decoder": {"inputs": {"code": codes}, "outputs": {"image": images}},
    }
