"""The command in a process of a Python program: `python -m mmdvae.api.child WORDS`, which ends with that program.

Standard input is a pipe that the program holds open. When it ends, however it ends, so does the command, as by Ctrl-C.
"""

import os
import signal
import sys
import threading

from mmdvae import __main__ as door


def main() -> None:
    """Run the command, and watch the pipe meanwhile."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
    pipe = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # so that nothing else reads from it
    threading.Thread(target=_end_with_program, args=(pipe,), daemon=True).start()
    sys.argv[0] = "mmdvae"
    door.main()


def _end_with_program(pipe: int) -> None:
    while os.read(pipe, 4096):
        pass
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
