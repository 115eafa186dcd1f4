"""Images of every shape, from the file to the page in a browser, with a training killed on the way."""

import json
import math
import os
import signal

import numpy as np
import pytest

from flows import plan
from flows.compare import run_without_prefect
from mmdvae.training.fit import CHECKPOINT
from tasks.processes import pool

SHAPES = [(8, 8, 1), (28, 28, 1), (32, 32, 3), (37, 50, 3), (64, 64, 3), (96, 64, 1), (256, 256, 3)]
UNDEFINED = {"kernel_state", "silhouette"}  # text, or without a value where the codes are too few


@pytest.fixture(params=SHAPES, ids=lambda shape: "x".join(map(str, shape)))
def images(request, tmp_path):
    """The path of an .npz with blobs of two kinds; without labels if they are not square."""
    shape, random = request.param, np.random.default_rng(0)
    labels = random.integers(0, 2, 96).astype("uint8")
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    middle = random.random((96, 2, 1, 1)) * 0.6 + 0.2
    away = (rows / shape[0] - middle[:, 0]) ** 2 + (columns / shape[1] - middle[:, 1]) ** 2
    grey = np.exp(-away * (20 + 60 * labels[:, None, None]))
    pixels = (255 * grey[..., None] * random.random((96, 1, 1, shape[2]))).astype("uint8")
    arrays = {"x_train": pixels[:64], "x_test": pixels[64:]}
    if shape[0] == shape[1]:
        arrays |= {"y_train": labels[:64], "y_test": labels[64:]}
    path = tmp_path / "images.npz"
    np.savez(path, **arrays)
    return path, shape


def compare(path, out, **more):
    made = plan.make(
        dataset=f"npz:{path}", alphas=(0.6,), sigmas=("sqrt(d)",), epochs=2, batch_size=16, out=out, **more
    )
    ending = run_without_prefect(made)
    assert not ending.bad
    return ending.page.parent, json.loads((ending.page.parent / "report.json").read_text())


def test_a_shape_is_trained_measured_and_shown_and_a_killed_training_gives_the_same(
    images, tmp_path, warm, visit, monkeypatch
):
    path, shape = images
    folder, report = compare(path, tmp_path / "whole", variants=("none",))
    assert report["run"]["dataset"]["shape"] == list(shape)
    assert report["run"]["recipe_settings"]["likelihood"] == ("bernoulli" if shape[2] == 1 else "gaussian")
    for variant in report["variants"]:
        assert variant["status"] == "ok"
        for name, value in variant["runs"][0]["metrics"].items():
            assert value is None or name in UNDEFINED or math.isfinite(value), name
    assert report["variants"][0]["runs"][0]["metrics"]["mse"] < 0.5
    page = visit(folder / "report.html")
    assert page.said == []
    assert (folder / "report.html").stat().st_size < 2e6

    killed = []

    def kill(child, request, on_event, converse=pool._converse):
        def listen(event):
            on_event(event)
            if event["event"] == "epoch" and not killed:
                killed.append(child.pid)
                os.kill(child.pid, signal.SIGKILL)

        return converse(child, request, listen)

    monkeypatch.setattr(pool, "_converse", kill)
    _, again = compare(path, tmp_path / "killed")
    assert len(killed) == 1
    assert not list(tmp_path.rglob(CHECKPOINT))
    (resumed,) = (one for one in again["variants"] if one["regularizer"] == "mmd")
    (before,) = (one for one in report["variants"] if one["name"] == resumed["name"])
    measured = [
        {k: v for k, v in one["runs"][0]["metrics"].items() if "seconds" not in k and k != "peak_rss_mb"}
        for one in (resumed, before)
    ]
    assert measured[0] == measured[1]
