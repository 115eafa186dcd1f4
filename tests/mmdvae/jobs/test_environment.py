"""The environment that a child process gets from its command's environment."""

import importlib.util

import pytest

from mmdvae.errors import InputError
from mmdvae.jobs import environment


def test_a_backend_that_is_not_installed_is_refused_with_the_way_to_it(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jax" else find(name))
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(InputError, match=r"KERAS_BACKEND is jax, which is not installed; `pip install -e '\.\[jax\]'`"):
        environment.backend()
    monkeypatch.delenv("KERAS_BACKEND")
    assert environment.backend() == "tensorflow"


@pytest.mark.parametrize(
    "name",
    [
        "KERAS_HOME",
        "KERAS_FLOATX",
        "TF_ENABLE_ONEDNN_OPTS",
        "TF_XLA_FLAGS",
        "XLA_FLAGS",
        "ONEDNN_DEFAULT_FPMATH_MODE",
        "JAX_ENABLE_X64",
        "NVIDIA_TF32_OVERRIDE",
        "MKL_CBWR",
        "OPENBLAS_CORETYPE",
        "PYTHONWARNINGS",
    ],
)
def test_a_child_gets_no_setting_of_a_library(monkeypatch, name):
    monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("MMDVAE_SLOTS", "ours")
    assert name not in environment.without_settings()
    assert environment.without_settings()["MMDVAE_SLOTS"] == "ours"
