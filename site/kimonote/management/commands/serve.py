"""`manage.py serve`: the site by granian, for one machine or behind a web server. Loaded once here, then forked per process."""

import gc
import os
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

REQUEST_HEAD = 64 * 1024  # bytes of address and headers together; beyond, granian answers 431 or 414
HEAD_TIMEOUT = 10_000  # milliseconds for a request's head to arrive
STOP_TIMEOUT = 4  # seconds that a process may take to finish its requests when told to stop
GC_THRESHOLD = 10_000  # new objects until the next collection: a page makes a few thousand, and leaves none
PARENT_POLL_INTERVAL = 1  # second between checks that the parent is alive


class Command(BaseCommand):
    help = "Serve the site with granian until told to stop (SIGINT, SIGTERM)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at")
        parser.add_argument("--socket", type=Path, help="Unix socket to listen at, in place of host and port")
        parser.add_argument("--processes", type=int, default=2, help="one for each core that may be used")
        parser.add_argument("--threads", type=int, default=4, help="threads of each process")
        parser.add_argument("--demo", action="store_true", help="first do what `manage.py prepare --demo` does")

    def handle(self, *, demo: bool, **options: Any) -> None:
        if demo:
            call_command("prepare", demo=True, stdout=self.stdout)
        if settings.METRICS_TOKEN:
            from kimonote import metrics  # else its library is not even loaded

            metrics.clear()
        load_application()  # before the fork, so that processes share it
        connections.close_all()
        gc.collect()
        gc.freeze()  # what is there now stays: no collection need look at it again, nor copy its pages
        gc.set_threshold(GC_THRESHOLD)
        make_server(**options).serve(target_loader=partial(load_in_child, os.getpid()), wrap_loader=False)


def load_application() -> Callable[..., Any]:
    from kimonote.wsgi import application

    return application


def load_in_child(parent: int) -> Callable[..., Any]:
    """Return the application, in a process that ends with its parent, so that no orphan keeps serving."""
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    return load_application()


def end_with(parent: int) -> None:
    """Wait until this process's parent is no longer `parent`; then send this process SIGTERM, and exit after STOP_TIMEOUT."""
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_INTERVAL)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_TIMEOUT)
    os._exit(1)


def make_server(*, host: str, port: int, socket: Path | None, processes: int, threads: int, **options: Any) -> MPServer:
    """Return granian with this site's limits."""
    return MPServer(
        "kimonote.wsgi:application",
        address=host,
        port=port,
        uds=socket,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=processes,
        blocking_threads=threads,
        blocking_threads_idle_timeout=600,
        backlog=1024,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT, max_buffer_size=REQUEST_HEAD),
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_TIMEOUT,
        respawn_failed_workers=True,
    )
