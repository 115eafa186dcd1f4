"""The benchmarks' own arithmetic, and the page that they write; their timings are never tested."""

import json

import pytest

from benchmarks import child, machine, page, steps, sweep


def rounds_of(notebook, ours):
    metrics = {"notebook": notebook, "ours": ours}
    numbers = {way: {"none": {"val_loss": loss, "val_rounded_accuracy": 1 - loss}} for way, loss in metrics.items()}
    return {"notebook_seconds": 300.0, "training_seconds": 150.0, "command_seconds": 200.0} | numbers


RESULTS = {
    "steps": {
        "mflop_per_image": 42.1,
        "rows": [
            {"way": "ours", "us_per_image": 400, "ratio": 1.9, "low": 1.8, "high": 2.0}
            | {"peak_share": 0.61, "peak_gflops": 190}
        ],
    },
    "sweep": {
        "epochs": 1,
        "rounds": [
            {"seed": 0, "notebook_seconds": 200.0, "training_seconds": 100.0, "command_seconds": 130.0},
        ],
        "ratio": 2.0,
        "low": 1.9,
        "high": 2.1,
        "ratio_with_report": 1.5,
    },
    "agreement": {
        "epochs": 2,
        "rounds": [{"seed": seed, **rounds_of(0.30 + seed / 100, 0.31 + seed / 100)} for seed in range(3)],
    },
    "overhead": {
        "rounds": [
            {"bare": 10.0, "threads": 20.0 + late, "threads_cached": 4.0}
            | {"server": 25.0 + late, "server_cached": 3.0, "auto": 40.0, "auto_cached": 11.0 + late}
            for late in (0, 1, 5)
        ],
        "quick": 500.0,
    },
    "recipes": {
        "runs": [
            {"recipe": "notebook", "seed": 0, "epochs": 3, "seconds": [9, 18, 27], "test_bce": [0.31, 0.30, 0.29]},
            {"recipe": "standard", "seed": 0, "epochs": 2, "seconds": [8, 16], "test_bce": [0.30, 0.295]},
        ]
    },
}


def test_the_page_holds_what_was_measured_and_says_what_was_not(tmp_path):
    results = {
        name: {"machine": machine.describe(), "seconds": 60.0, "measured": measured}
        for name, measured in RESULTS.items()
    }
    text = page.write(json.loads(json.dumps(results)), tmp_path).read_text()
    assert "| ours | 400 | 1.90 (1.80 to 2.00) | 61% | 190 |" in text
    assert "**2.00 times as fast**" in text
    assert "| none | val_loss | 0.3100 ± 0.0100 | 0.3200 ± 0.0100 | +1.2 |" in text  # 0.01 / (0.01 sqrt(2 / 3))
    assert "Below 2.8 it is within the noise" in text  # t of 4 degrees of freedom
    assert "is at 0.29500, 0.00500 above what the" in text
    assert "reaches\n0.29500 after 27 s, where the standard one needs 16 s." in text
    assert "| `--server auto` | 40.0 | 12.0 |" in text
    assert "costs 11.0 s around a comparison; Prefect adds 5.0 s if" in text
    assert "is 1.0% with a server that runs already, 3.8% with its own." in text
    assert "## stages\n\nNot measured yet." in text
    assert (tmp_path / "performance-recipes.svg").read_text().startswith("<?xml")


def test_the_networks_multiplications_are_counted():
    convolutions = (
        14 * 14 * 9 * 32 + 7 * 7 * 9 * 32 * 64 + 7 * 7 * 9 * 64 * 64 + 14 * 14 * 9 * 64 * 32 + 28 * 28 * 9 * 32
    )
    dense = 3136 * 128 + 2 * 128 * 8 + 8 * 3136
    assert steps.flop_per_image() == 6 * (convolutions + dense) - 2 * 14 * 14 * 9 * 32


def test_the_products_alone_are_those_that_are_counted():
    from benchmarks import products

    shapes = []
    for call in products.calls(batch_size=2):
        outputs, gradients = call()
        shapes.append((tuple(outputs.shape[1:]), [tuple(one.shape) for one in gradients]))
    assert len(shapes) == 9  # two convolutions, three transposed ones, four dense layers
    assert [len(gradients) for _, gradients in shapes] == [1] + [2] * 8
    assert shapes[0] == ((14, 14, 32), [(3, 3, 1, 32)])
    assert shapes[-1] == ((28, 28, 1), [(3, 3, 1, 32), (2, 28, 28, 32)])


def test_our_loop_is_measured_with_our_layers_and_with_stock_ones():
    in_our_loop = {(layers, recipe) for _, layers, loop, recipe in steps.OURS if loop == "launches"}
    assert in_our_loop == {(layers, recipe) for layers in ("ours", "stock") for recipe in ("notebook", "standard")}


def test_stock_layers_train_in_our_loop(tiny, tmp_path):
    way = {"layers": "stock", "loop": "launches", "recipe": "notebook", "barrier": str(tmp_path), "workers": 1}
    timed = child.call(steps.our_way, env=child.ONE_THREAD, data=str(tiny), **way)
    assert timed["us_per_image"] > 0


def test_a_call_runs_elsewhere_and_brings_back_the_result():
    assert child.call(machine.sgemm_gflops, env=child.ONE_THREAD, repeats=1) > 0
    with pytest.raises(Exception, match="non-zero exit status"):
        child.call(machine.at_the_same_time, env=child.ONE_THREAD, folder="/nowhere", workers=1)


def test_the_sweep_trains_the_notebooks_way_on_what_it_is_given(tiny):
    numbers = child.call(sweep.notebook_way, env=child.ALL_CORES, data=str(tiny), seed=0, epochs=1)
    assert set(numbers) == {"mmd-a0.6-s0.1", "none", "mmd-a0.6-s0.0001", "mmd-a0.6-s10000"}
    assert all(0 < one["val_loss"] < 1 for one in numbers.values())


def test_the_transcriptions_contrast_is_what_0_2_meant_when_the_notebook_ran():
    """Keras 3.15 takes a single number f as U(1, 1 + f), where 3.5 took U(1 - f, 1 + f)."""
    import keras
    import numpy as np

    from benchmarks import notebook
    from mmdvae.model.augmentation import change_contrast

    (layer,) = (layer for layer in notebook.encoder().layers if isinstance(layer, keras.layers.RandomContrast))
    image = np.zeros((4_000, 28, 28, 1), dtype="float32")
    image[:, :14] = 1  # half white: white becomes (1 + factor) / 2
    ours = change_contrast(image, 0.2, keras.random.SeedGenerator(0))
    for stretched in (layer(image, training=True), ours):
        factors = 2 * np.asarray(stretched)[:, 0, 0, 0] - 1
        # 4,000 draws: one comes within 0.01 of each end but for 0.975^4000; 0.01 is 5.5 standard errors of the mean.
        assert 0.8 <= factors.min() + 1e-6 < 0.81
        assert 1.19 < factors.max() <= 1.2 + 1e-6
        assert abs(factors.mean() - 1) < 0.01
