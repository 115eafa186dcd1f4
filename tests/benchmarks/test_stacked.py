"""A variant in a stack is trained as it is alone: what is stacked, shared and traced changes nothing but rounding."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
ORDERS, VARIANTS = 5, 3

# Each order from the same start: the stack in two launches of two steps, each single training in launches of one.
TRAIN = """
import dataclasses, json, sys
from pathlib import Path
import jax, numpy as np
from benchmarks.stacked import Stack, _numbers, _penalty
from mmdvae import recipes, variants
from mmdvae.data import array_folder
from mmdvae.training.compiled_loop import CompiledLoop
from mmdvae.model.vae import VAE
from mmdvae.training.build import build

images = array_folder.open_split(Path(sys.argv[1]), "train")[0]
recipe = dataclasses.replace(recipes.STANDARD, batch_size=16)
chosen = [variants.gaussian(0.2, 0.5), variants.gaussian(0.6, 2.83), variants.gaussian(0.9, 1.0)]

def fresh(variant):
    model = build(variant, recipe, seed=0)
    model.reseed(0, 0)
    return model

def variables(model):
    return [*model.variables, *model.optimizer.variables]

def weights(model):
    return np.concatenate([np.float64(weight.value).ravel() for weight in model.trainable_variables])

stacked, singles = [fresh(variant) for variant in chosen], [fresh(variant) for variant in chosen]
stack, launchers = Stack(stacked, images), [CompiledLoop(model, images) for model in singles]
start, variables_start = jax.tree.map(np.array, stack.state), [np.array(v.value) for v in variables(singles[0])]
before, trained = weights(singles[0]), []
for order in range(int(sys.argv[2])):
    rows = np.random.default_rng(order).integers(len(images), size=(4, 16))
    stack.state = jax.tree.map(jax.numpy.array, start)
    means = [stack.run(rows[:2]), stack.run(rows[2:])]
    stack.unstack()
    for k, (single, loop) in enumerate(zip(singles, launchers)):
        for variable, value in zip(variables(single), variables_start):
            variable.assign(value)
        single.reset_metrics()
        seen = []
        after = lambda done: seen.append(float(single.get_metrics_result()["loss"])) or 1
        loop.run("train", rows.ravel(), batch_size=16, after=after)
        own, moved = weights(single), np.linalg.norm(weights(single) - before)
        trained.append({
            "losses": [[float(mean[k]) for mean in means], seen[1::2]],
            "apart": [float(np.linalg.norm(weights(model) - own) / moved) for model in stacked],
            "streams": [model.noise_stream.state.numpy().tolist() for model in (stacked[k], single)],
            "steps": [int(model.optimizer.iterations) for model in (stacked[k], single)],
        })

z, prior = np.random.default_rng(0).normal(size=(2, 16, 8)).astype("float32")
penalties = []
for recipe in recipes.RECIPES.values():
    for sigma in (1e-4, 0.1, 2.83, 1e4):
        model = VAE(variants.gaussian(0.6, sigma), recipe)
        numbers = jax.tree.map(np.float32, _numbers(model))
        outputs = {"z": jax.numpy.array(z), "prior": jax.numpy.array(prior)}
        traced = jax.jit(lambda numbers: _penalty(outputs, numbers, recipe))(numbers)
        penalties.append([float(traced), float(model.penalty(outputs))])
print(json.dumps({"trained": trained, "penalties": penalties}))
"""


@pytest.fixture(scope="module")
def found(tiny):
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tiny), str(ORDERS)],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "2"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_each_variant_trains_in_the_stack_as_alone(found):
    """Four steps, in several batch orders; distances of weights in units of the way that training moved them.

    Adam moves an entry by the learning rate times its gradient over that gradient's size, so a relative error of the
    gradient is one of the way. Sums over up to 16 * 28 * 28 terms in another order: some 1e-6 (a unit roundoff of 6e-8
    times a few tens), in most orders. In some, one of the million ReLUs of a step lies so near zero that rounding
    switches it, which takes one image's share of 16 from the gradients below it: 0.013 was the largest of 24. Other
    variants' weights are 0.9 to 1.2 away. The loss falls by a tenth in four steps: 0.05 of that is 0.005 of the loss.
    """
    trained = found["trained"]
    assert len(trained) == ORDERS * VARIANTS
    own = np.reshape([each["apart"][number % VARIANTS] for number, each in enumerate(trained)], (ORDERS, VARIANTS))
    assert own.min(axis=0).max() < 1e-5  # every variant has an order in which no ReLU switches
    assert own.max() < 0.05
    assert all(sum(apart > 0.5 for apart in each["apart"]) == VARIANTS - 1 for each in trained)  # the measure can tell
    losses = np.reshape([each["losses"] for each in trained], (ORDERS, VARIANTS, 2, 2))
    stacked, single = np.moveaxis(losses, 2, 0)  # each (orders, variants, launches)
    assert np.abs(stacked / single - 1).min(axis=0).max() < 1e-6
    np.testing.assert_allclose(stacked, single, rtol=0.005)


def test_a_stack_draws_and_counts_as_a_single_training(found):
    for each in found["trained"]:
        assert each["streams"][0] == each["streams"][1] != [0, 0]
        assert each["steps"] == [4, 4]


def test_the_penalty_of_a_traced_sigma_is_the_models(found):
    """Both estimators, each float32 result within 1e-6 of the exact one (mmdvae.mmd)."""
    assert len(found["penalties"]) == 8
    for traced, own in found["penalties"]:
        assert traced == pytest.approx(own, rel=0, abs=2e-6)
