"""What is checked before anything starts."""

import os

import pytest

from flows import plan
from mmdvae.errors import InputError


def test_the_users_home_is_meant_by_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert plan.make(out=plan.Path("~/runs")).out == tmp_path / "runs"
    monkeypatch.chdir(tmp_path)
    assert plan.make(out=plan.Path("~nobodyx/runs")).out == plan.Path("~nobodyx/runs")  # as a shell leaves it


@pytest.mark.parametrize("option", ["out", "data_dir", "dataset"])
def test_a_path_that_no_file_of_ours_could_name_is_refused(tmp_path, option):
    name = os.fsdecode(b"caf\xe9")
    value = f"npz:{name}" if option == "dataset" else tmp_path / name
    with pytest.raises(InputError, match=f"--{option.replace('_', '-')} must be text in UTF-8, .* got .*caf\ufffd"):
        plan.make(**{"out": tmp_path} | {option: value})


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away and become somebody else")
def test_a_store_that_is_somebody_elses_is_told_with_the_name(tmp_path):
    (tmp_path / "runs" / "store").mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest" in str(folder):
            folder.chmod(0o755)
    (tmp_path / "runs").chmod(0o777)
    child = os.fork()
    if child == 0:
        os.setuid(3002)
        try:
            plan.check_writable(tmp_path / "runs")
        except InputError as error:
            expected = f"store (Permission denied) ({tmp_path}/runs/store belongs to root); to share it, all users need"
            os._exit(0 if expected in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_command_of_a_run_with_named_variants_makes_the_same_variants(tmp_path):
    made = plan.make(out=tmp_path, variants=("imq-a0.3", "kl-a0.2"), alphas=(0.6,), sigmas=(1.0,))
    assert made.command == "mmdvae compare quick --alpha 0.6 --sigma 1 --variant imq-a0.3 --variant kl-a0.2"
    assert [variant.name for variant in made.experiment.variants] == ["mmd-a0.6-s1", "imq-a0.3", "kl-a0.2"]


def test_the_command_repeats_what_was_asked_and_names_no_place_on_this_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text('format = 1\nname = "mine"\n[[variants]]\nregularizer = "none"\n')
    wishes = {"betas": (2.0,), "imqs": (0.3,), "sws": (0.5,), "latent_dims": (4,)}
    wishes |= {"batch_size": 64, "learning_rate": 5e-4}
    made = plan.make(preset="mine.toml", overrides=("training.cooldown=0",), out=tmp_path / "runs", **wishes)
    assert made.command == (
        "mmdvae compare mine.toml --beta 2 --imq 0.3 --sw 0.5 --set training.cooldown=0 --latent-dim 4 --batch-size 64 "
        "--learning-rate 0.0005"
    )
    assert [one.name for one in made.experiment.variants] == ["none-d4", "kl-b2-d4", "imq-a0.3-d4", "sw-a0.5-d4"]
    assert (made.experiment.recipe.cooldown, made.experiment.recipe.batch_size, made.whole) == (0, 64, False)
    assert plan.make(preset=str(tmp_path / "mine.toml"), out=tmp_path / "runs").command == "mmdvae compare mine.toml"


def test_a_rule_for_sigma_and_a_name_follow_the_latent_dimensions(tmp_path):
    made = plan.make(sigmas=("sqrt(d)", 2.0), alphas=(0.6,), variants=("none",), latent_dims=(32,), out=tmp_path)
    assert [one.name for one in made.experiment.variants] == ["mmd-a0.6-s5.66-d32", "mmd-a0.6-s2-d32", "none-d32"]
    assert made.command == "mmdvae compare quick --alpha 0.6 --sigma 'sqrt(d)' --sigma 2 --variant none --latent-dim 32"


def test_several_latent_dimensions_cross_what_is_added_and_are_in_the_command(tmp_path):
    made = plan.make(variants=("none",), betas=(1.0,), latent_dims=(32, 2), out=tmp_path)
    assert made.command == "mmdvae compare quick --variant none --beta 1 --latent-dim 32 --latent-dim 2"
    assert [one.name for one in made.experiment.variants] == ["none-d2", "kl-a0.5-d2", "none-d32", "kl-a0.5-d32"]


@pytest.mark.parametrize("override", ["training.cooldown", "=3", "variants[99].alpha=0.5"])
def test_an_override_that_reaches_nothing_is_refused(override, tmp_path):
    with pytest.raises(InputError, match="--set must be KEY=VALUE|must be a key|there is no such place"):
        plan.make(overrides=(override,), out=tmp_path)


def test_data_are_changed_by_their_own_option_and_the_command_holds_no_control_characters(tmp_path):
    for override in ("data.source=npz:/home/me/x.npz", "base=quick", "data={}"):
        with pytest.raises(InputError, match="--set cannot change"):
            plan.make(overrides=(override,), out=tmp_path)
    made = plan.make(overrides=("question=x\x1b[31m\ny", "training.epochs=3"), epochs=5, out=tmp_path)
    assert made.command.isprintable()
    assert made.experiment.recipe.epochs == 5  # an option of its own counts


def test_a_plan_that_writes_nothing_makes_no_folder(tmp_path):
    assert plan.make(writes=False, out=tmp_path / "new").out == tmp_path / "new"
    assert not (tmp_path / "new").exists()
