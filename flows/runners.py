"""Two ways to run the same tasks: with Prefect, or in plain threads."""

import concurrent.futures
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from typing import Any

import prefect.futures
from prefect.states import State

from tasks.processes.pool import JobCrashed


class Runner(ABC):
    """Runs the story's tasks."""

    @abstractmethod
    def submit(self, task, *args: Any) -> Any:
        """Start a task; return its future."""

    @abstractmethod
    def as_completed(self, futures: Iterable[Any]) -> Iterator[Any]:
        """Yield each future when it has ended."""

    @abstractmethod
    def outcome(self, future: Any) -> Any:
        """The result of a future that has ended, or the exception that it ended with."""

    def end(self, future: Any) -> Any:
        """Wait for the future and return its outcome."""
        return self.outcome(next(iter(self.as_completed([future]))))

    def result(self, future: Any) -> Any:
        """The result of a step that all others need; raises the exception that it ended with."""
        end = self.end(future)
        if isinstance(end, BaseException):
            raise end
        return end


class PrefectRunner(Runner):
    """Runs tasks as Prefect task runs: shown in its UI, retried by its rules."""

    def submit(self, task, *args):
        """Start a task run."""
        return task.submit(*args)

    def as_completed(self, futures):
        """Yield each future when it has ended."""
        return prefect.futures.as_completed(list(futures))

    def outcome(self, future):
        """The result or the exception."""
        return future.result(raise_on_failure=False)


class ThreadRunner(Runner):
    """Runs the tasks' functions in threads, with the retries that the tasks declare; no server, no network."""

    def __init__(self, pool: concurrent.futures.Executor):
        self._pool = pool

    def submit(self, task, *args):
        """Start the task's function, in a copy of this context as Prefect does."""
        return self._pool.submit(copy_context().run, _call, task, args)

    def as_completed(self, futures):
        """Yield each future when it has ended."""
        return concurrent.futures.as_completed(list(futures))

    def outcome(self, future):
        """The result or the exception."""
        return future.exception() or future.result()


def _call(task, args):
    for tries_left in reversed(range(task.retries + 1)):
        try:
            result = task.fn(*args)
            return result.data if isinstance(result, State) else result
        except JobCrashed:
            if not tries_left:
                raise
            time.sleep(task.retry_delay_seconds)
