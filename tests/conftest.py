"""Fixtures that several files share. The environment is set before anything imports Keras or Prefect."""

import os
import tempfile
from pathlib import Path

import pytest

# Prefect must not read or write the user's own home, and must not look outside.
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="mmdvae-test-prefect-")
os.environ["PREFECT_PROFILES_PATH"] = os.path.join(os.environ["PREFECT_HOME"], "profiles.toml")
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.pop("PREFECT_API_URL", None)
os.environ["MMDVAE_SLOTS"] = tempfile.mkdtemp(prefix="mmdvae-test-slots-")  # tests wait for no run of this machine
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[threads] = "1"  # pytest runs in two processes on two cores


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A prepared data set that trains in a second: 300 of scikit-learn's digits, as a user's own .npz."""
    import numpy as np
    from sklearn.datasets import load_digits

    from mmdvae import data

    folder = tmp_path_factory.mktemp("tiny")
    digits, labels = load_digits(return_X_y=True)
    images = np.pad(np.kron(digits.reshape(-1, 8, 8), np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * (255 / 16)
    images = images.astype("uint8")
    np.savez(
        folder / "tiny.npz",
        x_train=images[:300],
        y_train=labels[:300].astype("uint8"),
        x_test=images[300:360],
        y_test=labels[300:360].astype("uint8"),
    )
    return data.prepare(f"npz:{folder / 'tiny.npz'}", data_dir=None, store=folder / "store").folder


@pytest.fixture(scope="session")
def tiny_npz(tiny) -> Path:
    """The .npz file that `tiny` was made from."""
    return tiny.parent.parent / "tiny.npz"
