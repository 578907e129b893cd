"""Markdown rendered under limits of time and memory, in a process of its own that is killed when it exceeds them.

Why a process: a parser in Python may spend its time in one regular expression, as Pygments' lexers do on some texts. That
is C code which holds the GIL: neither an exception set from another
thread nor an alarm ends it (and alarms reach the main thread only), and every other request of the server stands still
meanwhile. A signal from the kernel to another process always works. The process is kept for the next text, which then
costs little more than without.
"""

import atexit
import os
import signal
import subprocess
import sys
from multiprocessing.connection import Pipe

from blog.markdown.limits import CPU_SECONDS, MAX_TEXT_BYTES, MEMORY, TIMEOUT, RenderError
from blog.markdown.options import DEFAULTS, RenderOptions
from blog.markdown.syntax import Converted
from blog.markdown.worker import COSTLY, DEEP, DONE, LARGE

COMMAND = "import sys; from blog.markdown.worker import main; main(sys.argv[1:])"
COSTLY_ENDS = (-signal.SIGPROF, -signal.SIGABRT)  # the timer's; Rust's, when there is no memory left
GRACE = 0.5  # seconds to end by itself
SPARE = 2  # processes kept; more only while more threads render at once


class Worker:
    """A rendering process and the connection to it; `command` is what it runs, with the socket and the seconds."""

    def __init__(self, command: str) -> None:
        self.ready = False
        self.connection, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 (constant arguments)
                [sys.executable, "-c", command, str(theirs.fileno()), str(CPU_SECONDS), str(MEMORY)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},  # and none of our secrets
            )

    def ask(self, text: bytes) -> bytes:
        """Send a text and return the reply. Raise EOFError or OSError if the process has ended, TimeoutError if it hangs."""
        if not self.ready:
            self._receive()
        self.ready = True
        self.connection.send_bytes(text)
        return self._receive()

    def _receive(self) -> bytes:
        if not self.connection.poll(TIMEOUT):
            raise TimeoutError
        return self.connection.recv_bytes()

    def stop(self) -> int:
        """End the process; return its exit status, negative for the signal that had killed it."""
        self.connection.close()  # which ends one that waits
        try:
            return self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class SpareWorkers:
    """Idle processes that are kept for the next text. They end with this process; one forked from it has none of them."""

    def __init__(self, command: str = COMMAND) -> None:
        self.command = command
        self.idle: list[Worker] = []
        atexit.register(self.stop)
        os.register_at_fork(after_in_child=self._forget)

    def take(self) -> Worker:
        """Return an idle process, or a new one."""
        try:
            return self.idle.pop()
        except IndexError:
            return Worker(self.command)

    def keep(self, worker: Worker) -> None:
        """Keep a process, or end it where there are enough."""
        if len(self.idle) < SPARE:
            self.idle.append(worker)
        else:
            worker.stop()

    def stop(self) -> None:
        """End the idle processes."""
        while self.idle:
            self.idle.pop().stop()

    def _forget(self) -> None:
        for worker in self.idle:
            worker.process.returncode = 0  # not ours to wait for
        self.idle.clear()


_spare = SpareWorkers()


def clean_html(text: str, options: RenderOptions = DEFAULTS) -> Converted:
    """Return a text as sanitised HTML. Raise RenderError."""
    source = text.encode(errors="replace")
    if len(source) > MAX_TEXT_BYTES:
        raise RenderError.too_long(len(source))
    reply = _ask(f"{options.code}\n".encode() + source)
    sign, rest = reply[:1], reply[1:].decode()
    if sign == DEEP:
        raise RenderError.too_deep()
    if sign == COSTLY:
        raise RenderError.too_costly()
    if sign == LARGE:
        raise RenderError.too_large(int(rest))
    if sign != DONE:
        raise RenderError.failed(rest)
    unlisted, _, html = rest.partition("\n")
    return Converted(html, tuple(filter(None, unlisted.split(","))))


def _ask(text: bytes) -> bytes:
    """Return a process's reply; start a new process where a spare one has ended."""
    while True:
        worker = _spare.take()
        spare = worker.ready
        try:
            reply = worker.ask(text)
        except TimeoutError:
            worker.stop()
            raise RenderError.too_costly() from None
        except (EOFError, OSError) as gone:
            status = worker.stop()
            if status in COSTLY_ENDS:
                raise RenderError.too_costly() from None
            if not spare:
                raise RenderError.failed(f"status {status}") from gone
        except BaseException:
            worker.stop()  # or its answer would be taken for that to the next text
            raise
        else:
            _spare.keep(worker) if reply[:1] == DONE else worker.stop()  # what broke off may have left its traces
            return reply
