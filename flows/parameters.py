"""Types of the flow's parameters: their bounds make the form in Prefect's UI, and its server checks them."""

from typing import Annotated

from pydantic import Field

from mmdvae import datasets, presets

PresetName = Annotated[str, Field(json_schema_extra={"enum": list(presets.PRESETS)})]
Alpha = Annotated[float, Field(ge=0, lt=1)]
Sigma = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(min_length=1)]
Dataset = Annotated[str, Field(min_length=1, json_schema_extra={"examples": list(datasets.CHOICES)})]
