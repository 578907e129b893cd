"""`manage.py worker`: sends mail, writes digests, publishes on schedule, reads returned mail. Several may run."""

import gc
import signal
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kimonote.database import wait_until_prepared
from kimonote.heartbeat import Heartbeat
from kimonote.scheduler import Scheduler
from kimonote.tasks import periodic_tasks

INTERVAL = 2.0  # seconds
BEATS = 5  # intervals from one heartbeat to the next


class Command(BaseCommand):
    help = (
        "Do the site's work beside requests until told to stop (SIGINT, SIGTERM): a mail that is being sent is finished first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do everything that is due now, then end")
        parser.add_argument("--interval", type=seconds, default=INTERVAL, help="seconds between two looks for mail (default 2)")

    def handle(self, *, once: bool, interval: float, **options: Any) -> None:
        wait_until_prepared()
        stop = Event()
        stop_on_signals(stop)
        scheduler = Scheduler(periodic_tasks(timedelta(seconds=interval), stop.is_set), stop)
        if once:
            if not scheduler.run_once():
                raise CommandError("Not everything could be done: the log says what went wrong.")
            return
        self.stdout.write("The worker is at work.")
        self.stdout.flush()
        gc.collect()
        gc.freeze()  # what is there now stays: no collection need look at it again
        with Heartbeat(scheduler, interval * BEATS):
            scheduler.run()
        self.stdout.write("The worker has stopped.")


def seconds(text: str) -> float:
    """Parse a positive number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= 3600:
        raise ArgumentTypeError(f"{text!r} is no interval: give seconds above 0 and up to 3600.")
    return number


def stop_on_signals(stop: Event) -> None:
    """Stop after the current task; a second signal ends the process immediately."""

    def handle_signal(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, handle_signal)
    signal.signal(signal.SIGTERM, handle_signal)
