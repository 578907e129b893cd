"""Functions run over many items on processes, one for each core, in the order of the items."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TypeVar

from django.utils.translation import activate, get_language

MIN_ITEMS_FOR_PROCESSES = 60  # up to here, starting processes takes longer than the work
QUEUED_PER_PROCESS = 40  # items per process that are taken ahead

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerPool:
    """Worker processes, by default one for each core; none for few items, which are worked on in this process."""

    def __init__(self, items: int, jobs: int | None = None) -> None:
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self.executor: ProcessPoolExecutor | None = None
        if self.jobs > 1 and items > MIN_ITEMS_FOR_PROCESSES:
            # Spawned, not forked: a fork would share the connection to the database.
            context = multiprocessing.get_context("spawn")
            self.executor = ProcessPoolExecutor(
                self.jobs, mp_context=context, initializer=start_process, initargs=(get_language(),)
            )

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.executor:
            self.executor.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the function's result for each item, in order; some items are taken ahead."""
        waiting: deque[tuple[Item, Future[Result] | None]] = deque()
        ahead = self.jobs * QUEUED_PER_PROCESS if self.executor else 0
        for item in items:
            waiting.append((item, self._submit(function, item)))
            if len(waiting) > ahead:
                yield _result(function, *waiting.popleft())
        while waiting:
            yield _result(function, *waiting.popleft())

    def _submit(self, function: Callable[[Item], Result], item: Item) -> "Future[Result] | None":
        try:
            return self.executor.submit(function, item) if self.executor else None
        except BrokenProcessPool:
            return None


def _result(function: Callable[[Item], Result], item: Item, future: "Future[Result] | None") -> Result:
    """Return a process's result; where the process has ended (killed, out of memory), call the function here."""
    try:
        return future.result() if future else function(item)
    except BrokenProcessPool:
        return function(item)


def start_process(language: str | None) -> None:
    """Set up a worker process: it ignores Ctrl-C, which its parent handles, ends when its parent does, and has its language."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    if language:
        activate(language)


def _end_with_parent() -> None:
    """End this process when its parent has ended: a parent that was killed cannot shut its pool down."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
