"""The heartbeat of a worker: a thread that notes every few seconds that it lives, and what it has been at since when."""

import logging
import os
import socket
import threading
from datetime import timedelta
from types import TracebackType

from django.db import Error, connection
from django.utils import timezone

from kimonote.models import WorkerProcess
from kimonote.scheduler import Scheduler

FORGOTTEN = timedelta(days=7)  # after the last heartbeat

log = logging.getLogger(__name__)


class Heartbeat:
    """Beats while its block runs: a task may take as long as it likes."""

    def __init__(self, scheduler: Scheduler, seconds: float) -> None:
        self.scheduler = scheduler
        self.seconds = seconds
        self.process = f"{socket.gethostname()}:{os.getpid()}"[:100]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self.beat()
            except Error as error:  # the tasks log it as an error
                log.debug("The heartbeat was not noted: %s", error)
            finally:
                connection.close()
            if self._end.wait(self.seconds):
                return

    def beat(self) -> None:
        """Note that this worker lives."""
        now = timezone.now()
        task, since = self.scheduler.current or ("", now)
        values = {"seen": now, "task": task, "since": since}
        _, created = WorkerProcess.objects.update_or_create(process=self.process, defaults=values)
        if created:
            WorkerProcess.objects.filter(seen__lt=now - FORGOTTEN).delete()
