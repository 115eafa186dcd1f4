"""The options of the data: from file and command line to the plan, into the command of the run, and refused early."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from flows import plan
from flows.cli import main
from mmdvae.data.options import DataOptions
from mmdvae.errors import InputError
from mmdvae.experiment import file

TABLE = '[data]\nsource = "images:mine"\nsize = [16, 24]\nfit = "pad"\ngroup = "^(\\\\d+)_"\n'
NONE = '[[variants]]\nregularizer = "none"\n'


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder `mine` of pictures of two sizes here, and a file mine.toml that says what to do with them."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    for number in range(24):
        Image.new("RGB", (24, 16 + number % 2), (number, 9, 9)).save(f"mine/{number}_a.png")
    Path("mine.toml").write_text(f'format = 1\nname = "mine"\n{TABLE}{NONE}')
    return tmp_path


def run(*words):
    return CliRunner().invoke(main, words)


def test_a_file_says_how_images_are_made_alike_and_the_run_keeps_it(mine):
    made = plan.make(preset="mine.toml")
    options = DataOptions(size=(16, 24), fit="pad", group=r"^(\d+)_")
    assert (made.experiment.data, made.data.options) == (options, options)
    Path("again").mkdir()
    Path("again/experiment.toml").write_text(file.text(made.experiment, Path("again")))
    assert file.read("again").data == options
    assert file.as_content(made.experiment)["data"] == {
        "source": "images:mine", "size": [16, 24], "fit": "pad", "group": r"^(\d+)_"
    }  # fmt: skip


def test_options_change_those_of_the_file_and_a_data_set_brings_its_own(mine):
    made = plan.make(preset="mine.toml", size="8x9", colour="grey")
    assert made.experiment.data == DataOptions(size=(8, 9), fit="pad", colour="grey", group=r"^(\d+)_")
    assert made.command == "mmdvae compare mine.toml --size 8x9 --colour grey"
    other = plan.make(preset="mine.toml", dataset="images:mine", size="20x20", group=r"(\d+)_( b)?")
    assert other.experiment.data == DataOptions(size=(20, 20), group=r"(\d+)_( b)?")
    assert other.command == "mmdvae compare mine.toml --dataset images:mine --size 20x20 --group '(\\d+)_( b)?'"
    np.savez("floats.npz", x_train=np.zeros((9, 8, 8)), x_test=np.zeros((9, 8, 8)))
    for limits in ("-1,2.5", "0,16777215", "-0.1234567,1"):  # the command repeats the run, so to the last digit
        assert plan.make(dataset="npz:floats.npz", value_range=limits).command.endswith(
            f"npz:floats.npz --range {limits}"
        )


def test_how_images_are_fit_can_be_changed_alone_where_the_file_has_a_size(mine):
    made = plan.make(preset="mine.toml", fit="stretch")
    assert made.experiment.data == DataOptions(size=(16, 24), fit="stretch", group=r"^(\d+)_")
    assert made.command == "mmdvae compare mine.toml --fit stretch"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--size", "64x64"], "size is for npz:PATH, images:DIR, .* got it with dataset fashion-mnist"),
        (["--dataset", "digits", "--group", "a"], "group is for images:DIR, got it with dataset digits"),
        (["--dataset", "images:mine", "--size", "64"], "size must be height x width, such as 64x48, got '64'"),
        (["--dataset", "images:mine", "--range", "1"], "range must be LOW,HIGH, such as 0,1; got '1'"),
        (["--dataset", "images:mine", "--fit", "pad"], "fit is about images of another size, so it needs size"),
        (["--set", "data.size=[8,8]"], "--set cannot change data.size; take its own option"),
        (["--dataset", "images:gone"], "images:gone: folder gone is missing: no folder with pictures"),
        (["--dataset", "npz:gone.npz"], "npz:gone.npz: file gone.npz is missing: no such file"),
        (["--dataset", "images:mine"], r"of one size, or --size HxW must be given.* 16 x 24 \(\d+_a.png\) to 17 x 24"),
        (["--data-dir", "gone"], "fashion-mnist: data-dir gone is missing: no train-images-idx3-ubyte, "),
    ],
)
def test_what_cannot_be_used_is_one_line_before_a_server_starts_or_a_file_is_written(mine, words, message):
    done = run("compare", "quick", *words)
    assert done.exit_code == 2
    (line,) = done.output.splitlines()
    assert line.startswith("Error: ")
    with pytest.raises(InputError, match=message):
        raise InputError(line)
    assert {path.name for path in mine.iterdir()} == {"mine", "mine.toml"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('source = "images:mine"\nsize = [64]', "data.size[1]: is missing"),
        (
            'source = "images:mine"\nsize = [7, 8]',
            "data.size must be height and width, 8 to 256 pixels each, got 7",
        ),
        ('source = "images:mine"\nsizes = [8, 8]', "data.sizes: unknown key; did you mean size?"),
        ('source = "images:mine"\ncolour = "blue"', "data.colour must be one of: grey, rgb; got 'blue'"),
        ("size = [8, 8]", "data.size is for npz:PATH"),
        ('source = "npz:a"\nrange = [1, 0]', "data.range must be two numbers, the lower first"),
        ('source = "npz:a"\nrange = "0,1"', "data.range: must be a list of two numbers, got '0,1'"),
        ('source = "npz:a"\nrange = [0, 1, 2]', "data.range: must have two numbers, got [0"),
    ],
)
def test_a_wrong_table_of_data_is_one_line(mine, table, message):
    Path("bad.toml").write_text(f'format = 1\nname = "bad"\n[data]\n{table}\n{NONE}')
    with pytest.raises(InputError) as caught:
        file.read("bad.toml")
    assert str(caught.value).startswith(f"bad.toml: {message}")


def test_the_command_data_tells_what_is_seen_and_what_will_be_done(mine):
    (mine / "mine" / "list.txt").write_text("no picture")
    done = run("data", "--dataset", "images:mine", "--size", "16x24", "--colour", "grey")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "folder: complete (24 pictures in 1 class; left out: 1 .txt)",
        "note: colour made grey: 24 pictures",
        "note: scaled from 16 x 24 to 17 x 24 to 16 x 24 (crop): 12 pictures",
        "images:mine is in mine: 16 x 24 grey; 18 to train on, 2 for validation, 4 for testing",
    ]
    assert run("data", "--dataset", "images:mine").exit_code == 2
