"""Writes docs/performance.md and its two charts from docs/performance.json, which has every number on the page."""

import statistics
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot as plt
from scipy import stats

from benchmarks import overhead

OURS, THEIRS = "#3f90da", "#ffa90e"  # petroff10


def write(results: dict[str, Any], docs: Path) -> Path:
    """Write the page from the results so far; it names what has not been measured."""
    parts = [HEAD]
    for name, section in SECTIONS.items():
        parts.append(section(results[name]["measured"], docs) if name in results else MISSING.format(name=name))
        if name in results:
            parts.append(_machine(results[name]))
    path = docs / "performance.md"
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    return path


HEAD = """
# How fast it is, measured

`make bench` measures all of this again and rewrites this page; `make bench ONLY=steps` does one part. Machines are noisy, so ways
are compared in turn within one round and the figure to quote is the ratio, the median of three rounds with its extremes.
"""

MISSING = "## {name}\n\nNot measured yet."


def _steps(measured: dict[str, Any], docs: Path) -> str:
    rows = [
        [row["way"], f"{row['us_per_image']:.0f}", f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"]
        + [f"{row['peak_share']:.0%}", f"{row['peak_gflops']:.0f}"]
        for row in measured["rows"]
    ]
    _bars(measured["rows"], docs / "performance-steps.svg")
    return f"""
## A training step

The notebook's network on Fashion-MNIST, {measured["mflop_per_image"]:.1f} million floating-point operations per image and step. The
notebook trains one variant at a time on all cores; we train as many as there are cores, one thread each. "us per image" is time
divided by the images of all variants that are trained in it.

{_table(["way", "us per image", "times as fast as the notebook", "share of the peak", "peak, GFLOP/s"], rows)}

![Times as fast as the notebook, one bar a way, with the extremes of three rounds](performance-steps.svg)

"Our layers" are the two of `mmdvae/model/layers.py`; what they bring to our loop is the difference between its rows with and without them.
The peak is a float32 matrix product of 2048 x 2048 in the same processes just before. The standard recipe's rows have its batch of
128 and no contrast; they are not the notebook's step. The last row has the network's convolutions and matrix products alone, forward and
backward, one after the other: the share at which a step would arrive in which all else (activations, normalisation, MMD, optimizer) were free.
"""


def _bars(rows: list[dict[str, Any]], path: Path) -> None:
    figure, axes = plt.subplots(figsize=(7.2, 2.9), layout="constrained")
    ratios = [row["ratio"] for row in rows]
    extremes = [[row["ratio"] - row["low"] for row in rows], [row["high"] - row["ratio"] for row in rows]]
    axes.barh([row["way"] for row in rows], ratios, xerr=extremes, color=OURS, ecolor="black", capsize=3)
    axes.axvline(1, color=THEIRS)
    axes.invert_yaxis()
    axes.set_xlabel("times as fast as the notebook: median and extremes of three rounds")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _sweep(measured: dict[str, Any], docs: Path) -> str:
    rows = [
        [
            one["seed"],
            f"{one['notebook_seconds']:.0f}",
            f"{one['training_seconds']:.0f}",
            f"{one['command_seconds']:.0f}",
        ]
        for one in measured["rounds"]
    ]
    return f"""
## The notebook's four variants, end to end

{measured["epochs"]} epoch{"s" * (measured["epochs"] > 1)} of each variant on all 55,000 training images, from a new process to the last variant's validation metrics.
Ours is `mmdvae compare notebook --epochs {measured["epochs"]} --server none`, **{measured["ratio"]:.2f} times as fast**
({measured["low"]:.2f} to {measured["high"]:.2f}). It then measures 10,000 test images per variant, draws their t-SNE, measures the
baselines and writes the report, which the notebook does not; with all that it is still {measured["ratio_with_report"]:.2f} times as
fast, and the difference shrinks with every further epoch.

{_table(["seed", "notebook, s", "ours: trainings, s", "ours: with evaluation and report, s"], rows)}
"""


def _agreement(measured: dict[str, Any], docs: Path) -> str:
    rounds = measured["rounds"]
    freedom = 2 * len(rounds) - 2
    rows = []
    for variant in rounds[0]["ours"]:
        for name in ("val_loss", "val_rounded_accuracy"):
            both = [[one[way][variant][name] for one in rounds] for way in ("notebook", "ours")]
            cells = [f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}" for values in both]
            error = (sum(statistics.variance(values) for values in both) / len(rounds)) ** 0.5
            distance = (statistics.mean(both[1]) - statistics.mean(both[0])) / error
            rows.append([variant, name, *cells, f"{distance:+.1f}"])
    return f"""
## Do the numbers agree with the notebook's?

Its four variants on all training images by both ways: mean over {len(rounds)} seeds after {measured["epochs"]} epochs, standard deviation, and the
difference in its standard errors. Below {stats.t.ppf(0.975, freedom):.1f} it is within the noise of the seeds (Student's t, two-sided 5 %, {freedom}
degrees of freedom). Rows share their seeds.

{_table(["variant", "metric", "notebook", "ours", "standard errors"], rows)}
"""


def _recipes(measured: dict[str, Any], docs: Path) -> str:
    figure, axes = plt.subplots(figsize=(7.2, 3.6), layout="constrained")
    rows = []
    for run in measured["runs"]:
        standard = run["recipe"] == "standard"
        label = f"{run['recipe']}, seed {run['seed']}"
        axes.plot(run["seconds"], run["test_bce"], color=OURS if standard else THEIRS, label=label, lw=1.5)
        rows.append([label, run["epochs"], f"{run['seconds'][-1]:.0f}", f"{run['test_bce'][-1]:.5f}"])
    first = measured["runs"][0]["test_bce"]
    best = min(min(run["test_bce"]) for run in measured["runs"])
    axes.set_ylim(best - 0.002, min(max(first), best + 0.03))
    axes.set(xlabel="processor seconds of training, one thread", ylabel="test cross-entropy, nats per pixel")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(docs / "performance-recipes.svg", metadata={"Date": None})
    plt.close(figure)
    return f"""
## The recipes: error against seconds

The unregularised variant by both recipes, with our layers and our loop; after each epoch the cross-entropy of the 10,000 test images,
decoded from posterior means.

![Test cross-entropy against seconds for both recipes](performance-recipes.svg)

{_table(["recipe", "epochs", "seconds", "test bce at the end"], rows)}

{_which_recipe(measured["runs"])}
"""


def _which_recipe(runs: list[dict[str, Any]]) -> str:
    notebook = next(run for run in runs if run["recipe"] == "notebook")
    standard = [run for run in runs if run["recipe"] == "standard"]
    end = statistics.mean(run["test_bce"][-1] for run in standard)
    difference, goal = end - notebook["test_bce"][-1], notebook["test_bce"][-1]
    seconds = statistics.mean(run["seconds"][-1] for run in standard)
    reached = next((s for s, bce in zip(notebook["seconds"], notebook["test_bce"], strict=True) if bce <= end), None)
    when = f"after {reached:.0f} s" if reached else "never in its epochs"
    return f"""
After its {standard[0]["epochs"]} epochs the standard recipe is at {end:.5f}, {abs(difference):.5f} {"above" if difference > 0 else "below"} what the
notebook's reaches in {notebook["epochs"]} ({goal:.5f}), in {notebook["seconds"][-1] / seconds:.1f} times less time. The notebook's recipe reaches
{end:.5f} {when}, where the standard one needs {seconds:.0f} s.
"""


def _stages(measured: dict[str, Any], docs: Path) -> str:
    tables = [
        _table(["part", "processor seconds"], [[name, f"{seconds:.2f}"] for name, seconds in parts.items()])
        for parts in (measured["evaluation"], measured["report"])
    ]
    return f"""
## Evaluation and report

One variant measured on 10,000 test images, one core:

{tables[0]}

The classifier by which samples are judged is trained once per data set, in {measured["classifier"]:.0f} processor seconds.

The report of six variants, made from stored results, one core; made again, it takes {measured["again"]:.2f} s, for its pictures are kept:

{tables[1]}
"""


def _pipeline(measured: dict[str, Any], docs: Path) -> str:
    start = measured["start"]
    grown = [
        [one["variants"], f"{one['seconds']:.0f}", f"{one['page_mb']:.2f}", *_own(one), f"{one['child_peak_mb']:.0f}"]
        for one in measured["variants"]
    ]
    dims = [
        [one["latent_dim"], f"{one['us_per_image']:.0f}", f"{one['evaluation_seconds']:.1f}", f"{one['peak_mb']:.0f}"]
        for one in measured["dims"]
    ]
    memory = ["own memory of the parent, MB: first / last training", "of the fork server", "training child, at most"]
    return f"""
## How it grows

A child that can train answers {start["fresh"] / start["forked"]:.0f} times sooner when it is forked ({start["forked"]:.3f} s) than as a new interpreter
({start["fresh"]:.1f} s); the fork server itself takes {start["server"]:.1f} s, once per run.

How it grows with the number of tiny variants, one epoch, all cores:

{_table(["variants", "seconds", "page, MB", *memory], grown)}

How it grows with latent dimensions, on real images; one thread, processor time:

{_table(["latent dimensions", "us per image and step", "evaluation, s", "peak memory, MB"], dims)}
"""


def _memory(measured: dict[str, Any], docs: Path) -> str:
    parent, server = _own(measured)
    return f"""
## Memory

{measured["variants"]} variants on all images by the standard recipe, one epoch, as many at a time; megabytes, of the parent and the fork server
their own when the first and when the last training had ended, of children all that they held, shared pages included.

| parent | fork server | training child, at most | evaluating child, at most |
| ---: | ---: | ---: | ---: |
| {parent} | {server} | {measured["child_peak_mb"]:.0f} | {measured["evaluation_peak_mb"]:.0f} |
"""


def _own(measured: dict[str, Any]) -> list[str]:
    return [f"{measured[who][0]:.0f} / {measured[who][-1]:.0f}" for who in ("parent_mb", "server_mb")]


def _overhead(measured: dict[str, Any], docs: Path) -> str:
    cost = overhead.medians(measured["rounds"])
    ways = {
        "bare": "bare calls in one process, Keras imported",
        "threads": "`--server none`",
        "server": "a server that runs already",
        "auto": "`--server auto`",
    }
    rows = [[text, f"{cost[way]:.1f}", _cached(cost, way)] for way, text in ways.items()]
    extra = cost["server"] - cost["threads"]
    return f"""
## What Prefect and the pipeline cost

Six trainings and evaluations of the quick preset with 300 tiny images, one at a time; seconds, medians of {len(measured["rounds"])} rounds in turn:

{_table(["way", "seconds", "again, all in the store"], rows)}

So the pipeline costs {cost["threads"] - cost["bare"]:.1f} s around a comparison; Prefect adds {extra:.1f} s if its server
runs already and {cost["auto"] - cost["threads"]:.1f} s with a server of its own. {_share(measured, extra, cost["auto"] - cost["threads"])}
"""


def _share(measured: dict[str, Any], lasting: float, own: float) -> str:
    if "quick" not in measured:
        return "What share that is of a quick run on real images has not been measured yet."
    quick = measured["quick"]
    return f"""These six on all real images took {quick:.0f} s with `--server none` here, all cores:
Prefect's part of it is {lasting / quick:.1%} with a server that runs already, {own / quick:.1%} with its own."""


def _cached(cost: dict[str, float], way: str) -> str:
    return f"{cost[way + '_cached']:.1f}" if way + "_cached" in cost else "-"


def _stacked(measured: dict[str, Any], docs: Path) -> str:
    ways = {
        "fit": "Keras `fit` on JAX, one variant",
        "loop": "our loop on JAX, one variant",
        "stacked": f"{measured['variants']} variants in one program",
    }
    rows = [
        [text, f"{measured['median'][way]:.1f}", f"{measured['times_as_fast'][way]:.2f}"]
        + [f"{measured['first_seconds'][way]:.0f}"]
        for way, text in ways.items()
    ]
    on_cpu = "cpu" in measured["device"].lower()
    missing = """
**There was no GPU to measure on, so the figures that matter here are missing.** These are a CPU's, of few steps, and show only that
all three run: XLA's convolutions for CPUs are slow, slower in a loop, and slower still for stacked weights. Use TensorFlow on CPUs.
"""
    return f"""
## JAX, and many variants in one program

Device: {measured["device"]}; {measured["recipe"]} recipe, batch {measured["batch_size"]}. Several variants in one program have stacked weights: `vmap` over the
model's step, with alpha and sigma as its inputs.
{missing if on_cpu else ""}
{_table(["way", "us per image and variant", "times as fast as fit", "first call with compiling, s"], rows)}
"""


SECTIONS = {
    "steps": _steps,
    "sweep": _sweep,
    "agreement": _agreement,
    "recipes": _recipes,
    "stages": _stages,
    "pipeline": _pipeline,
    "overhead": _overhead,
    "memory": _memory,
    "stacked": _stacked,
}


def _machine(entry: dict[str, Any]) -> str:
    facts = entry["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    return (
        f"*{facts['cpu']}, {facts['cores']} cores, {facts['memory_gb']} GB, {facts['gpus']} GPUs; {facts['system']}, {libraries}. "
        f"Measured in {entry['seconds'] / 60:.0f} minutes.*"
    )


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
