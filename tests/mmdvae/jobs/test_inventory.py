"""What a store holds and what may be deleted, also while comparisons are running."""

import contextlib
import json
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
    dry = inventory.prune(out / "store", **rules, dry_run=True)
    assert names(dry.deleted) == gone
    done = inventory.prune(out / "store", **rules)
    assert (names(done.deleted), done.kept, done.failed) == (gone, [], [])
    left = names(inventory.entries(out / "store"))
    assert len(left) == 7 - len(gone)
    assert not set(gone) & set(left)
    assert (out / "store" / "notes").is_dir()


def test_an_age_alone_takes_what_runs_refer_to_as_well(out):
    done = inventory.prune(out / "store", unused=False, older_than=HOUR / 2)
    assert len(done.deleted) == 7


def test_without_a_rule_nothing_goes(out):
    with pytest.raises(InputError, match="select what to delete: --unused, --older-than AGE, or both"):
        inventory.prune(out / "store", unused=False, older_than=None)


def test_what_a_comparison_has_used_since_it_began_stays(out):
    with inventory.running(out / "store", "now"):
        store.touch(out / "store" / f"train-{2:024x}")
        done = inventory.prune(out / "store", unused=True, older_than=None)
    assert (names(done.deleted), names(done.kept)) == (["classifier-2"], ["train-2"])
    done = inventory.prune(out / "store", unused=True, older_than=None)
    assert (names(done.deleted), done.kept) == (["train-2"], [])  # it has ended


def test_what_a_comparison_used_that_ends_while_the_runs_are_read_stays(out, monkeypatch):
    """Its manifest is not read yet, and its lock is gone already."""
    listed = inventory.entries
    with contextlib.ExitStack() as stack:
        stack.enter_context(inventory.running(out / "store", "now"))
        store.touch(out / "store" / f"train-{2:024x}")

        def ends(place, **rules):
            found = listed(place, **rules)
            stack.close()
            return found

        monkeypatch.setattr(inventory, "entries", ends)
        done = inventory.prune(out / "store", unused=True, older_than=None)
    assert names(done.kept) == ["train-2"]


def test_what_was_used_since_it_was_listed_stays(out, monkeypatch):
    listed = inventory.entries

    def used(place, **rules):
        found = listed(place, **rules)
        store.touch(place / f"train-{2:024x}")
        return found

    monkeypatch.setattr(inventory, "entries", used)
    assert names(inventory.prune(out / "store", unused=True, older_than=None).kept) == ["train-2"]


def test_a_comparison_that_was_killed_protects_nothing(out):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom mmdvae.jobs import inventory\n"
        "with inventory.running(Path(sys.argv[1]), 'killed'):\n    print('runs', flush=True)\n    time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(out / "store")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "runs\n"
        store.touch(out / "store" / f"train-{2:024x}")
        dry = inventory.prune(out / "store", unused=True, older_than=None, dry_run=True)
        assert names(dry.kept) == ["train-2"]
        process.kill()
    done = inventory.prune(out / "store", unused=True, older_than=None)
    assert "train-2" in names(done.deleted)


def test_what_a_process_works_in_stays(out):
    folder = out / "store" / f"train-{3:024x}"
    (folder / LOCK).touch()
    made_store.age(folder, HOUR)
    with locked(folder / LOCK):
        done = inventory.prune(out / "store", unused=True, older_than=60.0)
    assert names(done.kept) == ["train-3"]
    assert (folder / "file").is_file()


@pytest.mark.parametrize("text", ["{", "[]", '{"data": "d", "variants": [{"name": "v"}]}', "[" * 100_000])
def test_with_a_manifest_that_cannot_be_read_nobody_knows_what_is_unused(out, text):
    (out / "r" / "manifest.json").write_text(text)
    with pytest.raises(InputError, match=r"r/manifest\.json cannot be read .*, so what its run needs is not known"):
        inventory.prune(out / "store", unused=True, older_than=None)
    assert len(inventory.entries(out / "store")) == 7


def test_leftovers_of_killed_prunes_go_and_links_stay(out, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (out / "store" / f"train-{9:024x}").symlink_to(elsewhere)
    (out / "store" / ".removed-0" / "deep").mkdir(parents=True)
    done = inventory.prune(out / "store", unused=False, older_than=0.0)
    assert (len(done.deleted), done.failed) == (7, [])
    assert not (out / "store" / ".removed-0").exists()
    assert elsewhere.is_dir()
    assert (out / "store" / f"train-{9:024x}").is_symlink()


def test_a_folder_that_cannot_be_deleted_is_named_and_stops_no_other(out, monkeypatch):
    rename = type(out).rename

    def refuse(path, target):
        if path.name.startswith("train-"):
            raise PermissionError(1, "Operation not permitted", str(path))
        return rename(path, target)

    monkeypatch.setattr(type(out), "rename", refuse)
    done = inventory.prune(out / "store", unused=True, older_than=None)
    assert names(done.deleted) == ["classifier-2"]
    assert done.failed == [f"{out / 'store' / f'train-{2:024x}'}: Operation not permitted"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"variant": {"alpha": "x"}, "seed": 0}', "[" * 100_000])
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
    for number, epochs in enumerate(["{", "NaN", '"abc"', "1e999", "[" * 100_000]):
        (tmp_path / f"train-odd{number}").mkdir()
        told = json.dumps(asked(2)).replace('"epochs": 2', f'"epochs": {epochs}')
        (tmp_path / f"train-odd{number}" / REQUEST).write_text(told)
    assert inventory.other_epochs(tmp_path, [asked(5)]) == {2, 20}
    assert inventory.other_epochs(tmp_path, [asked(2)]) == {20}
    assert inventory.other_epochs(tmp_path, []) == set()
