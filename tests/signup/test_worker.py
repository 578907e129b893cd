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
from kimonote import database
from kimonote.chores import chores, next_night, publish_scheduled
from kimonote.management.commands.worker import seconds
from kimonote.models import Turn, take_turn
from kimonote.worker import Chore, Worker
from tests.factories import make_post

NOW = datetime(2018, 1, 24, 12, tzinfo=UTC)
OFTEN = timedelta(milliseconds=1)


class Stopwatch:
    """A worker's stop, which comes after so many chores."""

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


def test_chore_that_fails_stops_no_other(db: None, caplog: pytest.LogCaptureFixture) -> None:
    watch = Stopwatch(3)
    Worker([Chore("broken", OFTEN, fail), Chore("sound", OFTEN, watch.note("sound"))], watch.stop).run()
    assert watch.done == ["sound"] * 3
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert {record.getMessage() for record in failed} == {"The chore “broken” failed; it will be tried again."}
    assert all(record.exc_info for record in failed)


def test_chore_with_more_to_do_is_done_again_at_once(db: None) -> None:
    watch, left = Stopwatch(3), [True, True, False]

    def do() -> bool:
        watch.note("long")()
        return left.pop(0)

    Worker([Chore("long", timedelta(days=1), do)], watch.stop).run()
    assert watch.done == ["long"] * 3


def test_chore_waits_for_its_time(db: None) -> None:
    watch = Stopwatch(4)
    Worker([Chore("rare", timedelta(days=1), watch.note("rare")), Chore("often", OFTEN, watch.note("often"))], watch.stop).run()
    assert watch.done == ["rare", "often", "often", "often"]


def test_failing_chore_is_tried_ever_more_rarely(db: None) -> None:
    chore = Chore("broken", timedelta(seconds=2), fail)
    worker, pauses = Worker([chore], threading.Event()), []
    for _time in range(8):
        pauses.append(worker._pause_after(chore, worker.do(chore)))
    assert pauses == [4, 8, 16, 32, 60, 60, 60, 60]


def test_stopped_worker_begins_no_other_chore(db: None) -> None:
    watch = Stopwatch(1)
    Worker([Chore("first", OFTEN, watch.note("first")), Chore("second", OFTEN, watch.note("second"))], watch.stop).run()
    assert watch.done == ["first"]


def test_run_once_does_everything_until_nothing_is_left(db: None) -> None:
    watch, left = Stopwatch(99), [True, False]

    def do() -> bool:
        watch.note("long")()
        return left.pop(0)

    tomorrow = Chore("nightly", timedelta(days=1), watch.note("nightly"), alone=True, next_turn=next_night)
    alone = Chore("alone", timedelta(days=1), watch.note("alone"), alone=True)
    assert Worker([Chore("long", timedelta(days=1), do), alone, tomorrow], watch.stop).run_once()
    assert watch.done == ["long", "long", "alone"]
    assert not Worker([Chore("broken", OFTEN, fail)], watch.stop).run_once()


def test_turn_is_taken_by_one_worker_and_again_when_it_is_due(db: None) -> None:
    minute = timedelta(minutes=1)
    assert not take_turn("tidy", NOW, NOW + minute, first=NOW)  # its first turn is written down
    taken = [take_turn("tidy", now, now + minute, first=now) for now in (NOW, NOW, NOW + minute, NOW + minute)]
    assert taken == [True, False, True, False]
    assert Turn.objects.get().due == NOW + 2 * minute


def test_nightly_chore_is_not_done_at_the_first_start(db: None) -> None:
    watch = Stopwatch(1)
    chore = Chore("nightly", OFTEN, watch.note("nightly"), alone=True, next_turn=next_night)
    worker = Worker([chore], watch.stop)
    for _time in range(3):
        worker.do(chore)
    assert watch.done == []
    Turn.objects.update(due=timezone.now())
    worker.do(chore)
    assert watch.done == ["nightly"]
    assert Turn.objects.get().due > timezone.now()


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


def test_every_chore_can_be_done_on_an_empty_site(blog: BlogPage) -> None:
    for chore in chores(OFTEN, lambda: False):
        assert chore.do() in (None, False, 0)


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
    monkeypatch.setattr(database, "PATIENCE", 0)
    database.wait_until_prepared()
    assert (looks, caplog.messages) == (
        [],
        ["The database lacks migrations: nothing is done until `manage.py prepare` has run."],
    )
