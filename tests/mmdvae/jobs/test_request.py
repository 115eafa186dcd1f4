"""Requests: the folder's name identifies everything that the work depends on."""

import dataclasses
from pathlib import Path

import pytest

from mmdvae import recipes, variants
from mmdvae.jobs import request, store
from mmdvae.jobs.names import KEY
from mmdvae.penalties import table
from mmdvae.penalties.penalty import Penalty

DATA = Path("runs/store/data-" + "0" * 24)
BASE = {"data": DATA, "backend": "tensorflow", "seed": 0}
VARIANT, RECIPE = variants.gaussian(0.6, 2.83).to_dict(), recipes.STANDARD


def training(**changes):
    about = {"variant": VARIANT, "recipe": RECIPE.to_dict()} | BASE | changes
    return request.make("train", Path("runs/store"), **about)


def key(asked):
    return Path(asked["folder"]).name


def test_a_key_changes_with_all_that_a_training_depends_on():
    keys = [
        key(training(**changes))
        for changes in (
            {},
            {"variant": variants.gaussian(0.6, 2.84).to_dict()},
            {"recipe": dataclasses.replace(RECIPE, epochs=3).to_dict()},
            {"seed": 1},
            {"data": DATA.with_name("data-" + "1" * 24)},
            {"backend": "jax"},
        )
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == key(training())
    assert all(KEY.fullmatch(name) for name in keys)


def test_a_key_does_not_depend_on_where_the_store_lies(tmp_path):
    there = training(data=tmp_path / DATA.name)
    assert key(there) == key(training())


def test_an_evaluation_depends_on_the_files_of_what_it_measures(tmp_path):
    keys = []
    for weights in (b"one", b"other"):
        trained = tmp_path / "train"
        trained.mkdir(exist_ok=True)
        (trained / "model.npz").write_bytes(weights)
        store.finish(trained, {}, ("model.npz",))
        for judge in (None, trained):
            needs = {"trained": trained, "classifier": judge}
            keys.append(key(request.make("evaluate", tmp_path, needs=needs, variant=VARIANT, **BASE)))
    assert len(set(keys)) == 4


def test_baselines_depend_on_the_number_of_latent_dimensions():
    about = {"needs": {"classifier": None}, "data": DATA, "backend": "tensorflow"}
    eight, four = (request.make("baselines", Path("s"), latent_dims=[dim], **about) for dim in (8, 4))
    assert key(eight) != key(four)


def test_what_is_kept_of_a_request_says_all_but_where_things_lie(tmp_path):
    asked = request.make("evaluate", tmp_path, needs={"trained": None}, **BASE | {"data": tmp_path / DATA.name})
    kept = request.without_paths(asked)
    assert str(tmp_path) not in str(kept)
    assert (kept["kind"], kept["data"], kept["trained"], kept["seed"]) == ("evaluate", DATA.name, None, 0)
    assert kept["versions"].keys() >= {"keras", "numpy", "tensorflow"}


@pytest.fixture
def digests(monkeypatch):
    """A function that computes code digests by regularizer, without the cache."""

    def compute(*names):
        request._code.cache_clear()
        return {name: request.code_of("train", {"variant": {"regularizer": name}}) for name in names}

    yield compute
    request._code.cache_clear()


def test_the_code_of_a_penalty_is_part_of_its_own_trainings_and_of_no_others(digests, monkeypatch):
    before = digests("mmd", "kl", "none")
    assert len(set(before.values())) == 3
    edited = tuple(
        dataclasses.replace(row, module="mmdvae.model.augmentation") if row.name == "kl" else row
        for row in table.PENALTIES
    )
    monkeypatch.setattr(table, "PENALTIES", edited)  # a different file for the same penalty name
    after = digests("mmd", "kl", "none")
    assert {name for name in before if before[name] != after[name]} == {"kl"}


def test_a_new_row_in_the_table_of_penalties_retrains_nothing(tmp_path):
    import shutil

    from mmdvae.jobs.code_digest import HERE, digest_of

    digests = []
    for name in ("as it is", "with a row"):
        shutil.copytree(HERE / "mmdvae", tmp_path / name / "mmdvae", ignore=shutil.ignore_patterns("__pycache__"))
        if name == "with a row":
            with (tmp_path / name / "mmdvae/penalties/table.py").open("a") as file:
                file.write(f"PENALTIES += ({Penalty(name='pull', title='Pull')!r},)\n")
        without = ["mmdvae.penalties.table"]
        digests.append(digest_of(["mmdvae.training.fit"], without=without, root=tmp_path / name))
    assert digests[0] == digests[1]
