import logging
import threading
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from wagtail.models import Page

from blog.models import BlogPage
from blog.services.scheduling import publish_scheduled
from kimonote import database
from kimonote.management.commands.worker import seconds
from kimonote.models import Lease, acquire_lease
from kimonote.scheduler import PeriodicTask, Scheduler
from kimonote.tasks import next_night, periodic_tasks
from tests.support.factories import make_post

NOW = datetime(2018, 1, 24, 12, tzinfo=UTC)
OFTEN = timedelta(milliseconds=1)


class Stopwatch:
    """A worker's stop, which comes after so many tasks."""

    def __init__(self, limit: int) -> None:
        self.stop, self.limit = threading.Event(), limit
        self.done: list[str] = []

    def note(self, name: str) -> Callable[[], None]:
        def do() -> None:
            self.done.append(name)
            if len(self.done) >= self.limit:
                self.stop.set()

        return do


def fail() -> None:
    raise ZeroDivisionError


def test_task_that_fails_stops_no_other(db: None, caplog: pytest.LogCaptureFixture) -> None:
    watch = Stopwatch(3)
    Scheduler([PeriodicTask("broken", OFTEN, fail), PeriodicTask("sound", OFTEN, watch.note("sound"))], watch.stop).run()
    assert watch.done == ["sound"] * 3
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert {record.getMessage() for record in failed} == {"The task “broken” failed; it will be tried again."}
    assert all(record.exc_info for record in failed)


def test_task_with_more_to_do_is_done_again_at_once(db: None) -> None:
    watch, left = Stopwatch(3), [True, True, False]

    def do() -> bool:
        watch.note("long")()
        return left.pop(0)

    Scheduler([PeriodicTask("long", timedelta(days=1), do)], watch.stop).run()
    assert watch.done == ["long"] * 3


def test_task_waits_for_its_time(db: None) -> None:
    watch = Stopwatch(4)
    Scheduler(
        [PeriodicTask("rare", timedelta(days=1), watch.note("rare")), PeriodicTask("often", OFTEN, watch.note("often"))],
        watch.stop,
    ).run()
    assert watch.done == ["rare", "often", "often", "often"]


def test_failing_task_is_tried_ever_more_rarely(db: None) -> None:
    task = PeriodicTask("broken", timedelta(seconds=2), fail)
    scheduler, pauses = Scheduler([task], threading.Event()), []
    for _time in range(8):
        pauses.append(scheduler._pause_after(task, scheduler.run_task(task)))
    assert pauses == [4, 8, 16, 32, 60, 60, 60, 60]


def test_stopped_worker_begins_no_other_task(db: None) -> None:
    watch = Stopwatch(1)
    Scheduler(
        [PeriodicTask("first", OFTEN, watch.note("first")), PeriodicTask("second", OFTEN, watch.note("second"))], watch.stop
    ).run()
    assert watch.done == ["first"]


def test_run_once_does_everything_until_nothing_is_left(db: None) -> None:
    watch, left = Stopwatch(99), [True, False]

    def do() -> bool:
        watch.note("long")()
        return left.pop(0)

    tomorrow = PeriodicTask("nightly", timedelta(days=1), watch.note("nightly"), exclusive=True, next_run=next_night)
    alone = PeriodicTask("alone", timedelta(days=1), watch.note("alone"), exclusive=True)
    assert Scheduler([PeriodicTask("long", timedelta(days=1), do), alone, tomorrow], watch.stop).run_once()
    assert watch.done == ["long", "long", "alone"]
    assert not Scheduler([PeriodicTask("broken", OFTEN, fail)], watch.stop).run_once()


def test_lease_is_acquired_by_one_worker_and_again_when_it_is_due(db: None) -> None:
    minute = timedelta(minutes=1)
    assert not acquire_lease("tidy", NOW, NOW + minute, first=NOW)  # its first run is written down
    taken = [acquire_lease("tidy", now, now + minute, first=now) for now in (NOW, NOW, NOW + minute, NOW + minute)]
    assert taken == [True, False, True, False]
    assert Lease.objects.get().until == NOW + 2 * minute


def test_nightly_task_is_not_done_at_the_first_start(db: None) -> None:
    watch = Stopwatch(1)
    task = PeriodicTask("nightly", OFTEN, watch.note("nightly"), exclusive=True, next_run=next_night)
    scheduler = Scheduler([task], watch.stop)
    for _time in range(3):
        scheduler.run_task(task)
    assert watch.done == []
    Lease.objects.update(until=timezone.now())
    scheduler.run_task(task)
    assert watch.done == ["nightly"]
    assert Lease.objects.get().until > timezone.now()


def test_scheduled_post_goes_live(blog: BlogPage) -> None:
    post = make_post(blog, live=False)
    post.go_live_at = timezone.now() + timedelta(hours=1)
    post.save_revision().publish()
    assert not Page.objects.get(pk=post.pk).live
    revision = post.revisions.get()
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = (timezone.now() - timedelta(minutes=1)).isoformat()
    revision.save()
    publish_scheduled()
    assert Page.objects.get(pk=post.pk).live


def test_every_task_can_be_done_on_an_empty_site(blog: BlogPage) -> None:
    for task in periodic_tasks(OFTEN, lambda: False):
        assert task.run() in (None, False, 0)


@pytest.mark.parametrize("text", ["0", "-1", "soon", "nan", "3601"])
def test_interval_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no interval: give seconds above 0"):
        seconds(text)


def test_worker_that_waits_for_migrations_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = [True] * 30 + [False]
    monkeypatch.setattr(database, "is_behind", lambda: looks.pop(0))
    monkeypatch.setattr(database.BlogPage.objects, "exists", lambda: True)
    monkeypatch.setattr(database, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(database, "POLL_INTERVAL", 0)
    database.wait_until_prepared()
    assert (looks, caplog.messages) == (
        [],
        ["The database lacks migrations: nothing is done until `manage.py prepare` has run."],
    )
