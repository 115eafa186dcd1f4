import numpy as np
import pytest
import shaped_sets

from mmdvae.data import array_folder, prepare
from mmdvae.measures import baselines, class_separation, classifier, pca, repeats, sample_quality, samplers
from reports.metrics import METRICS


@pytest.fixture(scope="module")
def rows(fashion):
    return {row["name"]: row["metrics"] for row in baselines.evaluate(fashion, None, latent_dims=[8])}


def test_every_number_of_a_baseline_is_one_that_the_page_describes(rows):
    described = {metric.name for metric in METRICS}
    found = {name for metrics in rows.values() for name in metrics if not name.startswith("mse_class_")}
    assert found <= described


def test_the_mean_image_has_its_known_errors(rows):
    known = {"mse": 0.0866, "bce": 0.4911, "psnr": 10.6, "rounded_accuracy": 0.7298}
    digits = {"mse": 5e-5, "bce": 5e-5, "psnr": 0.05, "rounded_accuracy": 5e-5}  # half a unit of the last known digit
    for name, value in known.items():
        assert rows["mean image"][name] == pytest.approx(value, abs=digits[name]), name


def test_pca_8_has_its_known_errors(rows):
    known = {"mse": 0.02595, "bce": 0.3280, "psnr": 15.9, "rounded_accuracy": 0.9046, "knn_accuracy": 0.779}
    digits = {"mse": 5e-6, "bce": 5e-5, "psnr": 0.05, "rounded_accuracy": 5e-5, "knn_accuracy": 5e-4}
    for name, value in known.items():
        assert rows["PCA-8"][name] == pytest.approx(value, abs=digits[name]), name


def test_raw_pixels_have_their_known_accuracy(rows):
    assert rows["raw pixels"] == {"knn_accuracy": pytest.approx(0.828, abs=5e-4)}


ERRORS = ["bce", "bce_excess", "mse", "psnr", "ssim", "rounded_accuracy", *(f"mse_class_{k}" for k in range(10))]
USES = ["knn_accuracy", "probe_accuracy"]
MATCH = ["mmd2", "mmd2_p", "sliced_w2", "mardia_skewness", "mardia_kurtosis"]
HOLES = ["latent_coverage", "latent_density", "c2st_auc", "nearest_code"]
CODES = [*MATCH, *HOLES, "mmd2_white", "sliced_w2_white", *(f"{name}_white" for name in HOLES)]


def test_each_baseline_has_the_metrics_that_make_sense_for_it(rows):
    assert {name: list(metrics) for name, metrics in rows.items()} == {
        "mean image": ERRORS,
        "PCA-2": [*ERRORS, *USES],
        "PCA-4": [*ERRORS, *USES],
        "PCA-8": [*ERRORS, *USES, *CODES],
        "PCA-16": [*ERRORS, *USES],
        "raw pixels": ["knn_accuracy"],
        "prior draws": CODES,
    }
    assert 0 < rows["mean image"]["ssim"] < rows["PCA-8"]["ssim"] < 1


def test_more_components_make_smaller_errors_and_tell_classes_better_apart(rows):
    for metric, better in (("mse", -1), ("bce", -1), ("ssim", 1), ("knn_accuracy", 1), ("probe_accuracy", 1)):
        values = [better * rows[f"PCA-{k}"][metric] for k in (2, 4, 8, 16)]
        assert values == sorted(values), metric


def test_the_floor_of_the_entropy_is_the_known_one(rows):
    assert rows["mean image"]["bce"] - rows["mean image"]["bce_excess"] == pytest.approx(0.2422, abs=5e-5)


def test_the_prior_has_no_holes_and_whitened_linear_codes_have_many(rows):
    draws, white = rows["prior draws"], rows["PCA-8"]
    for suffix in ("", "_white"):
        # One in 32 is uncovered; neighbourhoods overlap, so that the share's deviation is that of fewer than 5,000.
        assert draws[f"latent_coverage{suffix}"] == pytest.approx(1 - 2**-5, abs=4 * np.sqrt(2**-5 / 5000 * 5))
        assert draws[f"latent_density{suffix}"] == pytest.approx(1, abs=0.03)
        assert draws[f"c2st_auc{suffix}"] == pytest.approx(0.5, abs=4 * 0.0082)
    assert white["latent_coverage"] < white["latent_coverage_white"] < 0.6
    assert draws["c2st_auc_white"] < 0.9 < white["c2st_auc_white"] < white["c2st_auc"]
    assert draws["nearest_code"] < white["nearest_code_white"] < white["nearest_code"]


def test_draws_from_the_prior_are_nearer_to_it_than_whitened_codes(rows):
    draws, white = rows["prior draws"], rows["PCA-8"]
    assert draws["sliced_w2"] == pytest.approx(np.sqrt(3 / 10_000), rel=0.2)
    assert abs(draws["mmd2_white"]) < 5 * 6e-5 < white["mmd2_white"] < white["mmd2"]
    assert draws["sliced_w2_white"] < 2 * np.sqrt(3 / 10_000) < white["sliced_w2_white"] < white["sliced_w2"]
    assert white["mmd2_p"] == 0.001 < draws["mmd2_p"]
    assert abs(draws["mardia_kurtosis"]) < 5 * np.sqrt(8 * 8 * 10 / 10_000) < abs(white["mardia_kurtosis"])


@pytest.fixture(scope="module")
def judged(fashion, tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    parts = {split: array_folder.open_split(fashion, split) for split in ("train", "test")}
    arrays = {f"x_{split}": images[:3000] for split, (images, _) in parts.items()}
    np.savez(folder / "few.npz", **arrays, **{f"y_{split}": labels[:3000] for split, (_, labels) in parts.items()})
    few = prepare.prepare(f"npz:{folder / 'few.npz'}", data_dir=None, store=folder).folder
    classifier.fit(few, folder, lambda event: None)
    return {row["name"]: row["metrics"] for row in baselines.evaluate(few, folder, latent_dims=[8])}


def test_real_images_are_the_best_samples_and_one_image_again_and_again_the_worst(judged):
    real, pca, mean = (judged[name] for name in ("real images", "PCA-8", "mean image"))
    assert list(real) == [name for suffix in samplers.SAMPLERS for name in sample_quality.names(suffix)]
    assert real["fid"] == real["fid_fitted"] == real["fid_mixture"]
    assert set(real) <= set(pca)
    assert not any(name.endswith(("_noise", "_fitted", "_mixture")) for name in mean)
    assert 0 < real["fid"] < pca["fid_mixture"] < pca["fid_fitted"] < pca["fid"] < mean["fid"]
    assert real["kid"] < pca["kid_mixture"] < pca["kid_fitted"] < pca["kid"] < mean["kid"]
    assert real["coverage"] > pca["coverage_fitted"] > mean["coverage"]
    assert mean["class_entropy"] == 0 < real["class_entropy"] <= np.log(10)


def test_without_a_judge_nothing_is_said_of_samples(rows):
    assert "real images" not in rows
    assert not any("fid" in metrics for metrics in rows.values())


def test_codes_of_fewer_images_than_components_are_not_whitened(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (18, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "few.npz", x_train=noise[:8], x_test=noise[8:])
    few = prepare.prepare(f"npz:{tmp_path / 'few.npz'}", data_dir=None, store=tmp_path / "store").folder
    measured = {row["name"]: row["metrics"] for row in baselines.evaluate(few, None, latent_dims=[8])}
    assert "mse" in measured["PCA-8"]
    assert measured["PCA-8"]["sliced_w2_white"] is None  # noise divided by a rounding-error spread would be 4 million


@pytest.mark.parametrize("dim", [3, 4])
def test_as_many_components_as_the_codes_have_are_held_against_the_prior(tiny, dim):
    measured = {row["name"]: row["metrics"] for row in baselines.evaluate(tiny, None, latent_dims=[dim])}
    assert {f"PCA-{k}" for k in (2, dim, 4, 8, 16)} <= measured.keys()
    assert [name for name in measured if name.startswith("PCA") and "sliced_w2" in measured[name]] == [f"PCA-{dim}"]
    # The distance of draws of the prior itself is about sqrt(3 / n) in any dimension.
    assert measured["prior draws"]["sliced_w2"] == pytest.approx((3 / 60) ** 0.5, rel=0.5)


@pytest.mark.parametrize("shape", [(8, 8, 1), (37, 50, 3)], ids=str)
def test_several_latent_dimensions_have_their_own_rows_of_pca_and_of_the_prior(shape, tmp_path):
    data = shaped_sets.prepared(tmp_path, shape)
    rows = baselines.evaluate(data, None, latent_dims=[2, 3])
    large = shape[2] == 3
    assert {row["name"]: row.get("latent_dim") for row in rows} == {
        "mean image": None, "PCA-2": 2, "PCA-3": 3, "PCA-4": None, "PCA-8": None, "PCA-16": None,
        "PCA-64 pixels" if large else "raw pixels": None, "prior draws d=2": 2, "prior draws d=3": 3,
    }  # fmt: skip
    measured = {row["name"]: row["metrics"] for row in rows}
    whole = {name for name, metrics in measured.items() if "sliced_w2_white" in metrics}
    assert whole == {"PCA-2", "PCA-3", "prior draws d=2", "prior draws d=3"}
    alone = {row["name"]: row for row in baselines.evaluate(data, None, latent_dims=[2])}
    if not large:  # one axis more or less changes the rounding of those that are approximated
        assert alone["PCA-2"] == {"name": "PCA-2", "metrics": measured["PCA-2"]}
    assert alone["prior draws"] == {"name": "prior draws", "metrics": measured["prior draws d=2"]}


def test_the_rows_of_colour_images_equal_their_definitions(tmp_path):
    data = shaped_sets.prepared(tmp_path, (37, 50, 3))
    (train, known), (test, labels) = (array_folder.open_split(data, split) for split in ("train", "test"))
    measured = {row["name"]: row["metrics"] for row in baselines.evaluate(data, None, latent_dims=[2])}
    rows, asked = (np.reshape(images, (len(images), -1)) / 255 for images in (train, test))
    mean = rows.mean(axis=0)
    assert measured["mean image"]["mse"] == pytest.approx(np.mean((asked - mean) ** 2), rel=1e-9)
    axes = np.linalg.svd(rows - mean, full_matrices=False)[2][:2]
    made = np.clip(mean + (asked - mean) @ axes.T @ axes, 0, 1)
    # Two classes are one axis; the second is one of noise, of which there are many alike.
    assert measured["PCA-2"]["mse"] == pytest.approx(np.mean((asked - made) ** 2), rel=1e-3)
    assert measured["PCA-64 pixels"]["knn_accuracy"] == class_separation.knn_accuracy(rows, known, asked, labels) == 1


def test_images_without_labels_have_no_row_of_class_separation_and_small_ones_no_axes_that_do_not_exist(tmp_path):
    data = shaped_sets.prepared(tmp_path, (8, 8, 1), labelled=False)
    told = []
    request = {"data": str(data), "classifier": None, "latent_dims": [100]}
    record, files = baselines.work(request, tmp_path, told.append)
    assert files == ()
    assert record["repeated_in_training"] == repeats.repeated(
        *(array_folder.open_split(data, split)[0] for split in ("test", "train"))
    )
    names = [row["name"] for row in record["baselines"]]
    assert names == ["mean image", "PCA-2", "PCA-4", "PCA-8", "PCA-16", "PCA-64", "prior draws"]
    assert "sliced_w2" in record["baselines"][-2]["metrics"]
    assert told == [{"event": "note", "message": "images have 64 values: PCA-64 instead of PCA-100"}]
    both = baselines.evaluate(data, None, latent_dims=[64, 100])
    assert [(row["name"], row["latent_dim"]) for row in both if "latent_dim" in row] == [
        ("PCA-64", 64),
        ("prior draws d=64", 64),
        ("prior draws d=100", 100),
    ]


@pytest.mark.parametrize("shape", [(8, 8, 1), (20, 20, 3)])
def test_codes_of_small_images_are_the_product_with_as_many_axes_to_the_last_bit(shape, tmp_path):
    data = shaped_sets.prepared(tmp_path, shape)
    splits = baselines._Splits(*(one for split in ("train", "test") for one in array_folder.open_split(data, split)))
    fitted = pca.Pca(splits.train, 16)
    centred = splits.test.reshape(len(splits.test), -1).astype(float) / 255 - fitted.mean
    codes = baselines._Codes(fitted, splits).along(4)[1]
    if shape[2] == 1:
        np.testing.assert_array_equal(codes, centred @ fitted.axes[:, :4])
    else:  # read once, for all numbers of axes
        np.testing.assert_array_equal(codes, (centred @ fitted.axes)[:, :4])
