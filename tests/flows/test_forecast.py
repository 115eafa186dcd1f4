"""What is told of a comparison before and while it runs."""

import re
from pathlib import Path

import pytest

from flows import forecast, plan, story
from flows.forecast import Amount, about, announced
from mmdvae.data.prepare import Dataset
from mmdvae.errors import InputError
from mmdvae.model import cost
from tasks.processes import devices
from tasks.progress import LISTENER, tell

AMOUNT = Amount(trainings=84, stored=12, seeds=3, epochs=20, images=55_000, at_a_time=2, bytes_each=1.5e9)


def test_the_time_is_that_of_all_missing_images_shared_by_those_that_run_at_a_time():
    assert AMOUNT.seconds(1_000) == 72 * 20 * 55_000 / 1_000 / 2
    alone = Amount(trainings=1, stored=0, seeds=1, epochs=2, images=100, at_a_time=8, bytes_each=1.5e9)
    assert alone.seconds(10) == 20  # one training does not become faster by seven more cores


def test_the_amount_tells_what_is_stored_and_what_is_to_do():
    told = "12 of 84 trainings are in the store, 72 to do, 2 at a time, each with up to 1.5 GB of memory"
    assert str(AMOUNT) == told
    done = Amount(trainings=3, stored=3, seeds=1, epochs=1, images=9, at_a_time=2, bytes_each=1.5e9)
    assert str(done) == "3 of 3 trainings are in the store"


def test_more_than_eight_hours_come_with_what_would_take_less():
    assert "shorter" not in AMOUNT.told(1_400)  # 7.9 h
    told = AMOUNT.told(1_000)  # 11 h
    assert "about 11 h" in told
    assert "--epochs 14 (7.7 h), one seed instead of 3 (3.7 h)" in told


@pytest.mark.parametrize(
    ("seconds", "told"), [(40, "40 s"), (720, "12 min"), (5500, "1.5 h"), (39_600, "11 h"), (200_000, "2.3 days")]
)
def test_a_duration_has_its_largest_unit(seconds, told):
    assert about(seconds) == told


def test_the_time_is_told_once_and_only_when_a_training_has_run_for_some_seconds(monkeypatch):
    clock, heard = iter([0.0, 1.0, 3.5, 9.0]), []
    monkeypatch.setattr(forecast.time, "monotonic", lambda: next(clock))
    token = LISTENER.set(lambda unit, event: heard.append((unit, event)))
    try:
        with announced(AMOUNT):
            for rate in (10.0, 1_400.0, 1_000.0, 5.0):
                tell("train none", {"event": "progress", "images_per_second": rate})
    finally:
        LISTENER.reset(token)
    notes = [event["message"] for unit, event in heard if unit == "plan"]
    assert notes == [str(AMOUNT), AMOUNT.told(1_000.0)]
    assert len(heard) == 6  # everything is passed on


def images(*shape):
    return Dataset("made", Path("made"), "", 55_000, 5_000, 10_000, ("all",), shape)


def test_a_training_for_which_there_is_no_memory_is_refused_with_what_would_fit(monkeypatch):
    made, usual, large = plan.make(writes=False), images(28, 28, 1), images(256, 256, 3)
    for memory in (1.2e9, 64e9):
        monkeypatch.setattr(devices, "memory_bytes", lambda memory=memory: memory)
        assert story._fitted_into_memory(made, usual, None) == cost.LEAST  # with its margin; 0.75 GB were measured
    assert story._fitted_into_memory(made, large, None) == cost.memory(large.shape, 8, 128)
    for memory, way in ((1.2e9, "smaller images (--size) would fit"), (4e9, "--batch-size 32 would fit")):
        monkeypatch.setattr(devices, "memory_bytes", lambda memory=memory: memory)
        told = f"on 256 x 256 colour images in batches of 128 needs .* has {memory / 1e9} GB; {re.escape(way)}"
        with pytest.raises(InputError, match=told):
            story._fitted_into_memory(made, large, None)
