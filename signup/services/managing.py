"""Changing, adding, pausing and leaving single subscriptions, by who holds a link to all of them; each one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from blog.models import Stream
from signup.models import AnyOf, Event, Rhythm, Subscriber, Subscription, Texts
from signup.models.schedule import DEFAULT_HOUR, MONDAY
from signup.models.subscribers import State
from signup.services.history import locked, note
from signup.services.subscriptions import Refused, begin, leave

MAX_SUBSCRIPTIONS = 50  # of one subscriber


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """What a subscription is to select, or the stream, and when its emails are to come."""

    selections: AnyOf
    stream: Stream | None = None
    rhythm: str = Rhythm.EACH
    hour: int = DEFAULT_HOUR
    weekday: int = MONDAY
    texts: str = Texts.EXCERPT

    def put_into(self, subscription: Subscription) -> None:
        subscription.stream = self.stream
        subscription.expression = self.stream.expression if self.stream else str(self.selections)
        subscription.rhythm, subscription.hour, subscription.weekday = self.rhythm, self.hour, self.weekday
        subscription.texts = self.texts


def _state(subscription: Subscription) -> tuple[object, ...]:
    names = ("expression", "stream_id", "rhythm", "hour", "weekday", "texts", "paused_until")
    return tuple(getattr(subscription, name) for name in names)


@transaction.atomic
def change(subscription: Subscription, draft: SubscriptionDraft, network: str = "") -> Subscription:
    """Change a subscription. Raise Refused where its subscriber has such a one already, or this one no longer."""
    held = locked(subscription.subscriber)
    changed = held.subscriptions.filter(pk=subscription.pk).first()
    if changed is None:
        raise Refused(_("You have left this subscription meanwhile."))
    before, texts = _state(changed), changed.texts
    draft.put_into(changed)
    if _state(changed) != before:
        _refuse_duplicate(changed)
        changed.next_at = None
        changed.save()
        detail = "" if changed.texts == texts else f"texts: {changed.texts}"
        note(held, Event.CHANGED, detail, changed, network=network)
    return changed


@transaction.atomic
def add(subscriber: Subscriber, draft: SubscriptionDraft, network: str = "", wording: str = "") -> Subscription:
    """Add a subscription. Raise Refused where there is such a one already, for one too many, and for who has left."""
    held = locked(subscriber)
    if held.state != State.CONFIRMED:
        raise Refused(_("Please confirm first: follow the link in our letter."))
    if held.subscriptions.count() >= MAX_SUBSCRIPTIONS:
        raise Refused(_("%d subscriptions are as many as one address may have: change one, or leave one.") % MAX_SUBSCRIPTIONS)
    new = Subscription(subscriber=held, site=held.site)
    draft.put_into(new)
    held.subscriptions.like(new).asked().delete()
    _refuse_duplicate(new)
    begin(new)
    note(held, Event.CONFIRMED, subscription=new, network=network, wording=wording)
    return new


@transaction.atomic
def drop(subscription: Subscription, network: str = "") -> None:
    """End one subscription; with the last one, everything, so that they can come back to it."""
    held = locked(subscription.subscriber)
    dropped = held.subscriptions.filter(pk=subscription.pk).first()
    if dropped is None:
        return
    if not held.subscriptions.confirmed().exclude(pk=dropped.pk).exists():
        leave(held, network)
        return
    note(held, Event.UNSUBSCRIBED, subscription=dropped, network=network)
    dropped.delete()


@transaction.atomic
def pause(
    subscriber: Subscriber, until: date | None, network: str = "", only: Subscription | None = None, actor: str = ""
) -> None:
    """Pause all subscriptions, or one, until a day begins in the subscriber's time zone; without a day, let them go on."""
    held = locked(subscriber)
    if held.erased:
        return
    moment = datetime.combine(until, time(), held.zone) if until else None
    paused = held.subscriptions.filter(pk=only.pk) if only else held.subscriptions.all()
    if not paused.update(paused_until=moment, next_at=None) and only:
        return
    note(held, Event.CHANGED, f"paused until {until}" if until else "goes on", only, network=network, actor=actor)


@transaction.atomic
def move(subscriber: Subscriber, time_zone: str, network: str = "") -> None:
    """Set the time zone of a subscriber's hours."""
    held = locked(subscriber)
    if held.time_zone != time_zone and not held.erased:
        held.time_zone = time_zone
        held.save(update_fields=["time_zone"])
        held.subscriptions.update(next_at=None)
        note(held, Event.CHANGED, f"time zone {time_zone}", network=network)


def _refuse_duplicate(subscription: Subscription) -> None:
    if Subscription.objects.like(subscription).exclude(pk=subscription.pk).exists():
        raise Refused(_("You have this subscription already."))
