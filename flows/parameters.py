"""Types of the flow's parameters; Prefect's UI builds its form from their bounds, and the server checks them."""

from typing import Annotated

from pydantic import Field

from flows import plan
from mmdvae import recipes, variants
from mmdvae.data import catalog
from mmdvae.data.options import COLOURS, FITS
from mmdvae.experiment.file import LIKELIHOODS, PRESETS
from mmdvae.experiment.own_network import BUILT_IN

Name = Annotated[str, Field(min_length=1)]
Experiment = Annotated[str, Field(min_length=1, json_schema_extra={"examples": [*PRESETS, "experiments/mine.toml"]})]
Alpha = Annotated[float, Field(ge=0, lt=1)]
Sigma = Annotated[float, Field(ge=variants.SMALLEST_SIGMA, le=variants.LARGEST_SIGMA)] | Name
Beta = Annotated[float, Field(gt=0, le=variants.LARGEST_WEIGHT)]
Positive = Annotated[float, Field(gt=0)]
Whole = Annotated[int, Field(ge=1)]
Likelihood = Annotated[str, Field(json_schema_extra={"enum": list(LIKELIHOODS)})]
Network = Annotated[str, Field(min_length=1, json_schema_extra={"examples": [BUILT_IN, "resnet.py:build"]})]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Epochs = Annotated[int, Field(ge=1, le=recipes.MOST_EPOCHS)]
Jobs = Annotated[int, Field(ge=1, le=plan.MOST_JOBS)]
Size = Annotated[str, Field(pattern="^[0-9]{1,3}x[0-9]{1,3}$", json_schema_extra={"examples": ["64x64"]})]
Fit = Annotated[str, Field(json_schema_extra={"enum": list(FITS)})]
Colour = Annotated[str, Field(json_schema_extra={"enum": list(COLOURS)})]
Dataset = Annotated[str, Field(min_length=1, json_schema_extra={"examples": list(catalog.CHOICES)})]
