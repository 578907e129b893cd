"""What becomes of a comment on its writer's side: sent, confirmed, disowned, withdrawn. Each verb is one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.models import Comment, CommentState
from blog.models.revision import locked_revision
from comments.kinds import CONFIRM, key, keys
from signup import limits, outbox, tokens
from signup.addresses import Address
from signup.models import Mail, Reason
from signup.models.subscribers import address_hmacs
from signup.subscriptions import PENDING_KEPT
from signup.suppression import is_suppressed, suppress_address

TURNED_DOWN_KEPT = timedelta(days=30)  # in which a moderator may think better of it


class Gone(Exception):
    """Nothing is kept of a comment any more; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor sent by the form, and what we note of the circumstances. `network` is truncated already."""

    post: int
    name: str
    address: Address
    text: str
    site: Site
    reply_to: int | None = None
    language: str = ""
    network: str = ""


def send(wish: Wish) -> None:
    """Keep a comment, and write the letter that asks its writer to confirm it.

    A known address, one that confirmed a comment before, gets no letter: anybody may type it, but all they gain is that a
    moderator reads what they wrote, and nothing is shown that none has approved. Known or not, suppressed, or beyond the
    limits: from outside no case can be told from another by answer or by work, for what is not wanted is done and taken back.
    """
    comment = Comment(post_id=wish.post, name=wish.name, address=wish.address.text, text=wish.text, language=wish.language)
    comment.reply_to_id = wish.reply_to
    comment.render()  # before the limits' counters are held
    with transaction.atomic():
        _keep(comment, wish)


def _keep(comment: Comment, wish: Wish) -> None:
    now = timezone.now()
    allowed = limits.take(_counted(wish), now, settings.COMMENT_LIMITS)
    known = Comment.objects.from_address(comment.address).confirmed().exists()
    reachable = not is_suppressed(comment.address)
    if known:
        comment.state, comment.confirmed = CommentState.WAITING, now
    before = transaction.savepoint()
    comment.save()
    letter = transaction.savepoint()
    _ask(comment, wish)
    _end(letter, keep=not known)
    _end(before, keep=allowed and (known or reachable))


def _counted(wish: Wish) -> dict[str, str]:
    """What the limits count by, apart from sign-ups."""
    values = {
        limits.NETWORK: wish.network,
        limits.ADDRESS: address_hmacs(wish.address.text)[0],
        limits.DOMAIN: wish.address.domain,
        limits.ALL: "",
    }
    return {scope: f"comment {value}" for scope, value in values.items()}


def _ask(comment: Comment, wish: Wish) -> None:
    asked = {"comment": comment.pk, "site": wish.site.pk, "asked_at": comment.sent.isoformat(), "network": wish.network}
    outbox.put(key(CONFIRM, comment), CONFIRM, comment.address, context=asked)


def _end(savepoint: str, *, keep: bool) -> None:
    (transaction.savepoint_commit if keep else transaction.savepoint_rollback)(savepoint)


def comment_of(claim: tokens.Claim) -> Comment:
    """Which comment a token speaks of; raises Gone when it is not kept any more."""
    comment = Comment.objects.select_related("post", "author").filter(pk=claim.bearer_id).first()
    if comment is None or comment.nonce != claim.nonce:
        raise Gone(_("This comment is not kept any more: it was deleted, or never confirmed."))
    return comment


@transaction.atomic
def confirm(comment: Comment) -> None:
    """Hand a comment to the moderators, now that its writer has shown that the address is theirs."""
    held = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if held.state == CommentState.UNCONFIRMED:
        held.state, held.confirmed = CommentState.WAITING, timezone.now()
        held.save(update_fields=["state", "confirmed"])


@locked_revision()
def disown(comment: Comment, network: str = "") -> None:
    """Delete a comment that somebody else wrote under this address, and never write to the address again."""
    suppress_address(comment.address, Reason.REFUSED, network)
    erase(comment)


@locked_revision()
def erase(comment: Comment) -> None:
    """Delete a comment, and our letters about it. Replies to it stay, and stand by themselves."""
    Mail.objects.filter(key__in=keys(comment)).delete()
    Comment.objects.get(pk=comment.pk).delete()


def forget(now: datetime) -> int:
    """Delete what nobody confirmed, and what was turned down long ago; say how many."""
    stale = Comment.objects.unconfirmed_since(now - PENDING_KEPT) | Comment.objects.turned_down_since(now - TURNED_DOWN_KEPT)
    return stale.delete()[1].get(Comment._meta.label, 0)
