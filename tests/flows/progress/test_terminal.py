"""What users see during a run: bars in a terminal, lines elsewhere."""

import io

import pytest
from rich.console import Console

from flows.progress import terminal

PROGRESS = {
    "event": "progress", "epoch": 2, "epochs": 4, "fraction": 0.5, "bce": 0.31234, "penalty": 0.01,
    "images_per_second": 1234.5, "seconds_left": 83.0,
}  # fmt: skip
EPOCH = {"event": "epoch", "epoch": 2, "epochs": 4, "bce": 0.31, "penalty": 0.01, "val_bce": 0.32, "seconds": 61.0}


def test_a_bar_shows_epoch_terms_rate_and_time_left():
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with terminal.Bars(console) as show:
        show("train none", {"event": "started"})
        show("train none", PROGRESS)
    said = console.file.getvalue()
    for part in ("train none", " 38%", "epoch 2/4", "bce 0.3123", "penalty 0.0100", "1,234 images/s", "1:23 min left"):
        assert part in said


def test_a_finished_unit_fills_its_bar():
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with terminal.Bars(console) as show:
        show("evaluate none", {"event": "started"})
        show("evaluate none", {"event": "done", "message": "done"})
    assert "100%" in console.file.getvalue()


def test_lines_tell_epochs_and_ends_and_progress_only_now_and_then(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    show = terminal.Lines(stream)
    for now[0] in (0.0, 1.0, terminal.LINE_EVERY - 1, terminal.LINE_EVERY + 1, terminal.LINE_EVERY + 2):
        show("train none", PROGRESS)
    show("train none", EPOCH)
    show("train none", {"event": "note", "message": "resumed after epoch 1"})
    show("train none", {"event": "failed", "message": "failed: no space left"})
    assert stream.getvalue().splitlines() == [
        "train none: epoch 2/4  bce 0.3123  penalty 0.0100  1,234 images/s  1:23 min left",
        "train none: epoch 2/4  bce 0.3100  penalty 0.0100  val bce 0.3200  in 1:01 min",
        "train none: resumed after epoch 1",
        "train none: failed: no space left",
    ]


def test_the_error_has_the_name_of_what_is_trained():
    gaussian = EPOCH | {"reconstruction": 0.02, "val_reconstruction": 0.03}
    assert terminal.in_brief(gaussian) == "epoch 2/4  2 mse 0.0200  penalty 0.0100  val 2 mse 0.0300  in 1:01 min"
    assert terminal.in_brief(EPOCH | {"reconstruction": 0.31, "val_reconstruction": 0.32}) == terminal.in_brief(EPOCH)


@pytest.mark.parametrize(("term", "kind"), [("xterm", "Bars"), ("dumb", "Lines")])
def test_a_dumb_terminal_gets_lines(monkeypatch, term, kind):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich's way to say: this is a terminal
    assert type(terminal.for_terminal()).__name__ == kind


def test_a_stream_that_nobody_reads_fails_nothing():
    class Gone:
        def write(self, text):
            raise BrokenPipeError

        flush = write

    terminal.Lines(Gone())("train none", {"event": "note", "message": "resumed"})


def test_how_many_images_are_encoded_moves_the_bar():
    event = {"event": "encode", "done": 1_500, "total": 6_000}
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with terminal.Bars(console) as show:
        show("images", event)
    assert "1,500 of 6,000 images encoded" in console.file.getvalue()
    assert " 25%" in console.file.getvalue()
