"""The numbers that the list of runs carries, so that it can compare those that are ticked without a server."""

import json
from collections.abc import Sequence
from typing import Any

from reports import metrics
from reports.metrics import Fixed, Metric
from reports.run_index import diff
from reports.run_index.comparable import LIKE, Comparable

ROOM = 1_500_000  # characters; a sweep of 24 variants takes 80,000, the quick preset 15,000


def numbers(runs: Sequence[Comparable]) -> dict[str, Any]:
    """What index.js needs; the first runs only, if all are too many for a page that opens at once."""
    names = {name for run in runs for variant in run.variants.values() for name in variant.metrics}
    order = metrics.ordered(names)
    places = {metric.name: place for place, metric in enumerate(order)}
    carried: list[tuple[str, dict[str, Any]]] = []
    room = ROOM
    for run in runs:
        packed = _pack(run, places)
        room -= len(json.dumps(packed))
        if room < 0:
            break
        carried.append((run.id, packed))
    return {
        "words": diff.WORDS,
        "like": list(LIKE.items()),
        "letters": diff.LETTERS,
        "least": diff.LEAST_SEEDS,
        "metrics": [_describe(metric) for metric in order],
        "runs": carried,
    }


def _pack(run: Comparable, places: dict[str, int]) -> dict[str, Any]:
    """Lists and not objects, because JavaScript would bring names that are whole numbers into another order."""
    return {
        "settings": list(run.settings.items()),
        "variants": [
            [
                name,
                variant.state,
                [[places[key], one.mean, one.spread, one.seeds, one.text] for key, one in variant.metrics.items()],
            ]
            for name, variant in run.variants.items()
        ],
    }


def _describe(metric: Metric) -> dict[str, Any]:
    show = metric.show
    described = {"title": diff.title(metric), "main": metric.name in diff.MAIN}
    return described | ({"digits": show.digits, "factor": show.factor} if isinstance(show, Fixed) else {})
