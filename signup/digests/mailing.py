"""What an editor may do with the mailing of a post: hold it, release it, have it sent now, be sent a test of it."""

from datetime import datetime
from enum import Enum

from django.db import transaction
from django.utils.crypto import get_random_string

from blog.models import PostPage
from mail import outbox
from signup.digests.editions import MARGIN, SETTLING, last_settled, publish
from signup.kinds import Kind
from signup.models import Edition
from signup.models.digests import News
from signup.models.mailings import EmailCount, HeldPost


class Stage(Enum):
    """How far the mailing of a post has come."""

    UNPUBLISHED = "unpublished"
    EXCLUDED = "excluded"  # by an import, or "do not mail"
    HELD = "held"
    EXPECTED = "expected"  # visible, and not seen by the worker yet
    SETTLING = "settling"
    MAILED = "mailed"  # at once; daily and weekly emails follow at their hours


def stage_of(post: PostPage, now: datetime) -> Stage:
    news = News.objects.filter(pk=post.pk).first()
    if news is not None and news.edition_id <= last_settled(now):
        return Stage.EXCLUDED if post.unannounced else Stage.MAILED
    if post.unannounced:
        return Stage.EXCLUDED
    if HeldPost.objects.filter(pk=post.pk).exists():
        return Stage.HELD
    if not post.live:
        return Stage.UNPUBLISHED
    return Stage.EXPECTED if news is None else Stage.SETTLING


@transaction.atomic
def hold(post: PostPage, by: str, now: datetime) -> bool:
    """Keep a post out of all emails until it is released; return False where emails about it are written already.

    The same margin holds as for posts that are hidden again: another worker may be about to write.
    """
    news = News.objects.filter(pk=post.pk)
    if news.filter(edition__seen__lte=now - SETTLING + MARGIN).exists():
        return False
    HeldPost.objects.get_or_create(pk=post.pk, defaults={"by": by[:150]})
    news.delete()
    return True


@transaction.atomic
def release(post: PostPage, now: datetime) -> bool:
    """Let emails tell of a held post, as if it appeared now; return False where it was not held.

    The worker does not look again for that: it may not have seen that the post was held.
    """
    if not HeldPost.objects.filter(pk=post.pk).delete()[0]:
        return False
    publish(now)
    return True


def send_now(post: PostPage, now: datetime) -> bool:
    """Wait no longer for a post to settle, nor for those seen before it; return False where it is not settling."""
    if stage_of(post, now) is Stage.EXPECTED:
        publish(now)
    news = News.objects.filter(pk=post.pk).first()
    if news is None:
        return False
    settling = Edition.objects.filter(number__lte=news.edition_id, seen__gt=now - SETTLING)
    return settling.update(seen=now - SETTLING) > 0


def send_test(post: PostPage, to: str, *, whole: bool) -> None:
    """Send an email that holds a post, as it was saved last, to an editor: its beginning, or its whole text."""
    outbox.put(f"{Kind.TRIAL}:{post.pk}:{get_random_string(12)}", Kind.TRIAL, to, {"post": post.pk, "whole": whole})


def outcome(post: PostPage) -> dict[str, dict[str, int]]:
    """Return what became of the emails that held a post, by domain and result."""
    return EmailCount.objects.by_domain(post.pk)
