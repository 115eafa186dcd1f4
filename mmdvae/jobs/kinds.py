"""Table of the kinds of work that child processes do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work; `module` has a function `work(request, folder, report)` -> (record, file names)."""

    name: str  # first part of the key in the store
    module: str
    libraries: tuple[str, ...]  # those whose versions affect its numbers, besides the Keras backend
    # Whether it needs an interpreter that has loaded none of them: PyTorch crashes if imported in a fork of TensorFlow.
    fresh: bool = False


KINDS = (
    Kind(name="train", module="mmdvae.training.fit", libraries=("keras", "numpy")),
    Kind(name="network", module="mmdvae.training.network_check", libraries=("keras", "numpy")),
    Kind(name="trial", module="mmdvae.training.trial", libraries=("keras", "numpy")),
    Kind(
        name="evaluate",
        module="mmdvae.measures.evaluate",
        libraries=("keras", "numpy", "openTSNE", "scikit-image", "scikit-learn", "scipy"),
    ),
    Kind(name="classifier", module="mmdvae.measures.classifier", libraries=("keras", "numpy")),
    Kind(
        name="baselines",
        module="mmdvae.measures.baselines",
        libraries=("keras", "numpy", "scikit-image", "scikit-learn", "scipy"),
    ),
    Kind(name="adapter", module="mmdvae.data.adapter", libraries=("numpy", "pillow"), fresh=True),
    Kind(name="export", module="mmdvae.export.exported", libraries=("keras", "numpy")),
    Kind(name="codes", module="mmdvae.export.codes", libraries=("keras", "numpy")),
    Kind(name="samples", module="mmdvae.export.samples", libraries=("keras", "numpy")),
)
FRESH = tuple(kind.name for kind in KINDS if kind.fresh)


def find(name: str) -> Kind:
    """The row of that name; KeyError if there is none."""
    return {kind.name: kind for kind in KINDS}[name]
