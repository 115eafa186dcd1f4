"""The check of a network of the user's own: each rule that it breaks is a line that says which and what was found."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import own_network_texts as texts
import pytest

from mmdvae import recipes
from mmdvae.data import array_folder
from mmdvae.jobs import request
from mmdvae.training import network_check

ROOT = Path(__file__).parents[3]
SMALL = dataclasses.replace(recipes.STANDARD, batch_size=64)

# Lines of a function that is right, and what each wrong one has instead of them.
RIGHT = """
import keras, numpy
from keras import layers, ops
BEFORE
def build(image_shape, latent_dim, **options):
    images = layers.Input(image_shape)
    x = layers.Flatten()(images)
    x = layers.Dense(8, activation="relu")(x)
    mean, log_variance = layers.Dense(latent_dim)(x), layers.Dense(latent_dim)(x)
    codes = layers.Input((latent_dim,))
    y = layers.Dense(784)(codes)
    y = layers.Reshape(image_shape)(y)
    AFTER
    return keras.Model(images, [mean, log_variance]), keras.Model(codes, y)
"""
NOISE = """
class Noise(layers.Layer):
    def call(self, x, training=False):
        return x + 0.1 * SOURCE if training or ALWAYS else x
"""


def text(after="", before="", instead=("", "")):
    """The right function with lines added, and one part of it replaced."""
    made = RIGHT.replace("BEFORE", before).replace("    AFTER\n", f"    {after}\n" if after else "")
    assert instead[0] in made
    return made.replace(*instead) if instead[0] else made


def noisy(source, always):
    return NOISE.replace("SOURCE", source).replace("ALWAYS", str(always))


WRONG = {
    "raises": (
        text("raise RuntimeError('no\\nluck')"),
        r"must run, but raises RuntimeError: no luck, in own\.py line 13",
    ),
    "wants an option": (
        text(instead=("**options", "depth")),
        r"must run, but raises TypeError: build\(\) missing 1 required positional argument: 'depth'",
    ),
    "exits": (text(before="raise SystemExit('bye')"), r"must run, but raises SystemExit: bye, in own\.py line 4"),
    "one model": (
        text("return keras.Model(images, [mean, log_variance])"),
        r"must return \(encoder, decoder\), two keras\.Models, got Functional",
    ),
    "a layer as decoder": (
        text("return keras.Model(images, [mean, log_variance]), layers.Dense(784)"),
        r"must return \(encoder, decoder\), two keras\.Models, got tuple of Functional, Dense",
    ),
    "one output of twice the size": (
        text("return keras.Model(images, layers.Dense(2 * latent_dim)(x)), keras.Model(codes, y)"),
        r"the encoder must give two outputs, \[mean, log variance\], each float32 \(1, 3\) for images "
        r"\(1, 28, 28, 1\), got float32 \(1, 6\)",
    ),
    "three outputs": (
        text("return keras.Model(images, [mean, log_variance, mean]), keras.Model(codes, y)"),
        r"the encoder must give two outputs, .*got 3 in a list: float32 \(1, 3\), float32 \(1, 3\), float32 \(1, 3\)",
    ),
    "half precision": (
        text('mean = layers.Activation("linear", dtype="float16")(mean)'),
        r"the encoder must give two outputs, .*got 2 in a list: float16 \(1, 3\), float32 \(1, 3\)",
    ),
    "flat images": (
        text("y = layers.Flatten()(y)"),
        r"the decoder must give one output, logits, float32 \(1, 28, 28, 1\) for codes \(1, 3\), "
        r"got float32 \(1, 784\)",
    ),
    "a fixed batch": (
        text(instead=("layers.Flatten()(images)", "ops.reshape(images, (1, 784))")),
        r"must run, but raises .*784.*",
    ),
    "not finite": (
        text("mean = mean / ops.max(images)"),
        r"the encoder's mean must be finite for an image of black, got nan in 3 of 3 numbers",
    ),
    "too large a log variance": (
        text("log_variance = log_variance + 200"),
        r"the exponential of the encoder's log variance must be finite for an image of black, got inf",
    ),
    "a decoder that is not finite": (
        text("y = ops.log(y * 0)"),
        r"the decoder's logits must be finite for codes of zeros, got -?inf in 2,352 of 2,352 numbers",
    ),
    "samples in inference": (
        text(
            "mean = Noise()(mean)",
            "class Noise(layers.Layer):\n"
            "    def __init__(self):\n        super().__init__(); self.seed = keras.random.SeedGenerator(0)\n"
            "    def call(self, x):\n        return x + keras.random.normal(ops.shape(x), seed=self.seed)",
        ),
        r"the encoder must give the same twice in inference, got numbers that differ by [\d.]+",
    ),
    "batch statistics in inference": (
        text("mean = mean - ops.mean(mean, axis=0, keepdims=True)"),
        r"the encoder's output must not depend on what else is in the batch in inference, got numbers that differ by",
    ),
    "a decoder with batch statistics": (
        text("y = Norm()(y)", "class Norm(layers.BatchNormalization):\n"
             "    def call(self, x):\n        return super().call(x, training=True)"),
        r"the decoder's output must not depend on what else is in the batch in inference",
    ),
    "a sigmoid at the end": (
        text('y = layers.Activation("sigmoid")(y)'),
        r"the decoder must give logits, any number, and no activation such as sigmoid, .*got numbers from 0 to 1 for",
    ),
    "a tanh at the end": (
        text('y = layers.Activation("tanh")(y)'),
        r"the decoder must give logits, .*got numbers from -1 to 1 for",
    ),
    "a regularizer": (
        text(instead=('Dense(8, activation="relu")', 'Dense(8, kernel_regularizer="l2")')),
        r"the encoder must have no losses of its own \(regularizers, add_loss\), .*got 1",
    ),
    "weights of no seed": (
        text(before="def drawn(shape, dtype=None):\n    return numpy.random.default_rng().normal(size=shape)",
             instead=("Dense(784)", "Dense(784, bias_initializer=drawn)")),
        r"the decoder must have the same weights when it is built with the same seed, got others",
    ),
    "a constant of the seed": (
        text("y = y + numpy.random.normal(size=image_shape).astype('float32')"),
        r"the decoder must do the same when it is built again and given its weights, got numbers that differ by",
    ),
    "random numbers of nobody": (
        text("mean = Noise()(mean)", noisy("keras.random.normal(ops.shape(x))", False)),
        r"must draw the same random numbers in training from the same seed, got others: a layer must take them from",
    ),
    "a weight without a gradient": (
        text("mean = mean + Lost()(x)",
             "class Lost(layers.Layer):\n"
             "    def build(self, shape):\n        self.lost = self.add_weight(shape=(4,), name='lost')\n"
             "    def call(self, x):\n        return ops.zeros_like(x[:, :1])"),
        r"every trained weight must have a gradient of the objective, got none for .*lost",
    ),
    "a loss that is not a number": (
        text("y = Bad()(y)",
             "class Bad(layers.Layer):\n"
             "    def call(self, x, training=False):\n        return x / (0.0 if training else 1.0)"),
        r"the loss must be finite in the first steps, got nan with adam, learning rate 0\.001",
    ),
}  # fmt: skip


def check(tiny, folder, code, recipe=SMALL, latent_dim=3, **options):
    own = texts.own(code, folder, **options)
    images = array_folder.open_split(tiny, "train")[0]
    recipe = dataclasses.replace(recipe, network=own.network)
    return network_check.check(own, recipe, images, latent_dim)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr("mmdvae.training.trial.SECONDS", 1e-9)  # one step after the first


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_network_is_refused_in_one_line_that_names_the_function_and_the_rule(tiny, tmp_path, wrong):
    code, line = WRONG[wrong]
    with pytest.raises(ValueError, match=rf"^own\.py:build: {line}") as refused:
        check(tiny, tmp_path, code)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "code", [text(), texts.GOOD, texts.SUBCLASSED], ids=["plain", "with dropout and noise", "subclassed"]
)
def test_a_right_network_passes_and_is_measured(tiny, tmp_path, code):
    record = check(tiny, tmp_path, code)
    assert record["weights"] > 0
    assert record["seconds_per_step"] == pytest.approx(64 / record["images_per_second"])
    assert record["peak_rss_mb"] > 100
    assert record["notes"] == []


def test_weights_are_counted_by_whether_they_are_trained(tiny, tmp_path):
    record = check(tiny, tmp_path, text("mean = layers.BatchNormalization()(mean)"))
    assert record["weights"] == 784 * 8 + 8 + 2 * (8 * 3 + 3) + 3 * 784 + 784 + 2 * 3
    assert record["fixed_weights"] == 2 * 3


def test_what_is_no_mistake_is_noted(tiny, tmp_path):
    fixed = text(instead=("Dense(784)", "Dense(784, kernel_initializer=keras.initializers.GlorotUniform(seed=1))"))
    assert check(tiny, tmp_path / "a", fixed)["notes"] == [
        "own.py:build: the decoder starts with the same weights whatever the seed"
    ]
    unused = text("y = y + 0.0 * layers.Dense(784, name='unused')(codes)[:, :1][:, :, None, None]")
    (note,) = check(tiny, tmp_path / "b", unused)["notes"]
    assert note == "own.py:build: the gradient is 0 for unused/kernel, unused/bias"


def test_a_last_layer_that_starts_at_0_is_right(tiny, tmp_path):
    zeros = "layers.Dense(784, kernel_initializer='zeros')(layers.Dense(8)(codes))"
    assert check(tiny, tmp_path, text(instead=("layers.Dense(784)(codes)", zeros)))["notes"] == []


def test_a_recipe_that_diverges_at_once_is_told_with_its_step_size(tiny, tmp_path):
    wild = dataclasses.replace(SMALL, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(ValueError, match=r"the loss must be finite in the first steps, got .* with sgd, .* 1e\+30"):
        check(tiny, tmp_path, text(), recipe=wild)


CHILD = "import sys; from mmdvae.training import network_check; from mmdvae.jobs import child\n"


def run_child(tiny, tmp_path, code, start=CHILD):
    """The events of the job of kind `network` in a process of its own."""
    network = texts.network(code)
    asked = request.make(
        "network", tmp_path, data=tiny, backend="tensorflow", latent_dim=3, image_shape=[28, 28, 1],
        recipe=dataclasses.replace(SMALL, network=network).to_dict(), sources={"own.py": code},
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", f"{start}child.main()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    )  # fmt: skip
    with process:
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()  # and left open: its end would tell the child that its parent is gone
        return [json.loads(line) for line in process.stdout], Path(asked["folder"])


def test_as_a_job_it_may_print_and_its_record_says_that_it_loads_without_code(tiny, tmp_path):
    events, folder = run_child(tiny, tmp_path, text("print('built', flush=True)"))
    assert [event["event"] for event in events] == ["started", "done"]
    assert events[-1]["record"]["stock"] is True
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".json") == [
        "decoder.json", "encoder.json", "request.json", "result.json",
    ]  # fmt: skip


def test_a_function_that_hangs_ends_with_a_line_after_the_time_that_it_has(tiny, tmp_path):
    hangs = text("import time; time.sleep(1000)")
    events, folder = run_child(tiny, tmp_path, hangs, f"{CHILD}network_check.MOST_SECONDS = 0.5\n")
    assert events[-1] == {
        "event": "error",
        "message": "TimeoutError: own.py:build: must be built, checked and trained for some steps within 0.5 s, "
        "and was not",
    }
    assert not (folder / "result.json").exists()
