"""Sending announcements: each reader is written to at most once, whatever ends the worker; each verb is one transaction."""

import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from blog.models.revision import locked_revision
from mail import outbox
from mail.models import DeliveryState
from signup.kinds import Kind
from signup.models import AnyOf, Subscriber, Subscription
from signup.models.announcements import Announcement, AnnouncementState
from signup.models.subscriptions import SELECTION, SubscriptionQuerySet

BATCH_SIZE = 250  # readers in one transaction
RUN_TIME = 10.0  # seconds, after which the worker turns to its other tasks
STOPPABLE = (AnnouncementState.SCHEDULED, AnnouncementState.WRITTEN)


def send(announcement: Announcement, by: str = "") -> bool:
    """Have a draft sent at its time, or now where it has none; return False where it is no draft any more."""
    draft = Announcement.objects.filter(pk=announcement.pk, state=AnnouncementState.DRAFT)
    due = announcement.due or timezone.now()
    return draft.update(state=AnnouncementState.SCHEDULED, due=due, by=by[:150]) == 1


@transaction.atomic
def stop(announcement: Announcement) -> bool:
    """Write no more emails, and send none of those that wait; return False where it was not to be sent."""
    held = _locked(announcement)
    if held.state not in STOPPABLE:
        return False
    held.state = AnnouncementState.STOPPED
    held.save(update_fields=["state"])
    held.deliveries.filter(state=DeliveryState.WAITING).end(DeliveryState.CANCELLED, _("The announcement was stopped."))
    return True


def send_test(announcement: Announcement, to: str) -> None:
    """Send an announcement as it stands to an editor alone."""
    key = f"{Kind.ANNOUNCEMENT_TEST}:{announcement.pk}:{get_random_string(12)}"
    outbox.put(key, Kind.ANNOUNCEMENT_TEST, to, {"announcement": announcement.pk})


def write_due(now: datetime | None = None, stopping: Callable[[], bool] = lambda: False) -> int:
    """Put the emails of announcements that are due into the outbox, until all are written or to stop; return the number."""
    written, end = 0, time.monotonic() + RUN_TIME
    for announcement in Announcement.objects.due(now or timezone.now()):
        while not stopping() and time.monotonic() < end:
            number = _write_some(announcement)
            if number is None:
                break
            written += number
    return written


@locked_revision()
def _write_some(announcement: Announcement) -> int | None:
    """Write to the next readers and return the number of emails; None when there is nobody left, or it was stopped.

    The mark moves in the same transaction. Readers are locked: whoever leaves or is erased meanwhile is sent nothing.
    """
    held = _locked(announcement)
    if held.state != AnnouncementState.SCHEDULED:
        return None
    some = Subscriber.objects.confirmed().filter(pk__gt=held.after).order_by("pk")
    readers = {reader.pk: reader for reader in some.select_for_update(of=("self",))[:BATCH_SIZE]}
    if not readers:
        held.state = AnnouncementState.WRITTEN
        held.save(update_fields=["state"])
        return None
    concerned = _concerned(held, Subscription.objects.current().filter(subscriber__in=readers))
    context = {"announcement": held.pk}
    outbox.put_many(
        outbox.make(f"{held.key}{pk}", Kind.ANNOUNCEMENT, readers[pk].address, {**context, "subscriber": pk})
        for pk in concerned
    )
    held.after = max(readers)
    held.save(update_fields=["after"])
    return len(concerned)


def count_readers(announcement: Announcement) -> int:
    """Return how many readers it would be sent to now."""
    return len(_concerned(announcement, Subscription.objects.current()))


def _concerned(announcement: Announcement, subscriptions: SubscriptionQuerySet) -> list[int]:
    """Return whose of some subscriptions are on its site, and to its selection where it has one."""
    sites = {announcement.site_id, None} if announcement.site.is_default_site else {announcement.site_id}
    rows = subscriptions.values_list("subscriber", "site", SELECTION)
    found = [(reader, expression) for reader, site, expression in rows if site in sites]
    expressions = {expression for _reader, expression in found}
    if announcement.expression:
        expressions = {one for one in expressions if announcement.selection in AnyOf.parse(one).choices}
    return sorted({reader for reader, expression in found if expression in expressions})


def _locked(announcement: Announcement) -> Announcement:
    return Announcement.objects.select_for_update(of=("self",)).select_related("site").get(pk=announcement.pk)
