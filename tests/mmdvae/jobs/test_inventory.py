"""What a store holds and what may be deleted, also while comparisons are running."""

import subprocess
import sys

import made_store
import pytest
from made_store import DATA, HOUR

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.files import locked
from mmdvae.jobs import inventory, store
from mmdvae.jobs.names import LOCK, REQUEST


@pytest.fixture
def out(tmp_path):
    return made_store.make(tmp_path)


def names(entries):
    return sorted(f"{entry.kind}-{int(entry.folder.name.rpartition('-')[2], 16)}" for entry in entries)


def test_every_folder_says_what_it_holds_and_which_runs_refer_to_it(out):
    found = {name: entry for entry in inventory.entries(out / "store") for name in names([entry])}
    assert set(found) == {
        *("train-1", "train-2", "train-3", "evaluate-1", "classifier-1", "classifier-2", "data-0"),
    }
    one = found["train-1"]
    assert (one.kind, one.what, one.data, one.finished, one.runs) == (
        *("train", "mmd-a0.6-s2.83 seed 3", DATA, True, ("r",)),
    )
    assert one.size == sum(path.stat().st_size for path in one.folder.iterdir()) > 1000
    assert one.age == pytest.approx(HOUR, abs=60)
    assert (found["data-0"].what, found["data-0"].runs) == ("digits", ("r",))
    assert found["classifier-1"].runs == ("r",)  # trained on the run's data
    assert (found["classifier-2"].runs, found["train-2"].runs) == ((), ())
    assert not found["train-3"].finished


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ({"unused": True, "older_than": None}, ["classifier-2", "train-2"]),  # unfinished: may be in progress
        ({"unused": True, "older_than": HOUR / 2}, ["classifier-2", "train-2", "train-3"]),
        ({"unused": True, "older_than": 2 * HOUR}, []),
        ({"unused": False, "older_than": 2 * HOUR}, []),
    ],
)
def test_what_goes(out, rules, gone):
    dry, _ = inventory.prune(inventory.entries(out / "store"), **rules, dry_run=True)
    assert names(dry) == gone
    deleted, kept = inventory.prune(inventory.entries(out / "store"), **rules)
    assert (names(deleted), kept) == (gone, [])
    left = names(inventory.entries(out / "store"))
    assert len(left) == 7 - len(gone)
    assert not set(gone) & set(left)
    assert (out / "store" / "notes").is_dir()


def test_an_age_alone_takes_what_runs_refer_to_as_well(out):
    deleted, _ = inventory.prune(inventory.entries(out / "store"), unused=False, older_than=HOUR / 2)
    assert len(deleted) == 7


def test_without_a_rule_nothing_goes(out):
    with pytest.raises(InputError, match="select what to delete: --unused, --older-than AGE, or both"):
        inventory.prune(inventory.entries(out / "store"), unused=False, older_than=None)


def test_what_a_comparison_has_used_since_it_began_stays(out):
    with inventory.running(out / "store", "now"):
        store.touch(out / "store" / f"train-{2:024x}")
        entries = inventory.entries(out / "store")
        deleted, kept = inventory.prune(entries, unused=True, older_than=None)
    assert (names(deleted), names(kept)) == (["classifier-2"], ["train-2"])
    deleted, kept = inventory.prune(inventory.entries(out / "store"), unused=True, older_than=None)
    assert (names(deleted), kept) == (["train-2"], [])  # the comparison has ended


def test_a_comparison_that_was_killed_protects_nothing(out):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom mmdvae.jobs import inventory\n"
        "with inventory.running(Path(sys.argv[1]), 'killed'):\n    print('runs', flush=True)\n    time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(out / "store")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "runs\n"
        store.touch(out / "store" / f"train-{2:024x}")
        _, kept = inventory.prune(inventory.entries(out / "store"), unused=True, older_than=None, dry_run=True)
        assert names(kept) == ["train-2"]
        process.kill()
    deleted, _ = inventory.prune(inventory.entries(out / "store"), unused=True, older_than=None)
    assert "train-2" in names(deleted)


def test_what_a_process_works_in_stays(out):
    folder = out / "store" / f"train-{3:024x}"
    entries = inventory.entries(out / "store")
    with locked(folder / LOCK):
        deleted, kept = inventory.prune(entries, unused=True, older_than=60.0)
    assert names(kept) == ["train-3"]
    assert "train-3" not in names(deleted)
    assert (folder / "file").is_file()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"variant": {"alpha": "x"}, "seed": 0}'])
def test_a_folder_that_says_nothing_is_listed_all_the_same(out, text):
    (out / "store" / f"train-{1:024x}" / REQUEST).write_text(text)
    assert "train-1" in names(inventory.entries(out / "store"))


def test_trainings_of_another_length_are_known_and_nothing_else_is_taken_for_one(tmp_path):
    def asked(epochs, **changes):
        recipe = recipes.STANDARD.to_dict() | {"epochs": epochs}
        about = {"variant": variants.none().to_dict(), "recipe": recipe, "seed": 0, "data": "/there/data-0"}
        return {"kind": "train"} | about | changes

    for number, request in enumerate([asked(2), asked(20), asked(3, seed=1), asked(4, data="/there/data-1")]):
        (tmp_path / f"train-{number}").mkdir()
        store.describe(tmp_path / f"train-{number}", request)
    (tmp_path / "train-cut").mkdir()
    (tmp_path / "train-cut" / REQUEST).write_text("{")
    assert inventory.other_epochs(tmp_path, [asked(5)]) == {2, 20}
    assert inventory.other_epochs(tmp_path, [asked(2)]) == {20}
    assert inventory.other_epochs(tmp_path, []) == set()
