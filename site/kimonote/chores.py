"""The worker's chores: where the blog's, the comments' and sign-up's work beside requests is put together."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command, get_commands
from django.utils import timezone

from blog.searching import analyze_tables
from comments import moderation, writing
from kimonote.worker import Chore
from signup import limits, maildir, outbox, subscriptions
from signup.digests import Digester
from signup.sending import Sender

NIGHT = 3  # o'clock in the site's time zone


def chores(interval: timedelta, stopping: Callable[[], bool]) -> list[Chore]:
    """All of them, in an order in which what one leaves the next takes up; mail is looked for every `interval`."""
    return [
        Chore("publish what is scheduled", timedelta(seconds=10), publish_scheduled, alone=True),
        Chore("write digests", timedelta(seconds=10), Digester().send_due),
        Chore("tell moderators", timedelta(seconds=30), moderation.tell_moderators),
        Chore("send mail", interval, Sender(stopping).send_batch),
        Chore("read returned mail", timedelta(seconds=30), read_returned),
        Chore("tidy up", timedelta(hours=1), tidy_up, alone=True),
        Chore("check the index", timedelta(minutes=10), check_index, alone=True, next_turn=next_night),
    ]


def publish_scheduled() -> None:
    """Wagtail's own: publish and expire what an editor has set a time for."""
    call_command("publish_scheduled")


def read_returned() -> bool:
    """Read what came back to the Maildir, if there is one; a whole batch means there may be more."""
    if not settings.BOUNCE_MAILDIR:
        return False
    swept = maildir.sweep(settings.BOUNCE_MAILDIR)
    return swept.handled + swept.strange >= maildir.BATCH


def tidy_up() -> None:
    """Delete what has served its time, and count what is there."""
    outbox.clear()
    limits.clear(timezone.now())
    subscriptions.forget_unconfirmed(timezone.now())
    writing.forget(timezone.now())
    analyze_tables()


def check_index() -> None:
    """Compare the tag index with the database."""
    if "check_index" in get_commands():
        call_command("check_index")


def next_night(now: datetime) -> datetime:
    """The next time it is NIGHT o'clock.

    >>> from datetime import UTC
    >>> next_night(datetime(2018, 1, 24, 3, 0, tzinfo=UTC)).isoformat()
    '2018-01-25T03:00:00+00:00'
    """
    tonight = timezone.localtime(now).replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)
