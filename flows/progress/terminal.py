"""Shows progress on standard error: a bar per variant in a terminal, plain lines in a pipe or a log."""

import contextlib
import sys
import threading
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from tasks.progress import share

LINE_EVERY = 15.0  # seconds between two plain progress lines of one unit


class Bars:
    """A line per running unit of work, redrawn in place; finished ones stay above."""

    def __init__(self, console: Console):
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[numbers]}"),
            console=console,
        )
        self._lines: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *ending):
        self._progress.stop()

    def __call__(self, unit: str, event: dict[str, Any]) -> None:
        """Show one event."""
        with self._lock:
            if unit not in self._lines:
                self._lines[unit] = self._progress.add_task(unit, total=1.0, numbers="")
        # None leaves a bar where it was.
        self._progress.update(self._lines[unit], completed=share(event), numbers=in_brief(event))


class Lines:
    """A line of text per event; progress of a unit at most every 15 seconds."""

    def __init__(self, stream=None):
        self._stream = stream or sys.stderr
        self._last: dict[str, float] = {}

    def __enter__(self):
        return self

    def __exit__(self, *ending):
        return None

    def __call__(self, unit: str, event: dict[str, Any]) -> None:
        """Print one event, unless it is progress too soon after the last."""
        now = time.monotonic()
        if event["event"] in ("progress", "download", "decode", "encode"):
            if now - self._last.setdefault(unit, now) < LINE_EVERY:
                return
            self._last[unit] = now
        with contextlib.suppress(OSError):  # a closed pipe or a full disk is no reason to fail a training
            print(f"{unit}: {in_brief(event)}", file=self._stream, flush=True)


def for_terminal() -> Bars | Lines:
    """Bars if standard error is a terminal that can redraw, else lines."""
    console = Console(stderr=True)
    return Bars(console) if console.is_terminal and not console.is_dumb_terminal else Lines()


def in_brief(event: dict[str, Any]) -> str:
    """One line that describes an event."""
    kind = event["event"]
    if kind == "progress":
        return (
            f"epoch {event['epoch']}/{event['epochs']}  {_error(event)}  penalty {event['penalty']:.4f}  "
            f"{event['images_per_second']:,.0f} images/s  {_duration(event['seconds_left'])} left"
        )
    if kind == "epoch":
        return (
            f"epoch {event['epoch']}/{event['epochs']}  {_error(event)}  penalty {event['penalty']:.4f}  "
            f"{_error(event, 'val_')}  in {_duration(event['seconds'])}"
        )
    if kind == "download":
        return f"{event['done'] / 1e6:.1f} MB downloaded"
    if kind == "decode":
        of_all = f" of {event['total']:,}" if event["total"] else ""
        return f"{event['done']:,}{of_all} images prepared"
    if kind == "encode":
        return f"{event['done']:,} of {event['total']:,} images encoded"
    return event.get("message") or kind


def _error(event: dict[str, Any], split: str = "") -> str:
    """The error that is trained, by its name."""
    bce, error = (event.get(f"{split}{name}") for name in ("bce", "reconstruction"))
    told = f"bce {bce:.4f}" if error in (None, bce) else f"2 mse {error:.4f}"
    return f"{split.replace('_', ' ')}{told}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"
