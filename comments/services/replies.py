"""E-mails to commenters about replies: asked for in the form, confirmed behind a link, ended by one click."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from blog.models import Comment
from blog.models.revision import locked_revision
from comments.kinds import REPLIES, replies_key
from comments.services.moderation import SETTLING
from mail import outbox
from mail.mailboxes import folded

PAUSE = timedelta(hours=1)  # between two emails about replies to one comment: what comes meanwhile goes into the second
DURATION = timedelta(days=365)  # after which a confirmation holds no longer
REPLIES_AT_ONCE = 500  # looked at in one transaction


@transaction.atomic
def confirm(comment: Comment) -> None:
    """Confirm that the writer of a comment wants emails about replies to it."""
    unconfirmed = Comment.objects.exclude(address="").filter(pk=comment.pk, replies_confirmed=None)
    unconfirmed.update(replies_asked=True, replies_confirmed=timezone.now())


@transaction.atomic
def end(comment: Comment) -> None:
    """End the emails about replies to a comment."""
    Comment.objects.filter(pk=comment.pk).update(replies_asked=False, replies_confirmed=None)


@locked_revision()
def end_all(address: str) -> None:
    """End the emails to an address about replies, whichever of its comments they answer."""
    Comment.objects.from_address(address).update(replies_asked=False, replies_confirmed=None)


@locked_revision()
def forget(now: datetime) -> int:
    """End the emails that were confirmed longer than DURATION ago; return the number of comments."""
    old = Comment.objects.filter(replies_confirmed__lt=now - DURATION)
    return old.update(replies_asked=False, replies_confirmed=None)


@locked_revision()
def notify_commenters() -> int:
    """Write one email for each comment with new replies whose writer wants such emails; return their number.

    An approval may be undone for SETTLING, so an email is written after that. Each reply is considered once.
    """
    now = timezone.now()
    unnotified = Comment.objects.unnotified_replies(now - SETTLING, now - PAUSE).select_related("reply_to", "author__user")
    found = list(unnotified.select_for_update(of=("self",))[:REPLIES_AT_ONCE])
    Comment.objects.filter(pk__in=[reply.pk for reply in found]).update(writer_told=now)
    return sum(_notify(list(replies)) for _answered, replies in groupby(found, lambda reply: reply.reply_to_id))


def _notify(replies: Sequence[Comment]) -> bool:
    """Put the email about some replies to one comment into the outbox, unless all of them are the writer's own."""
    comment = replies[0].reply_to
    assert comment is not None
    of_others = [reply.pk for reply in replies if not _is_from(reply, comment.address)]
    if of_others:
        key = f"{replies_key(comment)}{of_others[-1]}"
        outbox.put(key, REPLIES, comment.address, context={"comment": comment.pk, "replies": of_others})
    return bool(of_others)


def _is_from(reply: Comment, address: str) -> bool:
    """Return whether a reply was written by whoever has this address, as a visitor or as an author of the blog."""
    account = reply.author.user if reply.author else None
    own = reply.address or (account.email if account else "")
    return folded(own) == folded(address)
