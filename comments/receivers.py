"""What happens to e-mails about replies when mail comes back, a service unsubscribes someone, or an e-mail does."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from blog.models import Comment
from comments.services import replies, writing
from comments.tokens import REPLIES
from mail import refusals, signals
from mail.bounces import Kind
from mail.mailboxes import domain_of
from mail.models import SuppressionReason
from signup.services.suppression import suppress_address
from web import tokens


@receiver(signals.bounced, dispatch_uid="comments.end_replies")
def end_replies(address: str, kind: Kind, when: datetime, **_unused: Any) -> None:
    """Write no more to an address that does not exist; to one that complained, nothing of any kind."""
    if not Comment.objects.from_address(address).followed().exists():
        return
    if kind == Kind.COMPLAINT:
        suppress_address(address, SuppressionReason.COMPLAINT)
    if kind == Kind.COMPLAINT or (kind == Kind.HARD and not refusals.refuses(domain_of(address), when)):
        replies.end_all(address)


@receiver(signals.unsubscribed, dispatch_uid="comments.unsubscribe")
def unsubscribe(address: str, **_unused: Any) -> None:
    replies.end_all(address)


@receiver(signals.unsubscribing, dispatch_uid="comments.unsubscribe_by_mail")
def unsubscribe_by_mail(token: str, **_unused: Any) -> bool:
    """End the e-mails about replies to the comment that a token names; return whether it names one."""
    try:
        replies.end(writing.comment_of(tokens.read(REPLIES, token)))
    except (tokens.TokenError, writing.Gone):
        return False
    return True
