"""Fork server that imports the heavy libraries once and forks a child per job: `python -m mmdvae.jobs.forkserver FD`.

Importing Keras costs seconds of CPU time, a fork milliseconds. Nothing here touches a device or starts a thread, so
that each child can set up its own. (multiprocessing's fork server imports the parent's main module again in every
child, and under a Prefect worker that is Prefect.)

FD is a stream socket. The parent sends a JSON line, {"environment": {...}, "fresh": false}, with four file descriptors:
the child's standard input, output and error, and a pipe that receives its exit code. The answer is a JSON line,
{"pid": ...}. A fresh child has an interpreter of its own, without the libraries.
When the parent closes the socket, this process exits; its children notice by themselves (mmdvae.jobs.child).
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
from typing import Any

from mmdvae.jobs import child
from mmdvae.jobs.kinds import KINDS
from mmdvae.jobs.request import code_of
from mmdvae.penalties.table import PENALTIES

MAX_REQUEST = 65_536  # bytes
# JAX starts threads on import, and threads do not survive a fork; so each child imports JAX itself.
PRELOAD = {
    "tensorflow": ("tensorflow", *(kind.module for kind in KINDS), *(penalty.path for penalty in PENALTIES)),
    "jax": ("openTSNE", "skimage.metrics", "sklearn.linear_model", "sklearn.manifold", "sklearn.metrics"),
}


def main() -> None:
    """Import the libraries, then serve requests until the parent closes the socket."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the parent may have blocked SIGCHLD, which we wait for
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in PRELOAD.get(os.environ["KERAS_BACKEND"], ()):
        importlib.import_module(module)
    for kind in KINDS:
        for penalty in PENALTIES:  # fills a cache that children inherit, with digests of the code just imported
            code_of(kind.name, {"variant": {"regularizer": penalty.name}})
    with _child_exit_pipe() as ended:
        _serve(control, ended)


def _serve(control: socket.socket, ended: int) -> None:
    listeners: dict[int, int] = {}  # child's pid -> pipe for its exit code
    waiting = select.poll()  # select.select cannot handle descriptors above 1023, and we may have inherited as many
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
                _become_child(json.loads(request), standard)
            for descriptor in standard:
                os.close(descriptor)
            listeners[pid] = listener
            control.sendall(json.dumps({"pid": pid}).encode() + b"\n")


def _become_child(asked: dict[str, Any], standard: list[int]) -> None:
    """Run the job in this forked process and exit; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()  # Ctrl-C in the terminal should reach only the parent, which then decides
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.environ.update(asked["environment"])
        if asked["fresh"]:
            os.execv(sys.executable, [sys.executable, "-P", "-m", "mmdvae.jobs.child"])
        child.main()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)  # skips exit handlers, which only the server itself should run


def _tell_exit_codes(listeners: dict[int, int]) -> None:
    """Reap the children that have ended, and write each exit code to the child's pipe."""
    while listeners:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        listener = listeners.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # the reader is gone
            os.write(listener, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(listener)


@contextlib.contextmanager
def _child_exit_pipe():
    """Yield a file descriptor that becomes readable when a child has ended."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # the wake-up needs a handler
    yield readable


if __name__ == "__main__":
    main()
