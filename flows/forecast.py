"""How much a comparison has to do, and how long that takes, told once its first steps are measured."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows import asked
from flows.plan import Plan
from mmdvae.data.prepare import Dataset
from mmdvae.jobs import environment, request
from tasks.processes import pool
from tasks.progress import LISTENER, Listener, tell

LONG = 8 * 3600.0  # seconds: more than a working day or a night
MEASURED = 3.0  # seconds of a training after which its rate is trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What there is to do."""

    trainings: int  # in all
    stored: int  # of them in the store
    seeds: int
    epochs: int
    images: int  # in an epoch
    at_a_time: int
    bytes_each: float  # memory of one training

    @property
    def missing(self) -> int:
        """Trainings to do."""
        return self.trainings - self.stored

    def seconds(self, images_per_second: float) -> float:
        """How long the missing trainings take if each has this rate."""
        at_once = max(1, min(self.at_a_time, self.missing))
        return self.missing * self.epochs * self.images / images_per_second / at_once

    def __str__(self) -> str:
        stored = f"{self.stored} of {self.trainings} trainings are in the store" if self.stored else ""
        if not self.missing:
            return stored
        to_do = f"{self.missing} to do" if stored else f"{self.missing} training{'s' * (self.missing > 1)} to do"
        memory = f"each with up to {self.bytes_each / 1e9:.1f} GB of memory"
        return ", ".join(filter(None, (stored, to_do, f"{self.at_a_time} at a time", memory)))

    def told(self, images_per_second: float) -> str:
        """How long it takes, and what would take less if that is long."""
        seconds = self.seconds(images_per_second)
        text = (
            f"the trainings take about {about(seconds)}, at {images_per_second:,.0f} images/s each, evaluations apart"
        )
        return f"{text}; {self._shorter(seconds)}" if seconds > LONG else text

    def _shorter(self, seconds: float) -> str:
        ways = []
        if (epochs := int(self.epochs * LONG / seconds)) >= 1:
            ways.append(f"--epochs {epochs} ({about(seconds * epochs / self.epochs)})")
        if self.seeds > 1:
            ways.append(f"one seed instead of {self.seeds} ({about(seconds / self.seeds)})")
        ways += ["fewer variants (--only)", "smaller images (--size)", "a machine with a GPU"]
        return f"shorter would be: {', '.join(ways)}; what is trained is kept"


def about(seconds: float) -> str:
    """A duration in its largest unit: 40 s, 12 min, 3.5 h, 2.1 days."""
    for most, unit, name in ((90, 1, "s"), (5400, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < most:
            return f"{seconds / unit:.{0 if name != 'h' or seconds >= 36000 else 1}f} {name}"
    return f"{seconds / 86400:.1f} days"


def measured(plan: Plan, data: Dataset) -> float | None:
    """Images per second of a training with the most latent dimensions, by some steps of it; None if it has only one."""
    experiment = plan.experiment
    variant = max(experiment.variants, key=lambda one: one.latent_dim)
    about = {"variant": variant.to_dict(), **asked.network(plan)}
    with tempfile.TemporaryDirectory() as store, pool.opened(1) as workers:
        trial = request.make("trial", Path(store), data=data.folder, backend=environment.backend(), **about)
        return workers.run(trial, lambda event: None)["images_per_second"]


@dataclass(slots=True)
class _Watch:
    """A listener that tells the time once, when the first training has run for some seconds."""

    amount: Amount
    also: Listener | None
    began: dict[str, float] = field(default_factory=dict)  # by training
    told: bool = False
    lock: Any = field(default_factory=threading.Lock)

    def __call__(self, unit: str, event: dict[str, Any]) -> None:
        if self.also:
            self.also(unit, event)
        if event["event"] == "progress" and not self.told:
            now = time.monotonic()
            with self.lock:
                due = now - self.began.setdefault(unit, now) >= MEASURED and not self.told
                self.told = self.told or due
            if due:
                tell("plan", {"event": "note", "message": self.amount.told(event["images_per_second"])})


@contextlib.contextmanager
def announced(amount: Amount) -> Iterator[None]:
    """Tell what there is to do, and how long it takes as soon as a task that starts in this block has measured it."""
    tell("plan", {"event": "note", "message": str(amount)})
    token = LISTENER.set(_Watch(amount, LISTENER.get()))
    try:
        yield
    finally:
        LISTENER.reset(token)
