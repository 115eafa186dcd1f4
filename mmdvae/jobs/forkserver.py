"""Imports the heavy libraries once and forks a child for each job: `python -m mmdvae.jobs.forkserver FD`.

Importing Keras costs seconds of processor time, a fork milliseconds. Nothing here touches a device or starts a thread,
so that each child can set up its own. (multiprocessing's fork server would do, but it imports the parent's main module
again in every child, and under a Prefect worker that is Prefect.)

FD is a stream socket. The parent sends a JSON line, {"environment": {...}}, with four descriptors: the child's standard
input, output and error, and a pipe that is to be told its exit code. The answer is a JSON line, {"pid": ...}.
When the parent closes the socket, this process ends; its children notice by themselves (mmdvae.jobs.child).
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback

from mmdvae.jobs import child
from mmdvae.jobs.kinds import KINDS
from mmdvae.jobs.request import code_of
from mmdvae.penalties.table import PENALTIES

MAX_REQUEST = 65_536  # bytes
# JAX starts threads when it is imported, and a fork does not carry them over; its children import it themselves.
PRELOAD = {
    "tensorflow": ("tensorflow", *(kind.module for kind in KINDS), *(penalty.path for penalty in PENALTIES)),
    "jax": ("openTSNE", "skimage.metrics", "sklearn.linear_model", "sklearn.manifold", "sklearn.metrics"),
}


def main() -> None:
    """Import, then serve until the parent is gone."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whoever started us may have blocked what we wait for
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in PRELOAD.get(os.environ["KERAS_BACKEND"], ()):
        importlib.import_module(module)
    for kind in KINDS:
        for penalty in PENALTIES:  # remembered for all children, and of the code that was just imported
            code_of(kind.name, {"variant": {"regularizer": penalty.name}})
    with _child_exit_pipe() as ended:
        _serve(control, ended)


def _serve(control: socket.socket, ended: int) -> None:
    listeners: dict[int, int] = {}  # child's id -> where to tell its exit code
    waiting = select.poll()  # select itself knows no descriptor above 1023, and we may have inherited as many
    waiting.register(control, select.POLLIN)
    waiting.register(ended, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in waiting.poll()}
        if ended in ready:
            os.read(ended, 4096)
            _tell_exit_codes(listeners)
        if control.fileno() in ready:
            request, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 4)
            if not request:
                return
            *standard, listener = descriptors
            pid = os.fork()
            if pid == 0:
                for inherited in (control.fileno(), ended, listener, *listeners.values()):
                    os.close(inherited)
                _become_child(json.loads(request)["environment"], standard)
            for descriptor in standard:
                os.close(descriptor)
            listeners[pid] = listener
            control.sendall(json.dumps({"pid": pid}).encode() + b"\n")


def _become_child(environment: dict[str, str], standard: list[int]) -> None:
    """Do the job and end; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()  # the terminal's Ctrl-C is for the parent, which then decides
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.environ.update(environment)
        child.main()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)  # the cleaning up at exit is the server's business, not that of its copies


def _tell_exit_codes(listeners: dict[int, int]) -> None:
    """Collect the children that have ended, and tell those who wait for them."""
    while listeners:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        listener = listeners.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # nobody waits any more
            os.write(listener, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(listener)


@contextlib.contextmanager
def _child_exit_pipe():
    """A descriptor that becomes readable when a child has ended."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # without a handler the wake-up is not written
    yield readable


if __name__ == "__main__":
    main()
