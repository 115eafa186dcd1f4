"""The memory of measuring: ten thousand test images of 64 x 64 x 3, by the jobs of a comparison."""

from pathlib import Path

import pytest
import shaped_sets

from mmdvae import recipes, variants
from mmdvae.images import Shape
from mmdvae.jobs import environment, request
from mmdvae.training import checkpoint, fit
from mmdvae.training.build import build
from tasks.processes import pool

SHAPE: Shape = (64, 64, 3)
MOST = 2_000  # 10⁶ bytes, 860 of which are TensorFlow's; the test split in float64 alone would have 983


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What makes a request: the store, the data and the folder of an untrained model."""
    store = tmp_path_factory.mktemp("store")
    data = shaped_sets.prepared(store, SHAPE, train=2_000, test=10_000)
    variant, recipe = variants.gaussian(0.6, 2.83), recipes.STANDARD.for_images(3)
    model = build(variant, recipe, seed=0, image_shape=SHAPE)
    trained = store / "train"
    trained.mkdir()
    checkpoint.save(trained / fit.MODEL, model.weights, {})
    return store, data, trained, variant.to_dict(), recipe.to_dict()


def test_an_evaluation_needs_less_than_two_gigabytes(asked):
    store, data, trained, variant, recipe = asked
    about = {"data": data, "backend": environment.backend()}
    with pool.opened(1) as workers:
        judging = request.make("classifier", store, **about)
        assert workers.run(judging, lambda event: None)["fit"]
        evaluation = request.make("evaluate", store, **about, variant=variant, recipe=recipe, seed=0)
        evaluation |= {"trained": str(trained), "classifier": judging["folder"]}
        record = workers.run(evaluation, lambda event: None)
    assert record["metrics"]["fid"] > 0
    assert record["peak_rss_mb"] < MOST
    assert (Path(evaluation["folder"]) / "views.npz").stat().st_size < 10e6
