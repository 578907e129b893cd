"""What becomes of a subscription: asked for, confirmed, changed, left, suppressed, erased. Each verb is one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.selection import Selection
from signup import limits, outbox, tokens
from signup.addresses import Address, normalise
from signup.history import hold, note
from signup.models.outbox import Kind
from signup.models.subscribers import ConsentRecord, Event, State, Subscriber, address_hmacs
from signup.suppression import erase, lift, record_bounce, suppress

__all__ = [
    "Refused",
    "Wish",
    "again",
    "change",
    "come_back",
    "confirm",
    "erase",
    "forget_unconfirmed",
    "leave",
    "lift",
    "record_bounce",
    "request",
    "resend",
    "subscriber_of",
    "suppress",
]

PENDING_KEPT = timedelta(days=30)  # that nobody confirmed; the link in the letter is dead after 7


class Refused(Exception):
    """What a subscriber asked for cannot be done; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor sent by the form, and what we note of the circumstances. `network` is truncated already."""

    address: Address
    selection: Selection
    site: Site | None = None
    language: str = ""
    wording: str = ""
    network: str = ""


@transaction.atomic
def request(wish: Wish) -> None:
    """Write the letter that answers a sign-up: to confirm it or, to a confirmed address, that all is well already.

    An address that is suppressed, or a wish beyond the limits, has the same statements run and then taken back: from
    outside, no case can be told from another by answer or by work.
    """
    hmac = address_hmacs(wish.address.text)[0]
    values = {limits.NETWORK: wish.network, limits.ADDRESS: hmac, limits.DOMAIN: wish.address.domain, limits.ALL: ""}
    allowed = limits.take(values, timezone.now())
    before = transaction.savepoint()
    subscriber = _subscriber_for(wish, hmac)
    wanted = allowed and subscriber.state != State.SUPPRESSED
    _ask(subscriber, wish)
    (transaction.savepoint_commit if wanted else transaction.savepoint_rollback)(before)


def _subscriber_for(wish: Wish, hmac: str) -> Subscriber:
    """The subscriber of this address, locked; a new one where there is none."""
    new = Subscriber(address=wish.address.text, address_hmac=hmac)
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    return Subscriber.objects.select_for_update().known_as(wish.address.text)[0]


def _ask(subscriber: Subscriber, wish: Wish) -> None:
    """Note the wish and write its letter. What is confirmed stays as it is: anyone may type anyone's address."""
    kind = Kind.ALREADY if subscriber.state == State.CONFIRMED else Kind.CONFIRM
    if kind == Kind.CONFIRM:
        subscriber.state = State.PENDING
        subscriber.expression, subscriber.language, subscriber.site = str(wish.selection), wish.language, wish.site
    subscriber.save()
    record = ConsentRecord.objects.create(
        subscriber=subscriber,
        event=Event.REQUESTED,
        expression=str(wish.selection),
        wording=wish.wording,
        network=wish.network,
    )
    _write(kind, record)


def _write(kind: Kind, record: ConsentRecord) -> None:
    """Put the letter that a record calls for into the outbox."""
    subscriber = record.subscriber
    asked = {"asked_at": record.at.isoformat(), "network": record.network}
    outbox.put(f"{kind}:{subscriber.pk}:{record.pk}", kind, subscriber.address, subscriber, asked)


def subscriber_of(claim: tokens.Claim) -> Subscriber:
    """Whom a token speaks of; raises Refused when nothing is held about them any more."""
    subscriber = Subscriber.objects.select_related("site").filter(pk=claim.bearer_id, nonce=claim.nonce).first()
    if subscriber is None or not claim.nonce:
        raise Refused(_("Nothing is kept about this address any more: the subscription was erased, or never confirmed."))
    return subscriber


@transaction.atomic
def confirm(subscriber: Subscriber, network: str = "", wording: str = "") -> Subscriber:
    """Confirm a pending subscription; a confirmed one is left as it is. Raises Refused for one that was left or suppressed."""
    held = hold(subscriber)
    if held.state == State.UNSUBSCRIBED:
        raise Refused(_("You left after this letter was sent. If you want our notes again, please sign up anew."))
    if held.state == State.SUPPRESSED:
        raise Refused(_("This address is on our list of those we never write to. Please tell us if it should not be."))
    if held.state == State.PENDING:
        _confirmed(held, Event.CONFIRMED, network, wording)
    return held


def _confirmed(subscriber: Subscriber, event: Event, network: str, wording: str = "") -> None:
    subscriber.state, subscriber.confirmed_at, subscriber.bounce_score = State.CONFIRMED, timezone.now(), 0
    subscriber.save()
    note(subscriber, event, network=network, wording=wording)


@transaction.atomic
def change(subscriber: Subscriber, selection: Selection, rhythm: str, network: str = "") -> Subscriber:
    """Change what a subscriber gets, and how often."""
    held = hold(subscriber)
    if (held.expression, held.rhythm) != (str(selection), rhythm):
        held.expression, held.rhythm = str(selection), rhythm
        held.save(update_fields=["expression", "rhythm"])
        note(held, Event.CHANGED, network=network)
    return held


@transaction.atomic
def leave(subscriber: Subscriber, network: str = "") -> Subscriber:
    """End a subscription; whoever has left or is suppressed stays so."""
    held = hold(subscriber)
    if held.state in (State.PENDING, State.CONFIRMED):
        held.state, held.confirmed_at = State.UNSUBSCRIBED, None
        held.save(update_fields=["state", "confirmed_at"])
        note(held, Event.UNSUBSCRIBED, network=network)
    return held


@transaction.atomic
def come_back(subscriber: Subscriber, network: str = "", wording: str = "") -> Subscriber:
    """Confirm anew someone who left and, by a link in an old letter, has shown that the mailbox is theirs."""
    held = hold(subscriber)
    if held.state == State.UNSUBSCRIBED:
        _confirmed(held, Event.CONFIRMED, network, wording)
    return held


@transaction.atomic
def resend(subscriber: Subscriber, actor: str) -> None:
    """Send the confirmation once more, at an editor's word; raises Refused unless it is being waited for."""
    held = hold(subscriber)
    if held.state != State.PENDING:
        raise Refused(_("%s is not waiting for a confirmation.") % held)
    _write(Kind.CONFIRM, note(held, Event.RESENT, actor=actor))


def again(subscriber: Subscriber, network: str) -> None:
    """Ask once more for what a subscriber asked for, as the form does, under the same limits."""
    address = normalise(subscriber.address, smtputf8=True)
    request(Wish(address, subscriber.selection, subscriber.site, subscriber.language, network=network))


def forget_unconfirmed(now: datetime) -> int:
    """Delete those who asked and never confirmed; say how many."""
    stale = Subscriber.objects.filter(state=State.PENDING, created__lt=now - PENDING_KEPT)
    return stale.exclude(consents__at__gte=now - PENDING_KEPT).delete()[1].get(Subscriber._meta.label, 0)
