"""The learning-rate schedule: its values, and that trainings follow it."""

import dataclasses

import numpy as np
import pytest

from mmdvae import recipes, variants
from mmdvae.errors import InputError
from mmdvae.training import fit
from mmdvae.training.schedule import Cooldown

RECIPE = dataclasses.replace(recipes.STANDARD, epochs=3, batch_size=64, cooldown=0.3)


@pytest.mark.parametrize(("step", "size"), [(0, 0.5), (70, 0.5), (75, 0.5 * 25 / 30), (99, 0.5 / 30), (100, 0.0)])
def test_the_step_size_is_constant_and_then_falls_in_a_line(step, size):
    schedule = Cooldown(0.5, share=0.3, steps=100)
    np.testing.assert_allclose(float(schedule(step)), size, rtol=1e-6, atol=1e-8)  # float32


def test_keras_can_make_the_schedule_again():
    schedule = Cooldown(0.5, share=0.3, steps=100)
    assert float(Cooldown.from_config(schedule.get_config())(80)) == float(schedule(80))


@pytest.mark.parametrize(("images", "steps"), [(128, 6), (130, 9), (129, 6)])  # a last batch of one image is left out
def test_steps_of_a_training(images, steps):
    assert fit.steps(images, RECIPE) == steps


def test_a_training_cools_down_in_its_last_steps_alone(tiny, tmp_path):
    histories = {}
    for share in (0.0, RECIPE.cooldown):
        folder = tmp_path / f"{share}"
        folder.mkdir()
        recipe = dataclasses.replace(RECIPE, cooldown=share)
        record = fit.fit(variants.none(), recipe, seed=0, data=tiny, folder=folder, report=lambda event: None)
        histories[share] = record["history"]["bce"]
    never, late = histories.values()
    np.testing.assert_allclose(late[:2], never[:2], rtol=1e-6)  # the cooldown, 30 % of three epochs, is under one epoch
    assert abs(late[2] - never[2]) > 1e-4


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_cooldown_is_a_share(share):
    with pytest.raises(InputError, match=r"cooldown must be between 0 and 1, got "):
        dataclasses.replace(recipes.STANDARD, cooldown=share)
