"""A domain that refuses our mail: nobody of it is suppressed, and the operator is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mail import refusals
from mail.models import Delivery, DeliveryState, RecentBounce, Suppression
from mail.receiving import receive
from signup.models import State, Subscriber
from signup.services.suppression import erase, record_bounce
from tests.support import bounce_samples as samples
from tests.support.bounce_fixtures import mail_to, return_address, states, subscribed

pytestmark = pytest.mark.django_db
REFUSAL = "550 5.1.1 no such user"


def hit(readers: list[Subscriber]) -> None:
    """Have mail to each of them come back, as if their mailboxes did not exist."""
    for reader in readers:
        receive(samples.exim(REFUSAL, to=reader.address, verp=return_address(mail_to(reader))))


def readers_of(domain: str, count: int) -> list[Subscriber]:
    return [subscribed(f"reader{number}@{domain}") for number in range(count)]


def test_few_bounces_of_a_domain_suppress_their_readers() -> None:
    hit(readers_of("example.org", refusals.MAX_READERS))
    assert set(states().values()) == {State.SUPPRESSED}
    assert list(refusals.refusing(timezone.now())) == []


def test_more_bounces_of_a_domain_within_an_hour_suppress_nobody(caplog: pytest.LogCaptureFixture) -> None:
    other = subscribed("ada@elsewhere.example")
    readers = readers_of("example.org", refusals.MAX_READERS + 2)
    hit([other, *readers])
    assert states() == {**{reader.address: State.CONFIRMED for reader in readers}, other.address: State.SUPPRESSED}
    assert list(refusals.refusing(timezone.now())) == [refusals.RefusingDomain("example.org", len(readers), REFUSAL)]
    assert [record.getMessage() for record in caplog.records if record.name == "mail.refusals"] == [
        f"example.org refuses our mail: {REFUSAL} Nobody is suppressed for it; see docs/mail.md."
    ]
    assert Suppression.objects.active().count() == 1


def test_bounces_hours_apart_are_no_refusal_of_the_domain() -> None:
    now = timezone.now()
    for number, reader in enumerate(readers_of("example.org", refusals.MAX_READERS + 2)):
        record_bounce(reader, "hard", now + timedelta(minutes=10 * number), REFUSAL)
    assert set(states().values()) == {State.SUPPRESSED}


def test_a_large_domain_may_lose_more_mailboxes() -> None:
    readers = readers_of("example.org", refusals.MAX_READERS + 2)
    for number in range(10 * len(readers)):
        mail_to(readers[0], f"mail {number}")
    Delivery.objects.update(state=DeliveryState.SENT, ended=timezone.now())
    hit(readers)
    assert set(states().values()) == {State.SUPPRESSED}


def test_soft_bounces_of_a_domain_that_refuses_count_for_nobody() -> None:
    readers = readers_of("example.org", refusals.MAX_READERS + 1)
    for day in range(6):
        for reader in readers:
            record_bounce(reader, "soft", timezone.now() + timedelta(days=day), "554 5.7.1 blocked")
    assert set(states().values()) == {State.CONFIRMED}


def test_neither_address_nor_bounce_is_kept_of_someone_erased() -> None:
    ada = subscribed("ada@example.org")
    record_bounce(ada, "soft", detail="552 <ada@example.org> mailbox full")
    assert RecentBounce.objects.get().answer == "552 <…> mailbox full"
    erase(ada)
    assert not RecentBounce.objects.exists()


def test_old_bounces_are_deleted() -> None:
    record_bounce(subscribed("ada@example.org"), "soft")
    assert [refusals.clear(timezone.now()), refusals.clear(timezone.now() + timedelta(days=8))] == [0, 1]
