"""Compare variants from a Python program or notebook: in a process of its own, by the ordinary command.

So a program's own TensorFlow, event loop, threads and Ctrl-C stay as they are, and a crash takes nothing with it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmdvae.api import words
from mmdvae.api.report import Report
from mmdvae.errors import InputError, VariantFailed

ROOT = Path(__file__).parents[2]  # the folder of our packages
FAILED_STRICTLY, BAD_INPUT, SOME_FAILED = 1, 2, 3  # exit codes of the command
LAST_LINES = 5  # of a command that ends otherwise
ERROR = "Error: "
TERMINAL = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")  # notebooks set the first


def compare(experiment: str | Path | Mapping[str, Any] = "quick", *, progress: bool = True, **options: Any) -> Report:
    """Train every variant, evaluate all on the same test images, write the page; return the report.

    Args: experiment, a preset, an experiment's file, the folder of a run, or the content of a file as a dictionary (its
        paths relative to the current folder); progress, whether to print what goes on; options, as docs/python.md
        lists them: alphas, sigmas, seeds, epochs, dataset, allow_code, out, server, ...
    Nothing is trained twice. Interrupted (Ctrl-C, a stopped cell), the same call goes on where it was.
    Raises: InputError, one line, for what is wrong with the arguments; VariantFailed with strict=True; RuntimeError if
        the command ended otherwise. A variant that failed is a warning, and in the report.
    """
    asked = words.of(options)
    with _file(experiment) as named:
        code, page, told = _run(["compare", *asked, "--", named], progress=progress)
    error = next((line.removeprefix(ERROR) for line in reversed(told) if line.startswith(ERROR)), "")
    if code == BAD_INPUT:
        raise InputError(error or " ".join(told))
    if code == FAILED_STRICTLY and error:
        raise VariantFailed(error)
    if code not in (0, SOME_FAILED):
        raise RuntimeError(f"the comparison ended with exit code {code}: {' | '.join(told) or 'it said nothing'}")
    report = Report(Path(page).parent)
    if code == SOME_FAILED:
        bad = ", ".join(one.name for one in report.record.unfinished)
        warnings.warn(f"some variants failed, the report says why: {bad}", stacklevel=2)
    return report


@contextlib.contextmanager
def _file(experiment: str | Path | Mapping[str, Any]) -> Iterator[str]:
    """What the command takes; the content of a file becomes one that exists during the block."""
    if not isinstance(experiment, Mapping):
        yield str(experiment)
        return
    import tomli_w

    from mmdvae.experiment import tables

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / tables.NAME
        try:
            path.write_text(tomli_w.dumps(tables.rebased(experiment, Path.cwd())))
        except OSError as error:  # the current folder was deleted
            raise InputError(f"the current folder must be there, but {error.strerror or error}") from None
        except (TypeError, ValueError) as error:
            raise InputError(f"the experiment must hold texts, numbers, lists and tables, but {error}") from None
        yield str(path)


def _run(arguments: list[str], *, progress: bool) -> tuple[int, str, list[str]]:
    """Run the command; return its exit code, the last line that it printed, and the last ones of its messages."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "mmdvae.api.child", *arguments],
        stdin=subprocess.PIPE,  # held open: its end tells the child that we are gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        text=True,
        errors="backslashreplace",
        start_new_session=True,  # Ctrl-C comes to us alone
    )
    printed: deque[str] = deque(maxlen=1)
    told: deque[str] = deque(maxlen=LAST_LINES)
    reader = threading.Thread(target=lambda: printed.extend(map(str.rstrip, child.stdout or ())), daemon=True)
    reader.start()
    with child:
        try:
            _follow(child, told, progress)
        except BaseException:
            child.send_signal(signal.SIGINT)
            _follow(child, told, False)  # until it has ended: it stops its own children first
            raise
        reader.join()
    return child.returncode, printed[0] if printed else "", [*told]


def _environment() -> dict[str, str]:
    """Ours, with our packages on the search path, and without what tells programs that they write to a terminal."""
    ours = {name: value for name, value in os.environ.items() if name not in TERMINAL}
    path = os.pathsep.join(filter(None, (str(ROOT), ours.get("PYTHONPATH"))))
    return ours | {"PYTHONPATH": path, "TERM": "dumb"}


def _follow(child: subprocess.Popen, told: deque[str], progress: bool) -> None:
    """Read, keep and print the child's messages to their end."""
    for line in child.stderr or ():
        told.append(line.rstrip())
        if progress and not line.startswith(ERROR):
            print(line, end="", flush=True)
