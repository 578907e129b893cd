"""What sign-up does when mail comes back, a service unsubscribes someone, a tag is renamed or deleted, or a stream deleted."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from blog.models import Stream
from blog.services import following, row_changes, undo
from mail import signals
from mail.bounces import Kind
from mail.models import Delivery, Result
from signup.models import EmailCount, Subscriber, Subscription
from signup.models.mailings import CountedEmails
from signup.services import renaming, restoring, subscriptions, suppression
from signup.tokens import LEAVE
from web import tokens


@receiver(signals.bounced, dispatch_uid="signup.record_bounce")
def record_bounce(address: str, kind: Kind, when: datetime, detail: str, **_unused: Any) -> None:
    suppression.record_bounce(address, kind.value, when, detail)


@receiver(signals.attempted, dispatch_uid="signup.count_emails")
def count_emails(results: list[tuple[Delivery, Result]], **_unused: Any) -> None:
    """Count what became of digests, for each post that they held."""
    held = ((delivery, result, post) for delivery, result in results for post in delivery.context.get("posts", ()))
    EmailCount.objects.add(Counter(CountedEmails(post, delivery.domain, result) for delivery, result, post in held))


@receiver(signals.unsubscribed, dispatch_uid="signup.unsubscribe")
def unsubscribe(address: str, **_unused: Any) -> None:
    for subscriber in Subscriber.objects.known_as(address):
        subscriptions.leave(subscriber)


@receiver(signals.unsubscribing, dispatch_uid="signup.unsubscribe_by_mail")
def unsubscribe_by_mail(token: str, **_unused: Any) -> bool:
    """Leave as the link with this token would; return whether it is one."""
    try:
        subscriptions.leave(subscriptions.subscriber_of(tokens.read(LEAVE, token)))
    except (tokens.TokenError, subscriptions.Refused):
        return False
    return True


@receiver(following.selection_follows, sender=Subscription, dispatch_uid="signup.follow_tag")
def follow_tag(one: Subscription, expression: str, detail: str, **_unused: Any) -> None:
    """Replace a tag that has another name, or leads elsewhere, in a subscription."""
    renaming.select(one, expression, detail)


@receiver(pre_delete, sender=Stream, dispatch_uid="signup.leave_stream")
def leave_stream(instance: Stream, **_unused: Any) -> None:
    renaming.leave_stream(instance)


@receiver(row_changes.stored_selections, dispatch_uid="signup.stored_selections")
def stored_selections(**_unused: Any) -> list[QuerySet[Any]]:
    return restoring.stored_selections()


@receiver(undo.selection_restored, sender=Subscription, dispatch_uid="signup.note_restored")
def note_restored(pk: int, replaced: str, **_unused: Any) -> None:
    restoring.note_restored(pk, replaced)


@receiver(undo.selections_removed, sender=Subscription, dispatch_uid="signup.restore_removed")
def restore_removed(rows: dict[int, dict[str, Any]], since: datetime, until: datetime, **_unused: Any) -> None:
    restoring.restore_removed(rows, since, until)
