"""Requesting, confirming, changing and ending a subscription; each verb is one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Site

from blog.selections.selection import Selection
from mail import outbox, suppression
from mail.models import Delivery, address_hmacs, mailbox_hmacs
from signup.kinds import Kind
from signup.models.subscribers import ConsentRecord, Event, State, Subscriber
from signup.services.history import hold, note
from web import limits, tokens
from web.addresses import Address, normalise
from web.rates import Limit

REFUSING = (limits.NETWORK, limits.ADDRESS)  # scopes of limits beyond which nothing is sent
PACING = (limits.DOMAIN, limits.ALL)  # scopes of limits beyond which emails wait
PENDING_RETENTION = timedelta(days=30)  # that nobody confirmed; the link in the email expires after 7


class Refused(Exception):
    """What a subscriber asked for cannot be done; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class SignupRequest:
    """What a visitor sent by the form, and what is stored of the circumstances. `network` is truncated already."""

    address: Address
    selection: Selection
    site: Site | None = None
    language: str = ""
    wording: str = ""
    network: str = ""


@transaction.atomic
def request(wanted: SignupRequest) -> None:
    """Write the email that follows a sign-up: one to confirm it or, to a confirmed address, one that says so.

    What is beyond the pace of SIGNUP_LIMITS per domain and in all is kept, and its email written later. For a suppressed
    address (an erased one may come back), or a request beyond the limits on its network and mailbox, the same statements run
    and are rolled back: neither the response nor the work done lets anyone distinguish the cases.
    """
    hmac, mailbox = address_hmacs(wanted.address.text)[0], mailbox_hmacs(wanted.address.text)[0]
    values = {limits.NETWORK: wanted.network, limits.ADDRESS: mailbox, limits.DOMAIN: wanted.address.domain, limits.ALL: ""}
    now = timezone.now()
    allowed = limits.take(values, now, _rules(*REFUSING))
    barred = suppression.is_barred(wanted.address.text)
    before = transaction.savepoint()
    subscriber = _subscriber_for(wanted, hmac)
    kept = allowed and not barred and (subscriber.state != State.SUPPRESSED or subscriber.erased)
    due = limits.due(values, now, _rules(*PACING), counted=kept)
    _ask(subscriber, wanted, due)
    (transaction.savepoint_commit if kept else transaction.savepoint_rollback)(before)


def _rules(*scopes: str) -> list[Limit]:
    """Return the limits on sign-ups of these scopes."""
    return [limit for limit in settings.SIGNUP_LIMITS if limit.scope in scopes]


def _subscriber_for(wanted: SignupRequest, hmac: str) -> Subscriber:
    """Return the subscriber of this address, locked; a new one where there is none."""
    new = Subscriber(address=wanted.address.text, address_hmac=hmac)
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    return Subscriber.objects.select_for_update().known_as(wanted.address.text)[0]


def _ask(subscriber: Subscriber, wanted: SignupRequest, due: datetime) -> None:
    """Store the request and write its email. What is confirmed stays as it is: anyone may type anyone's address."""
    kind = Kind.ALREADY if subscriber.state == State.CONFIRMED else Kind.CONFIRM
    if kind == Kind.CONFIRM:
        subscriber.state, subscriber.suppressed_because = State.PENDING, ""
        subscriber.address = subscriber.address or wanted.address.text
        subscriber.expression, subscriber.language, subscriber.site = str(wanted.selection), wanted.language, wanted.site
    subscriber.save()
    record = ConsentRecord.objects.create(
        subscriber=subscriber,
        event=Event.REQUESTED,
        expression=str(wanted.selection),
        wording=wanted.wording,
        network=wanted.network,
    )
    _write(kind, record, due)


def _write(kind: Kind, record: ConsentRecord, due: datetime | None = None) -> None:
    """Put the email that a record of consent calls for into the outbox."""
    subscriber = record.subscriber
    context = {"subscriber": subscriber.pk, "asked_at": record.at.isoformat(), "network": record.network}
    outbox.put(f"{kind}:{subscriber.pk}:{record.pk}", kind, subscriber.address, context, due=due)


def subscriber_of(claim: tokens.Claim) -> Subscriber:
    """Return the subscriber whom a token names; raises Refused when nothing is held about them any more."""
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
    subscriber.state, subscriber.confirmed_at = State.CONFIRMED, timezone.now()
    subscriber.save()
    suppression.reset_count(subscriber.address)
    suppression.welcome_back(subscriber.address)
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
    """Confirm a subscriber again who left; the link in an earlier email proves that the mailbox is theirs."""
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


def request_again(subscriber: Subscriber, network: str) -> None:
    """Ask once more for what a subscriber asked for, as the form does, under the same limits."""
    address = normalise(subscriber.address, smtputf8=True)
    request(SignupRequest(address, subscriber.selection, subscriber.site, subscriber.language, network=network))


def forget_unconfirmed(now: datetime) -> int:
    """Delete those who asked and never confirmed, with the emails to them; return their number."""
    stale = Subscriber.objects.filter(state=State.PENDING, created__lt=now - PENDING_RETENTION)
    stale = stale.exclude(consents__at__gte=now - PENDING_RETENTION)
    Delivery.objects.filter(to__in=stale.values("address"), kind__in=Kind.values).delete()
    return stale.delete()[1].get(Subscriber._meta.label, 0)
