"""`python -m benchmarks [NAME ...]`: run benchmarks, and write docs/performance.md from all results so far.

Each result is kept in docs/performance.json under its name, with the machine that it was measured on, until it is
measured again. Without a name all are measured, which takes two to three hours; `steps` takes eight minutes.
"""

import sys
import time
from pathlib import Path

from benchmarks import agreement, machine, overhead, page, pipeline, recipes, stacked, stages, steps, sweep
from mmdvae.data import prepare
from mmdvae.files import read_json, write_json
from tasks.processes import devices

MEASUREMENTS = {
    "steps": steps.measure,
    "sweep": sweep.measure,
    "agreement": agreement.measure,
    "stages": stages.measure,
    "pipeline": pipeline.measure,
    "overhead": overhead.measure,
    "memory": pipeline.memory,
    "stacked": stacked.measure,
    "recipes": recipes.measure,
}
DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "performance.json"


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; choose from: {', '.join(MEASUREMENTS)}")
    if devices.cores() < 2:
        raise SystemExit("the benchmarks compare ways to use two cores or more; this machine has one")
    prepared = prepare.prepare("fashion-mnist", data_dir=None, store=Path("runs/store")).folder
    for name in names or MEASUREMENTS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        started = time.monotonic()
        measured = MEASUREMENTS[name](prepared)
        results = read_json(RESULTS) if RESULTS.exists() else {}
        results[name] = {"machine": machine.describe(), "seconds": time.monotonic() - started, "measured": measured}
        write_json(RESULTS, results)
    print(page.write(read_json(RESULTS), DOCS))


if __name__ == "__main__":
    main(sys.argv[1:])
