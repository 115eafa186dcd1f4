"""The jobs of export, codes and samples: code that may run, blocks, and training folders that cannot be loaded."""

from dataclasses import replace

import numpy as np
import own_network_texts as texts
import pytest
from pyarrow import parquet

from mmdvae import variants
from mmdvae.data import pieces
from mmdvae.errors import InputError
from mmdvae.export import codes, exported, samples
from mmdvae.files import read_json
from mmdvae.jobs import request, store
from mmdvae.recipes import STANDARD
from mmdvae.training import checkpoint, fit
from mmdvae.training.load import load

VARIANT = replace(variants.none(), latent_dim=3)
RECIPE = replace(STANDARD, epochs=1, batch_size=64, batch_norm_images=64)


def trained(data, place, **more):
    """The folder of a training of one epoch, by the job of kind `train`."""
    about = {"variant": VARIANT.to_dict(), "recipe": RECIPE.to_dict(), "seed": 0, "image_shape": [28, 28, 1], **more}
    asked = request.make("train", place, data=data, backend="tensorflow", **about)
    folder = place / asked["folder"].rpartition("/")[2]
    folder.mkdir(parents=True)
    store.describe(folder, asked)
    fit.work(asked, folder, lambda event: None)
    return folder


@pytest.fixture(scope="session")
def built_in(tiny, tmp_path_factory):
    return trained(tiny, tmp_path_factory.mktemp("built-in"))


@pytest.fixture(scope="session")
def own(tiny, tmp_path_factory):
    recipe = replace(RECIPE, network=texts.network(texts.SUBCLASSED)).to_dict()
    sources = {"own.py": texts.SUBCLASSED}
    return trained(tiny, tmp_path_factory.mktemp("own"), recipe=recipe, sources=sources)


def asked(folder, **more):
    return {"trained": str(folder), "allow_code": False, "about": {}, **more}


def silent(event):
    """Hears of progress."""


def test_a_network_that_only_code_can_build_is_used_if_that_is_allowed(own, tmp_path):
    jobs = (
        (exported, {"format": "savedmodel"}),
        (samples, {"count": 2, "seed": 0, "file": samples.ARRAYS}),
        (codes, {"dataset": "digits", "options": {}, "made": None, "data_dir": None, "split": "test"}),
    )
    for number, (job, settings) in enumerate(jobs):
        place = tmp_path / str(number)
        place.mkdir()
        with pytest.raises(InputError, match="^own.py:build is code, and this network cannot be built .*--allow-code"):
            job.work(asked(own, **settings), place, silent)
        assert list(place.iterdir()) == []
        job.work(asked(own, **settings) | {"allow_code": True}, place, silent)
    assert read_json(tmp_path / "0" / exported.FOLDER / "model.json")["format"] == "savedmodel"
    assert np.load(tmp_path / "1" / samples.ARRAYS)["images"].shape == (2, 28, 28)
    assert parquet.read_table(tmp_path / "2" / codes.FILE).num_rows == 297


@pytest.mark.parametrize("split", ["test", None])
def test_codes_are_written_block_by_block_and_are_those_of_all_images_at_once(
    split, built_in, tiny, tmp_path, monkeypatch
):
    monkeypatch.setattr(pieces, "rows_in_block", lambda size: 25)
    model = load(built_in)
    monkeypatch.setattr(
        model.__class__, "at_a_time", property(lambda self: 10, lambda self, value: None), raising=False
    )
    heard = []
    codes.work(asked(built_in, data=str(tiny), split=split), tmp_path, heard.append)
    written = parquet.ParquetFile(tmp_path / codes.FILE)
    parts = [split] if split else ["train", "valid", "test"]
    counts = {"train": 270, "valid": 30, "test": 60}
    blocks = [min(20, counts[part] - start) for part in parts for start in range(0, counts[part], 20)]
    assert [written.metadata.row_group(k).num_rows for k in range(written.num_row_groups)] == blocks
    assert [event["done"] for event in heard] == np.cumsum(blocks).tolist()
    table = written.read().to_pandas()
    for part in parts:
        means, log_variances = model.encode(np.load(tiny / f"{part}_images.npy"))
        rows = table[table["split"] == part]
        assert rows["image"].tolist() == list(range(counts[part]))
        assert rows["label"].tolist() == np.load(tiny / f"{part}_labels.npy").tolist()
        np.testing.assert_allclose(rows[["z1", "z2", "z3"]], means, atol=1e-5)
        np.testing.assert_allclose(rows[["v1", "v2", "v3"]], np.exp(log_variances), rtol=1e-5)


def test_images_that_break_half_way_leave_no_table(built_in, tmp_path, monkeypatch):
    monkeypatch.setattr("mmdvae.data.rows.rows_in_block", lambda size: 10)
    images = np.random.default_rng(0).uniform(size=(40, 28, 28))
    images[35, 0, 0] = np.nan
    (tmp_path / "set").mkdir()
    np.save(tmp_path / "set" / "train_images.npy", images)
    np.save(tmp_path / "set" / "test_images.npy", images[:20])
    heard = []
    settings = {"dataset": f"npy:{tmp_path / 'set'}", "options": {"range": [0.0, 1.0]}, "made": None}
    with pytest.raises(InputError, match="must be numbers, has NaN$"):
        codes.work(asked(built_in, split="train", data_dir=None, **settings), tmp_path, heard.append)
    assert [event["done"] for event in heard] == [10, 20, 30]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_weights_of_another_network_get_a_line(built_in, tmp_path):
    model = load(built_in)
    store.describe(tmp_path, {**read_json(built_in / "request.json"), "variant": VARIANT.to_dict()})
    checkpoint.save(tmp_path / fit.MODEL, model.weights[:-1], {})
    with pytest.raises(ValueError, match="must have the weights of its network, but v"):
        samples.work(asked(tmp_path, count=1, seed=0, file=samples.SHEET), tmp_path, silent)


def test_a_sheet_has_its_images_row_by_row_with_white_between(built_in):
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 3, 4, 3), np.uint8)
    sheet = samples.sheet(images)
    assert sheet.shape == (2 * 5 + 2, 3 * 6 + 2, 3)
    for number in range(5):
        top, left = 2 + 5 * (number // 3), 2 + 6 * (number % 3)
        assert (sheet[top : top + 3, left : left + 4] == number).all()
    assert (sheet == 255).sum() == sheet.size - images.size
    assert samples.sheet(images[..., 0]).shape == (12, 20)
