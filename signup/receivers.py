"""What sign-up does when mail comes back, when a service unsubscribes someone, and when a tag is renamed."""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from blog.models import TagAlias
from mail import signals
from mail.bounces import Kind
from signup.models import Subscriber
from signup.services import renaming, subscriptions, suppression


@receiver(signals.bounced, dispatch_uid="signup.record_bounce")
def record_bounce(address: str, kind: Kind, when: datetime, detail: str, **_unused: Any) -> None:
    suppression.record_bounce(address, kind.value, when, detail)


@receiver(signals.unsubscribed, dispatch_uid="signup.unsubscribe")
def unsubscribe(address: str, **_unused: Any) -> None:
    for subscriber in Subscriber.objects.known_as(address):
        subscriptions.leave(subscriber)


@receiver(post_save, sender=TagAlias, dispatch_uid="signup.rename_tag")
def rename_tag(instance: TagAlias, **_unused: Any) -> None:
    """An alias is written whenever a slug ceases to be a tag's own: when the tag is renamed, and when it is merged."""
    renaming.rename_tag(instance.slug, instance.tag.slug)
