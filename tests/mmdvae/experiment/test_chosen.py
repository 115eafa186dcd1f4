"""What an experiment's file keeps of how its variants were chosen."""

from dataclasses import replace

import pytest

from mmdvae.errors import InputError
from mmdvae.experiment import file
from mmdvae.record.result import Chosen

CHOSEN = Chosen(among=9, by=("valid_mse", "valid_sliced_w2"), rounds=3, seeds=(0, 1))
FILE = 'format = 1\nname = "mine"\n[[variants]]\nregularizer = "none"\n[chosen]\n'


def test_a_file_keeps_it_and_changes_keep_it(tmp_path):
    written = replace(file.read("quick"), chosen=CHOSEN)
    (tmp_path / "again.toml").write_text(file.text(written, tmp_path))
    read = file.read(str(tmp_path / "again.toml"), {"seeds": [5]})
    assert read == replace(written, seeds=(5,))
    assert read.only(["none"]).chosen == read.with_variants([0.3], [2.0]).chosen == CHOSEN


def test_what_was_not_chosen_says_nothing_of_it(tmp_path):
    assert file.read("quick").chosen is None
    assert "chosen" not in file.text(file.read("quick"), tmp_path)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("among = 9", "chosen.by: is missing"),
        ('among = 0\nby = ["a"]\nrounds = 1\nseeds = [0]', "chosen.among: must be >= 1, got 0"),
        ('among = 9\nby = []\nrounds = 1\nseeds = [0]', r"chosen.by: must not be empty, got \[\]"),
        ('among = 9\nby = ["a"]\nrounds = 1\nseeds = [0]\nseed = 1', r"chosen.seed: unknown key; did you mean seeds\?"),
        ('among = 9\nby = ["a"]\nrounds = 1\nseeds = ["x"]', r"chosen.seeds\[0\]: must be a whole number, got 'x'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(tmp_path, table, said):
    (tmp_path / "bad.toml").write_text(FILE + table)
    with pytest.raises(InputError, match=f"^bad.toml: {said}"):
        file.read(str(tmp_path / "bad.toml"))
