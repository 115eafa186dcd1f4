"""`mmdvae store`: what a user sees of it, and what goes."""

import made_store
import pytest
from click.testing import CliRunner

from flows.cli import main


def mmdvae(*words):
    return CliRunner().invoke(main, ["store", *map(str, words)])


@pytest.fixture
def out(tmp_path):
    return made_store.make(tmp_path)


def test_the_list_says_variant_data_size_age_and_runs_and_ends_with_the_sums(out):
    result = mmdvae("--out", out)
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert result.exit_code == 0
    (line,) = [line for line in lines if line.startswith(f"train-{1:024x} mmd-a0.6-s2.83 seed 3 digits ")]
    assert line.endswith(" kB 60m r")
    assert any(line.startswith(f"train-{3:024x} none seed 0 (unfinished) digits ") for line in lines)
    assert lines[-1].startswith("7 folders, ")
    assert "no run refers to 3 of them" in lines[-1]


def test_a_dry_run_says_what_goes_and_deletes_nothing(out):
    dry = mmdvae("prune", "--unused", "--dry-run", "--out", out)
    assert "2 folders would be deleted" in dry.output
    assert (out / "store" / f"train-{2:024x}").is_dir()
    wet = mmdvae("--out", out, "prune", "--unused")
    assert "2 folders deleted" in wet.output
    assert not (out / "store" / f"train-{2:024x}").exists()


def test_an_age_is_a_number_with_a_unit(out):
    assert "0 folders would be deleted" in mmdvae("prune", "--older-than", "2h", "--dry-run", "--out", out).output
    assert "7 folders would be deleted" in mmdvae("prune", "--older-than", "59m", "--dry-run", "--out", out).output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["prune"], "select what to delete: --unused, --older-than AGE, or both"),
        (["prune", "--older-than", "30"], "--older-than must be a whole number with m, h, d or w, such as 30d, got 30"),
        (["prune", "--older-than", "-1d"], "such as 30d, got -1d"),
    ],
)
def test_bad_rules_are_one_line_and_exit_code_2(out, words, message):
    result = mmdvae(*words, "--out", out)
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert message in result.output
