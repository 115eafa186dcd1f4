"""Export, codes and samples from the command line: what is written, and a line for what cannot be."""

import json
import shutil
import subprocess
import sys
from contextlib import ExitStack

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from pyarrow import parquet

from flows import trained
from flows.cli import main
from mmdvae.errors import InputError
from mmdvae.files import read_json, write_json
from mmdvae.jobs import inventory
from mmdvae.training.load import load
from tasks.processes import devices, leases

LOAD = """
import numpy as np


def load():
    with open("ran.txt", "a") as file:
        file.write("once ")
    pairs = [(np.full((30, 40), number, np.uint8), number % 2) for number in range(30)]
    return {"train": pairs[:20], "test": pairs[20:], "classes": ["even", "odd"]}
"""
NAME, PLAIN = "mmd-a0.6-s2.83", "none"


@pytest.fixture
def command(warm, compared, tmp_path, monkeypatch):
    """Run a command on the finished comparison, in an empty folder; return its result."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)

    def run(*words, runs=compared[0]):
        return CliRunner().invoke(main, [*map(str, words), "--runs", str(runs)], catch_exceptions=False)

    run.place = place
    return run


@pytest.fixture(scope="session")
def run_id(compared):
    (report,) = compared[0].glob("*/report.json")
    return report.parent.name


def test_a_trained_model_is_exported_by_the_id_of_its_run(command, run_id, compared):
    done = command("export", run_id, NAME)
    assert (done.exit_code, done.stdout) == (0, f"{NAME}\n"), done.output
    assert done.stderr == f"{NAME}, seed 0, as keras\n"
    about = read_json(command.place / NAME / "model.json")
    report = read_json(compared[0] / run_id / "report.json")
    (variant,) = [row for row in report["variants"] if row["name"] == NAME]
    assert about["metrics"] == variant["runs"][0]["metrics"]
    assert (about["variant"]["name"], about["variant"]["sigma"], about["seed"]) == (NAME, 2.83, 0)
    assert about["recipe"] == report["run"]["recipe_settings"]
    assert (about["dataset"]["sha256"], about["likelihood"]) == (report["run"]["dataset"]["sha256"], "bernoulli")
    assert [path.name for path in command.place.iterdir()] == [NAME]
    example = [sys.executable, "-I", command.place / NAME / "example.py"]
    shown = subprocess.run(example, capture_output=True, text=True, check=True, cwd="/")
    assert shown.stdout == "codes (4, 8) images (4, 28, 28, 1)\n"


def test_the_codes_of_the_test_images_are_those_beside_the_report(command, run_id, compared):
    done = command("encode", run_id, NAME, "--split", "test", "--out", "codes.parquet")
    assert (done.exit_code, done.stdout) == (0, "codes.parquet\n"), done.output
    found = parquet.read_table("codes.parquet").to_pandas()
    known = parquet.read_table(compared[0] / run_id / "latents.parquet").to_pandas()
    known = known[known["variant"] == NAME].reset_index(drop=True)
    shared = [name for name in found.columns if name in known.columns]
    assert shared == ["image", "label", *(f"z{number}" for number in range(1, 9))]
    assert found[shared].equals(known[shared])
    ((_, errors),) = [
        (path, np.load(path)["squared_errors"])
        for path in compared[0].glob("store/evaluate-*/views.npz")
        if np.array_equal(np.load(path)["codes"], found[[f"z{n}" for n in range(1, 9)]].to_numpy())
    ]
    np.testing.assert_allclose(found["squared_error"], errors, rtol=1e-5)
    assert json.loads(parquet.read_schema("codes.parquet").metadata[b"mmdvae"])["variant"] == NAME


def test_without_a_split_all_images_of_the_run_are_encoded(command, run_id):
    assert command("encode", run_id, PLAIN, "--out", "codes.parquet").exit_code == 0
    found = parquet.read_table("codes.parquet").to_pandas()
    assert found.groupby("split", observed=True)["image"].agg(["count", "min", "max"]).to_dict("index") == {
        "train": {"count": 270, "min": 0, "max": 269},
        "valid": {"count": 30, "min": 0, "max": 29},
        "test": {"count": 60, "min": 0, "max": 59},
    }


def test_pictures_of_another_size_and_colour_are_made_like_those_of_the_model(command, run_id, compared, tmp_path):
    random, folder = np.random.default_rng(0), tmp_path / "pictures"
    for kind in ("cats", "dogs"):
        (folder / kind).mkdir(parents=True)
        for number in range(4):
            side = 28 + 10 * number
            pixels = random.integers(0, 256, (side, side + number, 3), np.uint8)
            Image.fromarray(pixels).save(folder / kind / f"{number}.png")
    done = command("encode", run_id, PLAIN, "--dataset", f"images:{folder}", "--out", "codes.parquet")
    assert done.exit_code == 0, done.output
    assert "note: images of another size or colour are made 28 x 28 grey, as the model's\n" in done.stderr
    assert "note: colour made grey: 8 pictures\n" in done.stderr
    assert "8 images\n" in done.stderr
    found = parquet.read_table("codes.parquet").to_pandas().set_index("path")
    assert sorted(found.index) == [f"{kind}/{number}.png" for kind in ("cats", "dogs") for number in range(4)]
    assert [found.loc[f"{kind}/0.png", "label"] for kind in ("cats", "dogs")] == [0, 1]
    assert found["split"].isna().all()
    model = load(next(path for path in compared[0].glob("store/train-*") if _is(path, "none")))
    mean, log_variance = model.encode(np.asarray(Image.open(folder / "dogs" / "0.png").convert("L"))[None])
    row = found.loc["dogs/0.png"]
    np.testing.assert_allclose([row[f"z{n}"] for n in range(1, 9)], mean[0], atol=1e-5)
    np.testing.assert_allclose([row[f"v{n}"] for n in range(1, 9)], np.exp(log_variance[0]), rtol=1e-5)


def _is(folder, regularizer):
    return read_json(folder / "request.json")["variant"]["regularizer"] == regularizer


def test_images_that_the_model_does_not_take_get_a_line(command, run_id, tmp_path):
    np.savez(tmp_path / "a.npz", x_train=np.zeros((20, 16, 16), np.uint8), x_test=np.zeros((20, 16, 16), np.uint8))
    words = ("encode", run_id, PLAIN, "--out", "codes.parquet", "--dataset", f"npz:{tmp_path / 'a.npz'}")
    done = command(*words, "--size", "16x16")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: npz:a.npz: images must be 28 x 28 grey, as the model's, got 16 x 16 grey\n")
    done = command(*words, "--split", "valid")
    assert done.stderr.endswith("Error: --split must be one of the data's: train, test; got 'valid'\n")
    assert list(command.place.iterdir()) == []
    assert command(*words, "--split", "test").exit_code == 0
    assert parquet.read_table("codes.parquet")["split"].to_pylist() == ["test"] * 20


def test_images_of_a_users_own_function_are_encoded_if_it_may_run(command, run_id, copy):
    (command.place / "load.py").write_text(LOAD)
    words = ("encode", run_id, PLAIN, "--dataset", "load.py:load", "--out", "codes.parquet")
    done = command(*words, runs=copy)
    assert done.exit_code == 2
    assert "Error: load.py:load is code: load.py (" in done.stderr
    for _ in range(2):
        assert command(*words, "--allow-code", runs=copy).exit_code == 0
    found = parquet.read_table("codes.parquet").to_pandas()
    assert found.groupby("split", observed=True).size().to_dict() == {"train": 20, "test": 10}
    assert (command.place / "ran.txt").read_text() == "once "


def test_samples_are_the_same_for_a_seed_and_what_the_model_decodes(command, run_id, compared):
    for out, *words in (("a.npz",), ("b.npz",), ("c.npz", "--seed", 1), ("a.png",)):
        done = command("sample", run_id, PLAIN, "-n", 7, "--out", out, *words)
        assert (done.exit_code, done.stdout) == (0, f"{out}\n"), done.output
    with np.load("a.npz") as a, np.load("b.npz") as b, np.load("c.npz") as c:
        assert np.array_equal(a["images"], b["images"])
        assert not np.array_equal(a["codes"], c["codes"])
        images, codes = a["images"], a["codes"]
    assert (images.shape, images.dtype, codes.shape) == ((7, 28, 28), np.uint8, (7, 8))
    model = load(next(path for path in compared[0].glob("store/train-*") if _is(path, "none")))
    np.testing.assert_allclose(images, 255 / (1 + np.exp(-model.decode(codes).astype(float))), atol=0.51)
    sheet = np.asarray(Image.open("a.png"))
    assert sheet.shape == (92, 92)  # 3 x 3 images of 28 pixels with 2 between them and around
    assert np.array_equal(sheet[32:60, 2:30], images[3])
    assert (sheet[62:, 32:] == 255).all()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("export", "RUN", "nope"), f"'nope' is not a variant of run RUN; choose one of: {PLAIN}, {NAME}"),
        (("export", "RUN", NAME, "--seed", "7"), "--seed must be one of: 0; got 7"),
        (("export", "RUN", NAME, "--format", "h5"), "unknown format 'h5'; choose one of: keras, savedmodel, onnx"),
        (("export", "RUN", NAME, "--to", "file"), "file: must be a folder, is a file"),
        (("export", "RUN", NAME, "--to", "."), ".: must be another folder than the one you are in, which would be"),
        (("export", "RUN", NAME, "--to", "full"), "full: must be new, empty or an earlier export, which is replaced"),
        (("export", "other", NAME), "other is not a run (no report.json); runs in RUNS: RUN"),
        (("encode", "RUN", NAME, "--out", "a.csv"), "--out must end in .parquet, got a.csv"),
        (("encode", "RUN", NAME, "--out", "a.parquet", "--size", "8x8"), "--size goes with --dataset: the run's own"),
        (("encode", "RUN", NAME, "--out", "a.parquet", "--split", "x"), "--split must be one of the data's: train, "),
        (("encode", "RUN", NAME, "--out", "a.parquet", "--dataset", "x"), "unknown dataset 'x'; choose one of: "),
        (("sample", "RUN", NAME, "--out", "a.jpg"), "--out must end in .png or .npz, got a.jpg"),
        (("sample", "RUN", NAME, "--out", "a.png", "-n", "0"), "-n must be a whole number from 1 to 10,000, got 0"),
        (("sample", "RUN", NAME, "--out", "a.png", "--seed", "-1"), "--seed must be a whole number >= 0 and < 2^63"),
    ],
)
def test_what_is_wrong_gets_a_line_and_writes_nothing(words, line, command, run_id, compared):
    (command.place / "file").write_text("mine")
    (command.place / "full").mkdir()
    (command.place / "full" / "file").write_text("mine")
    before = sorted(command.place.rglob("*"))
    done = command(*(run_id if word == "RUN" else word for word in words))
    told = done.stderr.splitlines()[-1]
    assert told.startswith(f"Error: {line.replace('RUNS', str(compared[0])).replace('RUN', run_id)}"), done.output
    assert done.exit_code == 2
    assert sorted(command.place.rglob("*")) == before


def test_a_lost_store_and_damaged_weights_get_a_line(command, run_id, copy):
    folder = next(path for path in copy.glob("store/train-*") if _is(path, "none"))
    (folder / "model.npz").write_bytes((folder / "model.npz").read_bytes()[:-100])
    line = f"Error: {PLAIN} has no model: {folder} is missing or damaged; `mmdvae compare {copy / run_id}` trains it"
    for lose in (lambda: None, lambda: shutil.rmtree(folder), lambda: shutil.rmtree(copy / "store")):
        lose()
        done = command("export", run_id, PLAIN, runs=copy)
        assert done.stderr.startswith(line), done.output
        assert done.exit_code == 2
    assert list(command.place.iterdir()) == []


def test_a_variant_that_diverged_or_failed_has_no_model(run_id, copy):
    folder = next(path for path in copy.glob("store/train-*") if _is(path, "none"))
    result = read_json(folder / "result.json")
    result["record"] |= {"status": "diverged", "error": "diverged in epoch 2: loss is nan"}
    write_json(folder / "result.json", result)
    line = "^none has no model: diverged in epoch 2: loss is nan$"
    with pytest.raises(InputError, match=line), trained.found(copy / run_id, PLAIN, None):
        pass
    report = read_json(copy / run_id / "report.json")
    report["variants"][0] |= {"status": "failed", "error": "OSError: disk full", "runs": [], "summary": {}}
    write_json(copy / run_id / "report.json", report)
    (folder / "result.json").unlink()
    with (
        pytest.raises(InputError, match="^none with seed 0 has no model: it failed: OSError: disk full$"),
        trained.found(copy / run_id, PLAIN, 0),
    ):
        pass


def test_of_several_seeds_the_first_that_is_trained_is_taken(run_id, copy):
    report = read_json(copy / run_id / "report.json")
    report["run"]["seeds"] = [5, 0]
    write_json(copy / run_id / "report.json", report)
    with trained.found(copy / run_id, PLAIN, None) as model:
        assert model.told == "none, seed 0 (also there: --seed 5)"
    with trained.found(copy / run_id, PLAIN, 0) as model:
        assert model.told == "none, seed 0"


def test_a_model_in_use_is_not_pruned(run_id, copy):
    shutil.rmtree(copy / run_id / "nothing", ignore_errors=True)
    with trained.found(copy / run_id, PLAIN, None) as model:
        deleted = inventory.prune(copy / "store", unused=False, older_than=0.0).deleted
        assert model.folder.is_dir()
        assert model.data.is_dir()
        assert model.folder not in [entry.folder for entry in deleted]
    assert model.folder in [
        entry.folder for entry in inventory.prune(copy / "store", unused=False, older_than=0.0).deleted
    ]


def test_a_full_disk_gets_a_line_and_leaves_nothing(compared, run_id, tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"  # the networks have 2 MB
    command = [sys.executable, "-P", "-c", f"{full}; from flows.cli import main; main()"]
    for form in ("keras", "savedmodel"):
        words = ["export", str(compared[0] / run_id), PLAIN, "--format", form, "--to", "there"]
        done = subprocess.run([*command, *words], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 2, done.stderr
        line = done.stderr.splitlines()[-1]
        assert line.startswith(f"Error: {tmp_path / 'there'}: cannot be written, for "), done.stderr
        assert line.endswith("File too large")
        assert list(tmp_path.iterdir()) == []


def test_no_comparison_is_waited_for(command, run_id):
    with ExitStack() as held:
        for slot in devices.slots(None):
            assert held.enter_context(leases.first_free([slot]))
        done = command("sample", run_id, PLAIN, "-n", 1, "--out", "a.png")
    assert done.exit_code == 0, done.output
    assert "waiting" not in done.stderr


def test_each_commands_help_teaches_by_an_example():
    listed = CliRunner().invoke(main, ["--help"]).stdout
    for name in ("export", "encode", "sample"):
        text = CliRunner().invoke(main, [name, "--help"]).stdout
        assert f"mmdvae {name} RUN" in text
        assert "--out" in text
        assert f"  {name} " in listed
