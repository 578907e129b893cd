"""Requesting, confirming and ending subscriptions; each verb is one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Site

from blog.models import Stream
from mail import outbox, suppression
from mail.models import Delivery, address_hmacs, mailbox_hmacs
from signup.kinds import Kind
from signup.models import AnyOf, Edition, Rhythm, Subscription, Texts
from signup.models.subscribers import ConsentRecord, Event, State, Subscriber
from signup.services.history import locked, note
from web import limits, rates, tokens
from web.addresses import Address, normalise

REFUSING = (rates.NETWORK, rates.ADDRESS)  # scopes of limits beyond which nothing is sent
PACING = (rates.DOMAIN, rates.ALL)  # scopes of limits beyond which emails wait
PENDING_RETENTION = timedelta(days=30)  # that nobody confirmed; the link in the email expires after 7
ERASED = gettext_lazy("Nothing is kept about this address any more: the subscription was erased, or never confirmed.")
FORGOTTEN_AT_ONCE = 10_000  # subscribers: SQLite takes some 30,000 values in a statement


class Refused(Exception):
    """What a subscriber asked for cannot be done; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class SignupRequest:
    """What a visitor sent by the form, and what is stored of the circumstances. `network` is truncated already."""

    address: Address
    selections: AnyOf
    site: Site | None = None
    language: str = ""
    wording: str = ""
    network: str = ""
    stream: Stream | None = None  # in place of selections
    rhythm: str = Rhythm.EACH
    texts: str = Texts.EXCERPT
    actor: str = ""  # an operator who typed the address


@transaction.atomic
def request(wanted: SignupRequest) -> None:
    """Write the email that follows a sign-up: one to confirm it, to add it to what the address gets, or to say that it does.

    What is beyond the pace of SIGNUP_LIMITS per domain and in all is kept, and its email written later, that of a network's
    first sign-up before those of its others. For a suppressed
    address (an erased one may come back), or a request beyond the limits on its network and mailbox, the same statements run
    and are rolled back: neither the response nor the work done lets anyone distinguish the cases.
    """
    hmac, mailbox = address_hmacs(wanted.address.text)[0], mailbox_hmacs(wanted.address.text)[0]
    values = {rates.NETWORK: wanted.network, rates.ADDRESS: mailbox, rates.DOMAIN: wanted.address.domain, rates.ALL: ""}
    now = timezone.now()
    allowed = limits.take(values, now, _rules(*REFUSING))
    again = not limits.is_first(values, now, _rules(*REFUSING))
    barred = suppression.is_barred(wanted.address.text)
    before = transaction.savepoint()
    subscriber = _subscriber_for(wanted, hmac)
    kept = allowed and not barred and (subscriber.state != State.SUPPRESSED or subscriber.erased)
    due = limits.due(values, now, _rules(*PACING), counted=kept, again=again)
    _ask(subscriber, wanted, due)
    (transaction.savepoint_commit if kept else transaction.savepoint_rollback)(before)


@transaction.atomic
def invite(wanted: SignupRequest, actor: str, notes: str = "") -> Subscriber:
    """Ask the owner of an address that an operator typed for the confirmation, and return the subscriber.

    Raise Refused, in words for the operator, for one that is suppressed or erased, and for what it is subscribed to already.
    """
    address = wanted.address.text
    if suppression.is_suppressed(address):
        raise Refused(_("%s is suppressed, or was erased: whoever has this address would have to sign up.") % address)
    subscriber = _subscriber_for(wanted, address_hmacs(address)[0])
    if subscriber.state == State.CONFIRMED and _subscription_for(subscriber, wanted).confirmed_at is not None:
        raise Refused(_("%s has this subscription already.") % subscriber)
    if notes:
        subscriber.notes = f"{subscriber.notes}\n{notes}".strip()
    _ask(subscriber, replace(wanted, actor=actor), timezone.now())
    return subscriber


def _rules(*scopes: str) -> list[rates.Limit]:
    """Return the limits on sign-ups of these scopes."""
    return [limit for limit in settings.SIGNUP_LIMITS if limit.scope in scopes]


def _subscriber_for(wanted: SignupRequest, hmac: str) -> Subscriber:
    """Return the subscriber of this address, locked; a new one where there is none."""
    new = Subscriber(address=wanted.address.text, address_hmac=hmac)
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    return Subscriber.objects.select_for_update().known_as(wanted.address.text)[0]


def _ask(subscriber: Subscriber, wanted: SignupRequest, due: datetime) -> None:
    """Store the request and write its email. What is confirmed stays as it is: anyone may type anyone's address."""
    asked = _subscription_for(subscriber, wanted)
    if subscriber.state == State.CONFIRMED:
        kind = Kind.ADD if asked.confirmed_at is None else Kind.ALREADY
    else:
        kind = Kind.CONFIRM
        subscriber.state, subscriber.suppressed_because = State.PENDING, ""
        subscriber.address = subscriber.address or wanted.address.text
        subscriber.language, subscriber.site = wanted.language, wanted.site
    subscriber.save()
    more = {"wording": wanted.wording, "network": wanted.network, "actor": wanted.actor}
    _write(kind, note(subscriber, Event.REQUESTED, subscription=asked, **more), due)


def _subscription_for(subscriber: Subscriber, wanted: SignupRequest) -> Subscription:
    """Return the subscription that is asked for: a new one, or the one like it that there is."""
    fields = {"site": wanted.site, "stream": wanted.stream, "rhythm": wanted.rhythm, "texts": wanted.texts}
    new = Subscription(subscriber=subscriber, **fields)
    new.expression = wanted.stream.expression if wanted.stream else str(wanted.selections)
    Subscription.objects.bulk_create([new], ignore_conflicts=True)
    Subscription.objects.like(new).asked().update(rhythm=new.rhythm, texts=new.texts, created=new.created)
    return Subscription.objects.like(new)[0]


def _write(kind: Kind, record: ConsentRecord, due: datetime | None = None) -> None:
    """Put the email that a record of consent calls for into the outbox."""
    subscriber = record.subscriber
    context = {
        "subscriber": subscriber.pk,
        "subscription": record.subscription_id,
        "asked_at": record.at.isoformat(),
        "network": record.network,
    }
    outbox.put(f"{kind}:{subscriber.pk}:{record.pk}", kind, subscriber.address, context, due=due)


def subscriber_of(claim: tokens.Claim) -> Subscriber:
    """Return the subscriber whom a token names; raises Refused when nothing is held about them any more."""
    subscriber = Subscriber.objects.select_related("site").filter(pk=claim.bearer_id, nonce=claim.nonce).first()
    if subscriber is None or not claim.nonce:
        raise Refused(ERASED)
    return subscriber


def subscription_of(claim: tokens.Claim) -> Subscription:
    """Return the subscription that a token names; raises Refused when nothing is held about it any more."""
    found = Subscription.objects.select_related("subscriber__site", "stream").filter(pk=claim.bearer_id)
    subscription = found.filter(subscriber__nonce=claim.nonce).first()
    if subscription is None or not claim.nonce:
        raise Refused(ERASED)
    return subscription


@transaction.atomic
def confirm(subscription: Subscription, network: str = "", wording: str = "") -> Subscription:
    """Confirm what was asked for; what is confirmed is left as it is. Raises Refused for who has left or is suppressed."""
    held = locked(subscription.subscriber)
    if held.state == State.UNSUBSCRIBED:
        raise Refused(_("You left after this letter was sent. If you want our notes again, please sign up anew."))
    if held.state == State.SUPPRESSED:
        raise Refused(_("This address is on our list of those we never write to. Please tell us if it should not be."))
    asked = held.subscriptions.filter(pk=subscription.pk).first()
    if asked is None:
        raise Refused(_("You left after this letter was sent. If you want our notes again, please sign up anew."))
    if held.state == State.PENDING:
        held.subscriptions.confirmed().exclude(pk=asked.pk).delete()  # what they had before they left
        _activate(held)
        asked.confirmed_at = None
    if asked.confirmed_at is None:
        begin(asked)
        note(held, Event.CONFIRMED, subscription=asked, network=network, wording=wording)
    return asked


def _activate(subscriber: Subscriber) -> None:
    """Set a subscriber to confirmed, and allow mail to the address again."""
    subscriber.state, subscriber.confirmed_at = State.CONFIRMED, timezone.now()
    subscriber.save()
    suppression.reset_count(subscriber.address)
    suppression.lift_erased_address(subscriber.address)


def begin(subscription: Subscription) -> None:
    """Let a subscription begin with what appears from now on."""
    subscription.confirmed_at = timezone.now()
    subscription.edition = Edition.objects.aggregate(last=Max("number"))["last"] or 0
    subscription.next_at, subscription.missed = None, []
    subscription.save()


@transaction.atomic
def leave(subscriber: Subscriber, network: str = "", actor: str = "") -> Subscriber:
    """End all subscriptions; whoever has left or is suppressed stays so."""
    held = locked(subscriber)
    if held.state in (State.PENDING, State.CONFIRMED):
        held.state, held.confirmed_at = State.UNSUBSCRIBED, None
        held.save(update_fields=["state", "confirmed_at"])
        note(held, Event.UNSUBSCRIBED, network=network, actor=actor)
    return held


@transaction.atomic
def come_back(subscriber: Subscriber, network: str = "", wording: str = "") -> Subscriber:
    """Confirm a subscriber again who left; the link in an earlier email proves that the mailbox is theirs."""
    held = locked(subscriber)
    if held.state == State.UNSUBSCRIBED:
        _activate(held)
        for subscription in held.subscriptions.confirmed() or held.subscriptions.all():
            begin(subscription)
            note(held, Event.CONFIRMED, subscription=subscription, network=network, wording=wording)
    return held


@transaction.atomic
def resend(subscriber: Subscriber, actor: str) -> None:
    """Send the confirmation once more, at an editor's word; raises Refused unless it is being waited for."""
    held = locked(subscriber)
    if held.state != State.PENDING:
        raise Refused(_("%s is not waiting for a confirmation.") % held)
    asked = held.subscriptions.order_by("-created", "-pk").first()
    _write(Kind.CONFIRM, note(held, Event.RESENT, subscription=asked, actor=actor))


def request_again(asked: Subscription, network: str) -> None:
    """Ask once more for what a subscriber asked for, as the form does, under the same limits."""
    subscriber = asked.subscriber
    request(
        SignupRequest(
            address=normalise(subscriber.address, smtputf8=True),
            selections=AnyOf.parse(asked.expression),
            site=asked.site,
            language=subscriber.language,
            network=network,
            stream=asked.stream,
            rhythm=asked.rhythm,
            texts=asked.texts,
        )
    )


@transaction.atomic
def forget_unconfirmed(now: datetime) -> int:
    """Delete those who asked and never confirmed, with the emails to them; return their number.

    Of subscribers who get other emails, what they asked for and never confirmed is deleted. Whoever is locked stays: they may
    be asking anew.
    """
    Subscription.objects.asked().filter(subscriber__state=State.CONFIRMED, created__lt=now - PENDING_RETENTION).delete()
    stale = Subscriber.objects.filter(state=State.PENDING, created__lt=now - PENDING_RETENTION)
    stale = stale.exclude(consents__at__gte=now - PENDING_RETENTION)
    free = Subscriber.objects.filter(pk__in=stale.values("pk")).select_for_update(of=("self",), skip_locked=True)
    held = Subscriber.objects.filter(pk__in=list(free.order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]))
    Delivery.objects.filter(to__in=held.values("address"), kind__in=Kind.values).delete()
    return held.delete()[1].get(Subscriber._meta.label, 0)
