"""What a comment's writer does: send, confirm, disown, withdraw it. Each verb is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.models import Comment, CommentState
from blog.models.revision import locked_revision
from comments.kinds import CONFIRM, key, keys, replies_key
from mail import outbox
from mail.models import Delivery, SuppressionReason, mailbox_hmacs
from mail.suppression import is_suppressed
from signup.services.subscriptions import PENDING_RETENTION
from signup.services.suppression import suppress_address
from web import limits, rates, tokens
from web.addresses import Address

REJECTED_RETENTION = timedelta(days=30)  # in which a moderator may undo the rejection


class Gone(Exception):
    """Nothing is kept of a comment any more; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """What a visitor sent by the form, and what is stored of the circumstances. `network` is truncated already."""

    post: int
    name: str
    address: Address
    text: str
    site: Site
    reply_to: int | None = None
    language: str = ""
    network: str = ""
    wants_replies: bool = False


def send(draft: CommentDraft) -> None:
    """Store a comment, and write the email that asks its writer to confirm it.

    A known address, one that confirmed a comment before, gets no email: anybody may type it, but all they gain is that a
    moderator reads what they wrote; nothing is shown without approval. Whether the address is known, suppressed or beyond
    the limits, neither the response nor the work done shows it: what is not wanted is written and rolled back.
    """
    comment = Comment(post_id=draft.post, name=draft.name, address=draft.address.text, text=draft.text, language=draft.language)
    comment.reply_to_id, comment.replies_asked = draft.reply_to, draft.wants_replies
    comment.render()  # before the limits' counters are held
    with transaction.atomic():
        _keep(comment, draft)


def _keep(comment: Comment, draft: CommentDraft) -> None:
    now = timezone.now()
    allowed = limits.take(_counted(draft), now, settings.COMMENT_LIMITS)
    known = Comment.objects.from_address(comment.address).confirmed().exists()
    reachable = not is_suppressed(comment.address)
    if known:
        comment.state, comment.confirmed = CommentState.WAITING, now
    before = transaction.savepoint()
    comment.save()
    before_email = transaction.savepoint()
    _ask(comment, draft)
    _end(before_email, keep=not known)
    _end(before, keep=allowed and (known or reachable))


def _counted(draft: CommentDraft) -> dict[str, str]:
    """Return what the limits count by, under other values than sign-ups."""
    values = {
        rates.NETWORK: draft.network,
        rates.ADDRESS: mailbox_hmacs(draft.address.text)[0],
        rates.DOMAIN: draft.address.domain,
        rates.ALL: "",
    }
    return {scope: f"comment {value}" for scope, value in values.items()}


def _ask(comment: Comment, draft: CommentDraft) -> None:
    asked = {"comment": comment.pk, "site": draft.site.pk, "asked_at": comment.sent.isoformat(), "network": draft.network}
    outbox.put(key(CONFIRM, comment), CONFIRM, comment.address, context=asked)


def _end(savepoint: str, *, keep: bool) -> None:
    (transaction.savepoint_commit if keep else transaction.savepoint_rollback)(savepoint)


def comment_of(claim: tokens.Claim) -> Comment:
    """Return the comment that a token names; raises Gone when it is not kept any more."""
    comment = kept(Comment.objects.select_related("post", "author").filter(pk=claim.bearer_id).first())
    return kept(comment if comment.nonce == claim.nonce else None)


def kept(comment: Comment | None) -> Comment:
    """Return a comment that was found; raise Gone where none was."""
    if comment is None:
        raise Gone(_("This comment is not kept any more: it was deleted, or never confirmed."))
    return comment


@transaction.atomic
def confirm(comment: Comment, *, wants_replies: bool = False) -> None:
    """Let a comment await moderation, now that its writer has confirmed the address, and perhaps e-mails about replies.

    Raise Gone where it was deleted meanwhile.
    """
    held = kept(Comment.objects.select_for_update(of=("self",)).filter(pk=comment.pk).first())
    if held.state == CommentState.UNCONFIRMED:
        held.state, held.confirmed = CommentState.WAITING, timezone.now()
        held.replies_asked, held.replies_confirmed = wants_replies, held.confirmed if wants_replies else None
        held.save(update_fields=["state", "confirmed", "replies_asked", "replies_confirmed"])


@locked_revision()
def disown(comment: Comment, network: str = "") -> None:
    """Delete a comment that somebody else wrote under this address, and never write to the address again."""
    suppress_address(comment.address, SuppressionReason.REFUSED, network)
    erase(comment)


@locked_revision()
def erase(comment: Comment) -> None:
    """Delete a comment and the emails about it. Replies to it stay, at the first level."""
    of_replies = Q(to=comment.address, key__startswith=replies_key(comment))  # SQLite finds no beginning of a key by an index
    Delivery.objects.filter(Q(key__in=keys(comment)) | of_replies).delete()
    Comment.objects.filter(pk=comment.pk).delete()


@locked_revision()
def erase_many(comments: Iterable[int]) -> int:
    """Delete comments as `erase` does; return their number."""
    found = list(Comment.objects.filter(pk__in=list(comments)))
    for comment in found:
        erase(comment)
    return len(found)


@locked_revision()
def forget(now: datetime) -> int:
    """Delete what nobody confirmed, and what was turned down long ago; return their number."""
    rejected = Comment.objects.turned_down_since(now - REJECTED_RETENTION)
    stale = Comment.objects.unconfirmed_since(now - PENDING_RETENTION) | rejected
    return stale.delete()[1].get(Comment._meta.label, 0)
