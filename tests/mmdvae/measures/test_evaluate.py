import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import own_network_texts
import pytest
import shaped_sets

from mmdvae import variants
from mmdvae.data import array_folder, catalog, prepare
from mmdvae.files import strict_json
from mmdvae.measures import blocks, classifier, evaluate, pictures, prior_match, protocol, sample_quality, samplers
from mmdvae.model import vae
from mmdvae.recipes import NOTEBOOK, STANDARD
from mmdvae.training import fit
from mmdvae.training.build import build
from reports.metrics import METRICS

DESCRIBED = {metric.name for metric in METRICS}
COST = {"train_seconds", "evaluate_seconds", "peak_rss_mb", "parameters"}  # of the jobs, not of the model
TEST = 24  # number of test images


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """Forty noisy training images of two classes, bright above or bright below, and 24 test images."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    arrays = {}
    for part, n in (("train", 40), ("test", TEST)):
        labels = np.arange(n) // 3 % 2
        images = rng.integers(0, 60, (n, 28, 28))
        images[labels == 0, :14] += 150
        images[labels == 1, 14:] += 150
        arrays |= {f"x_{part}": images.astype("uint8"), f"y_{part}": labels}
    np.savez(folder / "two.npz", **arrays)
    return prepare.prepare(catalog.Own(kind="npz", path=folder / "two.npz"), data_dir=None, store=folder).folder


@pytest.fixture(scope="module")
def judge(prepared, tmp_path_factory) -> Path:
    """The folder of a classifier of the two classes."""
    folder = tmp_path_factory.mktemp("classifier")
    classifier.fit(prepared, folder, lambda event: None)
    return folder


@pytest.fixture(scope="module")
def untrained() -> vae.VAE:
    return build(variants.gaussian(0.6, 2.83), STANDARD, seed=0)


@pytest.fixture(scope="module")
def metrics_and_views(untrained, prepared, judge, tmp_path_factory):
    folder = tmp_path_factory.mktemp("views")
    metrics = evaluate.evaluate(untrained, data=prepared, judge=judge, folder=folder)
    assert [path.name for path in folder.iterdir()] == [evaluate.VIEWS]
    return metrics, read(folder)


def read(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / evaluate.VIEWS, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def test_every_metric_is_there_as_a_plain_value_of_strict_json(metrics_and_views):
    metrics = metrics_and_views[0]
    by_class = {"mse_class_0", "mse_class_1"}
    assert set(metrics) == DESCRIBED - COST | {"kernel_state"} | by_class  # undescribed metrics appear on no page
    assert metrics["kid_sd"] is None  # subsets hold 1,000 images, so 24 images give a single subset
    assert {type(value) for name, value in metrics.items() if name != "kid_sd"} == {float, int, str}
    assert json.loads(strict_json(metrics)) == metrics


def test_the_views_have_the_promised_shapes_and_types(metrics_and_views):
    assert {name: (array.shape, array.dtype.name) for name, array in metrics_and_views[1].items()} == {
        "codes": ((TEST, 8), "float32"),
        "log_variances": ((TEST, 8), "float32"),
        "pca": ((TEST, 2), "float32"),
        "pca_variance_ratio": ((2,), "float64"),
        "tsne": ((TEST, 2), "float32"),
        "tsne_index": ((TEST,), "int32"),
        "tsne_reconstructions": ((TEST, 28, 28), "uint8"),
        "squared_errors": ((TEST,), "float32"),
        "reconstructions": ((16, 28, 28), "uint8"),
        "reconstruction_index": ((16,), "int32"),
        "samples": ((32, 28, 28), "uint8"),
        "eigenvalues": ((8,), "float64"),
        "prior_slice": ((81, 28, 28), "uint8"),
        "traversals": ((72, 28, 28), "uint8"),
        "traversal_dims": ((8,), "int32"),
        "nearest_images": ((8, 28, 28), "uint8"),
        "nearest_index": ((8,), "int32"),
        "nearest_distance": ((8,), "float32"),
        "nearest_of_test": ((TEST,), "float32"),
    }


def test_the_numbers_are_those_of_posterior_means_and_of_the_files_arrays(metrics_and_views, untrained, prepared):
    metrics, views = metrics_and_views
    images = array_folder.open_split(prepared, "test")[0]
    means, log_variances = (np.asarray(output) for output in untrained.encoder(images[..., None] / np.float32(255)))
    np.testing.assert_allclose(views["codes"], means, atol=1e-5)  # float32 sums of 800 terms in another order
    np.testing.assert_allclose(views["log_variances"], log_variances, atol=1e-5)
    probabilities = 1 / (1 + np.exp(-np.asarray(untrained.decoder(means), dtype="float64")[..., 0]))
    assert metrics["mse"] == pytest.approx(np.mean((images / 255 - probabilities) ** 2), rel=1e-4)
    assert metrics["total_variance"] == pytest.approx(views["eigenvalues"].sum(), rel=1e-9)
    shown = views["reconstruction_index"]
    assert np.max(np.abs(views["reconstructions"] - 255 * probabilities[shown])) < 0.5 + 0.01  # in grey levels
    in_tsne = probabilities[views["tsne_index"]]
    assert np.max(np.abs(views["tsne_reconstructions"] - 255 * in_tsne)) < 0.5 + 0.01
    by_image = np.mean((images / 255 - probabilities) ** 2, axis=(1, 2))
    np.testing.assert_allclose(views["squared_errors"], by_image, rtol=1e-4)


def test_the_portraits_are_of_this_model_and_its_training_images(metrics_and_views, untrained, prepared):
    views = metrics_and_views[1]
    centre = 255 / (1 + np.exp(-np.asarray(untrained.decoder(np.zeros((1, 8))), dtype="float64")[0, ..., 0]))
    for name, place in (("prior_slice", 40), ("traversals", 4), ("traversals", 67)):
        assert np.max(np.abs(views[name][place] - centre)) < 0.5 + 0.01, (name, place)
    train = array_folder.open_split(prepared, "train")[0]
    np.testing.assert_array_equal(views["nearest_images"], train[views["nearest_index"]])
    squares = np.mean((views["samples"][:8] / 255 - views["nearest_images"] / 255) ** 2, axis=(1, 2))
    np.testing.assert_allclose(views["nearest_distance"], np.sqrt(squares), rtol=1e-6)


def test_the_job_says_its_seconds_beside_the_metrics(untrained, prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluate, "load", lambda *request, **options: untrained)
    request = {
        "trained": "", "variant": variants.none().to_dict(), "recipe": STANDARD.to_dict(),
        "data": str(prepared), "classifier": None,
    }  # fmt: skip
    record, files = evaluate.work(request, tmp_path, lambda event: None)
    assert set(record) == {"metrics", "evaluate_seconds", "peak_rss_mb"}
    assert 0 < record["evaluate_seconds"] < 600
    assert "evaluate_seconds" not in record["metrics"]
    assert files == (evaluate.VIEWS,)


def test_a_network_of_the_users_own_is_measured_by_its_code(prepared, judge, tmp_path):
    """Of layers of its own, so that only its code can build it."""
    own = own_network_texts.own(own_network_texts.SUBCLASSED, tmp_path)
    recipe = replace(STANDARD, epochs=1, batch_size=16, network=own.network)
    about = {"variant": variants.gaussian(0.6, 2.83).to_dict(), "recipe": recipe.to_dict(), "data": str(prepared)}
    sources = {"own.py": own_network_texts.SUBCLASSED}
    fit.work(about | {"seed": 0, "sources": sources}, tmp_path, lambda event: None)
    request = about | {"trained": str(tmp_path), "classifier": str(judge)}
    record, again = (evaluate.work(request, tmp_path / name, lambda event: None)[0] for name in ("first", "second"))
    assert record["metrics"] == again["metrics"]
    assert record["metrics"]["mse"] > 0
    assert record["metrics"]["fid"] > 0
    assert record["metrics"]["gradient_ratio"] > 0


def test_variants_of_equal_weights_have_equal_samples_and_prior_match(metrics_and_views, untrained, prepared, tmp_path):
    other = build(variants.kl(0.5), STANDARD, seed=0)  # same seed, same weights
    metrics = evaluate.evaluate(other, data=prepared, judge=None, folder=tmp_path)
    np.testing.assert_array_equal(read(tmp_path)["samples"], metrics_and_views[1]["samples"])
    assert metrics["mmd2"] == metrics_and_views[0]["mmd2"]
    assert (metrics["kernel_state"], metrics["kernel_mean"], metrics["kernel_live_share"]) == ("off", None, None)
    assert metrics_and_views[0]["kernel_state"] == "live"


def test_evaluating_changes_no_variable_and_twice_gives_the_same(
    metrics_and_views, untrained, prepared, judge, tmp_path
):
    before = [np.asarray(variable).copy() for variable in untrained.variables]  # weights, statistics, random streams
    again = evaluate.evaluate(untrained, data=prepared, judge=judge, folder=tmp_path)
    assert again == metrics_and_views[0]
    for name, array in read(tmp_path).items():
        np.testing.assert_array_equal(array, metrics_and_views[1][name], err_msg=name)
    for old, new in zip(before, untrained.variables, strict=True):
        np.testing.assert_array_equal(old, np.asarray(new))


def test_the_notebooks_recipe_is_measured_without_its_augmentation_and_noise(prepared, judge, tmp_path):
    notebook = build(variants.gaussian(0.6, 0.1), NOTEBOOK, seed=0)
    first, second = (evaluate.evaluate(notebook, data=prepared, judge=judge, folder=tmp_path / name) for name in "ab")
    assert first == second


def test_a_diverged_model_has_no_numbers(prepared, tmp_path):
    diverged = build(variants.none(), STANDARD, seed=0)
    for part, what in ((diverged.decoder, "reconstructions"), (diverged.encoder, "codes")):
        part.trainable_weights[-1].assign(part.trainable_weights[-1] * np.nan)
        with pytest.raises(ValueError, match=f"its {what} are not finite"):
            evaluate.evaluate(diverged, data=prepared, judge=None, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_posterior_too_wide_for_float32_counts_as_diverged(prepared, tmp_path):
    wide = build(variants.none(), STANDARD, seed=0)
    wide.encoder.get_layer("log_variance").bias.assign(np.full(8, 1000.0))
    with pytest.raises(ValueError, match="its codes are not finite"):
        evaluate.evaluate(wide, data=prepared, judge=None, folder=tmp_path)


def test_codes_that_are_all_the_same_have_a_finite_or_no_value_for_each_metric(prepared, tmp_path):
    collapsed = build(variants.none(), STANDARD, seed=0)
    for layer in ("mean", "log_variance"):
        collapsed.encoder.get_layer(layer).kernel.assign(np.zeros((128, 8)))
    collapsed.encoder.get_layer("log_variance").bias.assign(np.full(8, -1000.0))  # its variance is 0 even in float64
    metrics = evaluate.evaluate(collapsed, data=prepared, judge=None, folder=tmp_path)
    assert (metrics["total_variance"], metrics["logdet_cov"], metrics["participation_ratio"]) == (0.0, None, None)
    assert all(np.isfinite(array).all() for array in read(tmp_path).values())


def test_the_images_shown_are_the_first_of_each_class_and_then_the_first_of_the_rest():
    labels = np.array([2, 2, 0, 2, 1, 0, 0])
    assert pictures.reconstruction_index(labels).tolist() == [2, 4, 0, 1, 3, 5, 6]
    assert pictures.reconstruction_index(np.arange(100) % 10).tolist() == list(range(16))
    assert len(pictures.reconstruction_index(np.arange(100))) == 16


def test_without_a_judge_nothing_is_said_of_samples(untrained, prepared, metrics_and_views, tmp_path):
    metrics = evaluate.evaluate(untrained, data=prepared, judge=None, folder=tmp_path)
    of_samples = {name for suffix in samplers.SAMPLERS for name in sample_quality.names(suffix)}
    assert {name for name, value in metrics.items() if value is None} == of_samples
    assert {name: value for name, value in metrics.items() if name not in of_samples} == {
        name: value for name, value in metrics_and_views[0].items() if name not in of_samples
    }


def test_samples_are_judged_by_the_classifier(untrained, metrics_and_views, judge):
    network, references, _ = classifier.load(judge)
    drawn = prior_match.draw_prior(len(references["test"]), 8, seed=samplers.SEED)
    logits = np.asarray(untrained.decoder(drawn), dtype="float64")
    features, classes = classifier.judge(network, 1 / (1 + np.exp(-logits[..., 0])))
    metrics = metrics_and_views[0]
    assert metrics["fid"] == pytest.approx(sample_quality.frechet(references["test"], features), rel=1e-3)
    assert metrics["class_entropy"] == sample_quality.class_entropy(classes)


def test_codes_are_measured_by_the_protocol_of_all_rows_on_draws_of_both_splits(metrics_and_views, untrained, prepared):
    train, test = (
        prior_match.draw_codes(*untrained.encode(array_folder.open_split(prepared, split)[0]), seed=seed)
        for split, seed in (("train", evaluate.TRAIN_NOISE_SEED), ("test", evaluate.NOISE_SEED))
    )
    expected = protocol.of_codes(train, test)
    assert {name: metrics_and_views[0][name] for name in expected} == expected


def test_shuffled_labels_leave_nothing_to_find(untrained, prepared, tmp_path, monkeypatch):
    # Chance level needs many codes; here it suffices that the accuracy on two distant classes drops.
    real = array_folder.open_split

    def shuffled(folder, split):
        images, labels = real(folder, split)
        return images, np.random.default_rng(1).permutation(labels)

    true = evaluate.evaluate(untrained, data=prepared, judge=None, folder=tmp_path)
    monkeypatch.setattr(evaluate, "open_split", shuffled)
    lost = evaluate.evaluate(untrained, data=prepared, judge=None, folder=tmp_path)
    assert true["knn_accuracy"] == true["probe_accuracy"] == 1.0
    for name in ("knn_accuracy", "probe_accuracy"):
        assert lost[name] == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / TEST))
    assert lost["silhouette"] < 0.2 < true["silhouette"]


@pytest.mark.parametrize(
    ("shape", "shown", "small", "d", "labelled"),
    [
        ((8, 8, 1), (8, 8), (8, 8), 1, True),
        ((37, 50, 3), (37, 50, 3), (21, 28, 3), 2, False),
        ((64, 80, 3), (51, 64, 3), (22, 28, 3), 3, True),
    ],
    ids=str,
)
def test_images_of_any_shape_are_measured_at_full_size_and_shown_small(shape, shown, small, d, labelled, tmp_path):
    data = shaped_sets.prepared(tmp_path, shape, labelled=labelled)
    images = array_folder.open_split(data, "test")[0]
    model = build(replace(variants.gaussian(0.6, 2.83), latent_dim=d), STANDARD, seed=0, image_shape=shape)
    metrics = evaluate.evaluate(model, data=data, judge=None, folder=tmp_path)
    views = read(tmp_path)
    probabilities = 1 / (1 + np.exp(-model.decode(model.encode(images)[0]).astype("float64")))
    errors = np.mean((images / 255 - probabilities) ** 2, axis=tuple(range(1, images.ndim)))
    assert metrics["mse"] == pytest.approx(errors.mean(), rel=1e-9)
    np.testing.assert_allclose(views["squared_errors"], errors, rtol=1e-6)
    pictured = {name: array.shape for name, array in views.items() if array.dtype == np.uint8}
    assert pictured == {
        "reconstructions": (16, *shown), "tsne_reconstructions": (TEST, *small), "samples": (32, *shown),
        "prior_slice": (81, *shown), "traversals": (9 * d, *shown), "nearest_images": (8, *shown),
    }  # fmt: skip
    assert views["pca"].shape == views["tsne"].shape == (TEST, 2)
    assert all(np.isfinite(array).all() for array in views.values())
    no_classes = {"knn_accuracy", "probe_accuracy", "silhouette"}
    assert {name for name in no_classes if metrics[name] is None} == (set() if labelled else no_classes)


def test_the_size_of_the_blocks_changes_nothing(untrained, prepared, metrics_and_views, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BYTES", 8 * 784 * 5)
    metrics = evaluate.evaluate(untrained, data=prepared, judge=None, folder=tmp_path)
    for name in ("mse", "bce", "ssim", "psnr", "rounded_accuracy", "mse_class_1"):
        assert metrics[name] == pytest.approx(metrics_and_views[0][name], rel=1e-6), name  # float32 batches of five
    for name, array in read(tmp_path).items():
        assert array.shape == metrics_and_views[1][name].shape, name
    shown = (views["reconstructions"].astype(int) for views in (read(tmp_path), metrics_and_views[1]))
    np.testing.assert_allclose(*shown, atol=1)  # a grey level, where rounding falls on the other side
