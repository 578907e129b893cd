"""What a returned message, or a service's event, does to its subscriber."""

from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings

from mail.bounces import Kind, verp_address
from mail.models import Delivery
from mail.receiving import receive
from mail.tracking import kind_of
from signup.models import State, Subscriber
from tests.support import bounce_samples as samples
from tests.support.bounce_fixtures import mail_to, return_address, states


def test_a_hard_bounce_suppresses_its_subscriber_alone(hard: bytes) -> None:
    assert receive(hard) is Kind.HARD
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_a_complaint_suppresses(ada: Subscriber) -> None:
    assert receive(samples.complaint(mail_from=return_address(mail_to(ada)))) is Kind.COMPLAINT
    assert states()["ada@example.org"] == State.SUPPRESSED


def test_soft_bounces_score_and_suppress_when_they_do_not_end(ada: Subscriber) -> None:
    raw = samples.exim("552 5.2.2 mailbox full", verp=return_address(mail_to(ada)))
    kinds = {receive(raw) for _ in range(4)}
    ada.refresh_from_db()
    assert (kinds, ada.state, ada.bounce_score) == ({Kind.SOFT}, State.CONFIRMED, 4)
    receive(raw)
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_a_vacation_and_a_delay_change_nothing(ada: Subscriber) -> None:
    verp = return_address(mail_to(ada))
    vacation = samples.vacation("Auto-Submitted: auto-replied").replace(samples.VERP.encode(), verp.encode())
    delay = samples.postfix("4.4.1", "timed out", action="delayed").replace(samples.VERP.encode(), verp.encode())
    before = Subscriber.objects.values().get(pk=ada.pk)
    assert [receive(vacation), receive(delay)] == [Kind.VACATION, Kind.NOTICE]
    assert Subscriber.objects.values().get(pk=ada.pk) == before


@pytest.mark.parametrize("address", ["forged", "other key", "other mail", "none"])
def test_a_forged_return_address_changes_nothing(ada: Subscriber, address: str) -> None:
    mail = mail_to(ada)
    forged = {
        "forged": f"bounces+{mail.pk}-{'0' * 20}@notes.example",
        "other key": verp_address(mail.pk, "notes.example", "guessed"),
        "other mail": verp_address(mail.pk + 1, "notes.example", settings.SECRET_KEY),
        "none": "ada@example.org",
    }[address]
    assert receive(samples.exim("550 5.1.1 no such user", verp=forged)) is None
    assert set(states().values()) == {State.CONFIRMED}


def test_a_return_address_holds_after_the_key_has_changed(hard: bytes, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a newer one"
    assert receive(hard) is Kind.HARD


def test_event_equals_that_of_a_services_webhook(ada: Subscriber, hard: bytes) -> None:
    heard: list[tuple[AnymailTrackingEvent, str]] = []

    def hear(event: AnymailTrackingEvent, esp_name: str, **more: Any) -> None:
        heard.append((event, esp_name))

    tracking.connect(hear)
    try:
        receive(hard)
    finally:
        tracking.disconnect(hear)
    mail = Delivery.objects.get()
    [(event, name)] = heard
    told = (name, event.event_type, event.recipient, event.reject_reason, event.message_id, event.metadata, event.mta_response)
    expected = (
        "SMTP",
        "bounced",
        "ada@example.org",
        "bounced",
        mail.message_id,
        {"delivery": mail.pk},
        "550 5.1.1 no such user",
    )
    assert told == expected


def event(event_type: str, reason: str | None = None, **more: Any) -> AnymailTrackingEvent:
    return AnymailTrackingEvent(event_type=event_type, reject_reason=reason, recipient="ada@example.org", **more)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (event(EventType.BOUNCED, RejectReason.BOUNCED), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.INVALID), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.OTHER), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.TIMED_OUT), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"Type": "SoftBounce"}), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"event": "soft_bounce"}), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"event": "hard_bounce"}), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, description="Transient: MailboxFull"), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, mta_response="550 5.1.1 your IP is blacklisted"), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, mta_response="550 no"), Kind.HARD),
        (event(EventType.REJECTED, RejectReason.BOUNCED), Kind.HARD),
        (event(EventType.REJECTED, RejectReason.SPAM), Kind.COMPLAINT),
        (event(EventType.REJECTED, RejectReason.BLOCKED), None),
        (event(EventType.COMPLAINED, RejectReason.SPAM), Kind.COMPLAINT),
        (event(EventType.DEFERRED), None),
        (event(EventType.AUTORESPONDED), None),
        (event(EventType.OPENED), None),
    ],
)
def test_a_services_event_means_what_the_service_called_it(told: AnymailTrackingEvent, kind: Kind | None) -> None:
    assert kind_of(told) == kind


def test_a_services_event_reaches_its_subscriber(ada: Subscriber) -> None:
    tracking.send(sender=None, event=event(EventType.COMPLAINED, RejectReason.SPAM), esp_name="Service")
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_leaving_at_a_service_is_leaving_here(ada: Subscriber) -> None:
    tracking.send(sender=None, event=event(EventType.UNSUBSCRIBED), esp_name="Service")
    assert states() == {"ada@example.org": State.UNSUBSCRIBED, "bob@example.org": State.CONFIRMED}


def test_an_event_about_a_stranger_changes_nothing(ada: Subscriber) -> None:
    told = AnymailTrackingEvent(event_type=EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, recipient="eve@example.org")
    tracking.send(sender=None, event=told, esp_name="Service")
    assert set(states().values()) == {State.CONFIRMED}
