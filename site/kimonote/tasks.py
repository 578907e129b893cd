"""The periodic tasks of a worker: the apps' work outside requests, and its intervals."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from accounts import attempts, second_factor
from accounts.sessions import SessionStore
from blog.models import PostOperation, TagOperation
from blog.search import analyze_tables
from blog.services.bin import empty_bin
from blog.services.image_files import VersionMaker
from blog.services.orphaned_files import delete_orphaned_files
from blog.services.rendering import render_outdated
from blog.services.scheduling import publish_scheduled
from blog.services.share_pictures import SharePictureMaker
from blog.suggestions.stored import outdated
from comments.services import moderation, replies, writing
from jobs import running
from jobs.models import Job
from kimonote.scheduler import PeriodicTask
from kimonote.separate_process import SeparateCommand
from mail import maildir, outbox, pace, refusals
from mail.worker import Sender
from signup.digests.digester import Digester
from signup.services import announcements, subscriptions
from web import limits

NIGHT = 3  # o'clock in the site's time zone
LEARNING, JOBS = SeparateCommand("learn_tags"), SeparateCommand("run_jobs")


def periodic_tasks(interval: timedelta, stopping: Callable[[], bool]) -> list[PeriodicTask]:
    """Return all tasks, those that put mail into the outbox before the one that sends it, which runs every `interval`."""
    return [
        PeriodicTask("publish what is scheduled", timedelta(seconds=10), publish_scheduled, exclusive=True),
        PeriodicTask("make versions of images", timedelta(seconds=2), VersionMaker().make_next),
        PeriodicTask("draw share pictures", timedelta(seconds=2), SharePictureMaker().make_next),
        PeriodicTask("render posts anew", timedelta(seconds=5), render_outdated, exclusive=True),
        PeriodicTask("learn which tags to suggest", timedelta(minutes=10), learn_tags, exclusive=True, separate=True),
        PeriodicTask("run jobs", timedelta(seconds=2), run_jobs, separate=True),
        PeriodicTask("write digests", timedelta(seconds=10), Digester(stopping).send_due),
        PeriodicTask("write announcements", timedelta(seconds=10), lambda: announcements.write_due(stopping=stopping)),
        PeriodicTask("tell moderators", timedelta(seconds=30), moderation.notify_moderators),
        PeriodicTask("tell commenters of replies", timedelta(minutes=1), replies.notify_commenters),
        PeriodicTask("send mail", interval, Sender(stopping).send_batch),
        PeriodicTask("read returned mail", timedelta(seconds=30), read_returned),
        PeriodicTask("empty the bin", timedelta(minutes=10), empty_bin, exclusive=True),
        PeriodicTask("tidy up", timedelta(hours=1), tidy_up, exclusive=True),
        PeriodicTask("check the index", timedelta(minutes=10), check_index, exclusive=True, next_run=next_night),
    ]


def learn_tags() -> None:
    """Have tags learnt beside the other tasks, where posts have changed: of 14,000 that takes minutes."""
    if outdated():
        LEARNING.start()


def run_jobs() -> None:
    """Have the jobs done that wait, beside the other tasks: they may take an hour."""
    if running.is_needed():
        JOBS.start()


def read_returned() -> bool:
    """Process bounces in the Maildir, if there is one; return whether there may be more."""
    if not settings.BOUNCE_MAILDIR:
        return False
    swept = maildir.sweep(settings.BOUNCE_MAILDIR)
    return swept.handled + swept.strange >= maildir.BATCH


def tidy_up() -> None:
    """Delete expired records, encrypt anew after a change of SECRET_KEY, and update the query planner's statistics."""
    outbox.clear()
    refusals.clear(timezone.now())
    pace.clear(timezone.now())
    limits.clear(timezone.now())
    subscriptions.forget_unconfirmed(timezone.now())
    writing.forget(timezone.now())
    replies.forget(timezone.now())
    attempts.forget(timezone.now())
    second_factor.encrypt_anew()
    SessionStore.clear_expired()
    delete_orphaned_files()
    TagOperation.objects.forget_old()
    PostOperation.objects.forget_old()
    Job.objects.forget_old(timezone.now())
    analyze_tables()


def check_index() -> None:
    """Compare the tag index with the database."""
    call_command("check_index")


def next_night(now: datetime) -> datetime:
    """Return the next time at which it is NIGHT o'clock.

    >>> from datetime import UTC
    >>> next_night(datetime(2018, 1, 24, 3, 0, tzinfo=UTC)).isoformat()
    '2018-01-25T03:00:00+00:00'
    """
    tonight = timezone.localtime(now).replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)
