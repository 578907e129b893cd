"""Taking over a subscriber whose consent was given elsewhere, with the proof of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction
from wagtail.models import Site

from mail import suppression
from mail.models import address_hmacs
from signup.models import AnyOf, ConsentRecord, Event, State, Subscriber, Subscription, Texts
from signup.services.subscriptions import begin


class Outcome(Enum):
    """What an import does with one subscriber."""

    ADDED = "added"
    EXTENDED = "added to a subscriber"
    PRESENT = "subscribed already"
    REFUSED = "refused: suppressed, erased or unsubscribed here"


@dataclass(frozen=True, slots=True)
class ImportedSubscriber:
    """An address, what it is to be sent, and when and how its owner agreed."""

    address: str  # normalised
    selections: AnyOf
    rhythm: str
    consented: datetime
    proof: str
    site: Site
    language: str = ""
    texts: str = Texts.EXCERPT


@transaction.atomic
def import_subscriber(given: ImportedSubscriber, actor: str) -> Outcome:
    """Subscribe a confirmed subscriber of another system, to what appears from now on; nothing is sent.

    Refused is whoever is suppressed or erased, or has left: they would have to sign up themselves.
    """
    found = Subscriber.objects.select_for_update().known_as(given.address).first()
    if suppression.is_suppressed(given.address) or (found and (found.erased or found.state in _ENDED)):
        return Outcome.REFUSED
    new = Subscription(site=given.site, expression=str(given.selections), rhythm=given.rhythm, texts=given.texts)
    if found is None:
        fields = {"address_hmac": address_hmacs(given.address)[0], "language": given.language, "site": given.site}
        new.subscriber = Subscriber.objects.create(address=given.address, **fields)
    else:
        new.subscriber = found
        if Subscription.objects.like(new).confirmed().exists() and found.state == State.CONFIRMED:
            return Outcome.PRESENT
        Subscription.objects.like(new).delete()
    _confirm(new, given, actor)
    return Outcome.ADDED if found is None else Outcome.EXTENDED


_ENDED = (State.SUPPRESSED, State.UNSUBSCRIBED)


def _confirm(new: Subscription, given: ImportedSubscriber, actor: str) -> None:
    subscriber = new.subscriber
    if subscriber.state != State.CONFIRMED:
        subscriber.state, subscriber.confirmed_at = State.CONFIRMED, given.consented
        subscriber.save()
    begin(new)
    ConsentRecord.objects.create(
        subscriber=subscriber,
        subscription=new,
        event=Event.CONFIRMED,
        at=given.consented,
        expression=new.expression,
        rhythm=new.rhythm,
        actor=actor,
        detail=given.proof[:500],
    )
