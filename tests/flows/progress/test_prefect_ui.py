"""What Prefect's UI shows of a training, and that the server's failures do not affect the training."""

import logging
import uuid

import pytest

from flows.progress import prefect_ui

EPOCH = {"event": "epoch", "epoch": 2, "epochs": 4, "bce": 0.31, "penalty": 0.01, "val_bce": 0.32, "seconds": 61.0}
PROGRESS = {"event": "progress", "epoch": 3, "epochs": 4, "fraction": 0.5, "bce": 0.3, "penalty": 0.01}
PROGRESS |= {"images_per_second": 1.0, "seconds_left": 1.0}
LAST = EPOCH | {"epoch": 4}


@pytest.fixture
def shown(monkeypatch, caplog):
    """The calls to Prefect, in order; a clock that can be set."""
    calls, now = [], [100.0]
    monkeypatch.setattr(prefect_ui, "get_run_logger", lambda: logging.getLogger("task run"))
    monkeypatch.setattr(prefect_ui.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(
        prefect_ui,
        "create_progress_artifact",
        lambda progress, key, description: calls.append((key, progress)) or uuid.uuid4(),
    )
    monkeypatch.setattr(prefect_ui, "update_progress_artifact", lambda id, progress: calls.append((id, progress)))
    caplog.set_level(logging.INFO, logger="task run")
    return calls, now, caplog


def test_a_training_has_one_bar_that_moves_now_and_then_and_ends_full(shown):
    calls, now, _ = shown
    watcher = prefect_ui.Watcher()
    watcher("train none", EPOCH)
    watcher("train none", PROGRESS)  # too soon
    now[0] += prefect_ui.EVERY
    watcher("train none", PROGRESS)
    watcher("train none", LAST)  # too soon, but it is the last
    assert [progress for _, progress in calls] == [50, 62.5, 100]
    assert calls[0][0] == "train-none"
    assert len({bar for bar, _ in calls[1:]}) == 1


def test_the_log_tells_epochs_and_ends_with_their_variant_and_no_progress(shown):
    watcher = prefect_ui.Watcher()
    for event in ({"event": "started"}, PROGRESS, EPOCH, {"event": "done", "message": "done"}):
        watcher("train none", event)
    lines = [record.getMessage() for record in shown[2].records]
    assert lines[0] == "train none: started"
    assert lines[1].startswith("train none: epoch 2/4  bce 0.3100")
    assert lines[2:] == ["train none: done"]


def test_who_listened_before_still_hears_everything(shown):
    heard = []
    prefect_ui.Watcher(lambda unit, event: heard.append((unit, event["event"])))("train none", PROGRESS)
    assert heard == [("train none", "progress")]


def test_a_server_that_takes_no_bars_is_left_alone_for_a_while_and_harms_nothing(shown, monkeypatch):
    calls, now, log = shown

    def refuse(*words, **more):
        calls.append("refused")
        raise ConnectionError("gone")

    monkeypatch.setattr(prefect_ui, "create_progress_artifact", refuse)
    watcher = prefect_ui.Watcher()
    for _ in range(3):
        watcher("train none", EPOCH)
        now[0] += prefect_ui.AFTER_FAILURE / 3
    watcher("train none", EPOCH)
    assert calls == ["refused", "refused"]
    assert "train none: progress cannot be shown: ConnectionError" in log.text


def test_keys_are_what_prefect_allows():
    assert prefect_ui.key("train mmd-a0.6-s2.83 seed 1") == "train-mmd-a0p6-s2p83-seed-1"
