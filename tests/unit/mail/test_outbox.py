from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from mail import outbox
from mail.models import Delivery, DeliveryState
from tests.support.outbox_factories import claim, put_test

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("pk").values_list("to", "state"))


def test_put_twice_under_one_key_writes_one_mail() -> None:
    first = outbox.put("confirm:1", "confirm", "ada@example.org")
    second = outbox.put("confirm:1", "confirm", "bob@example.org")
    assert (second.pk, second.message_id, second.to) == (first.pk, first.message_id, "ada@example.org")
    assert Delivery.objects.count() == 1


def test_put_in_a_transaction_that_is_rolled_back_writes_nothing() -> None:
    with transaction.atomic():
        put_test()
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


def test_message_id_is_of_the_senders_domain_in_ascii(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Nötes <post@bücher.example>"
    first, second = put_test().message_id, put_test().message_id
    assert first.startswith("<")
    assert first.endswith("@xn--bcher-kva.example>")
    assert first != second


def test_claim_takes_what_is_longest_due_and_nothing_twice() -> None:
    now = timezone.now()
    late = put_test("late@example.org", due=now - timedelta(hours=1))
    early = put_test("early@example.org", due=now - timedelta(hours=2))
    put_test("future@example.org", due=now + timedelta(seconds=1))
    claimed = [outbox.claim(worker, now) for worker in ("a", "b", "c")]
    assert [mail and mail.pk for mail in claimed] == [early.pk, late.pk, None]
    assert [mail.worker for mail in claimed if mail] == ["a", "b"]


def test_claim_of_a_mail_that_another_worker_found_too_fails() -> None:
    mail = put_test()
    now = timezone.now()
    assert outbox.claim("a", now, [mail.pk]) is not None
    assert outbox.claim("b", now, [mail.pk]) is None


def test_claim_after_a_lease_ended_costs_an_attempt() -> None:
    mail = claim(put_test(), "dead")
    later = timezone.now() + outbox.lease() + timedelta(seconds=1)
    taken = outbox.claim("alive", later)
    assert taken is not None
    assert (taken.pk, taken.worker, taken.attempts, taken.message_id) == (mail.pk, "alive", 1, mail.message_id)


def test_renewed_lease_is_not_claimed() -> None:
    claim(put_test(), "busy")
    later = timezone.now() + outbox.lease() + timedelta(seconds=1)
    assert outbox.renew("busy", later) == 1
    assert outbox.claim("other", later + timedelta(seconds=1)) is None


def test_worker_that_lost_its_lease_changes_nothing() -> None:
    lost = claim(put_test(), "slow")
    taken = outbox.claim("quick", timezone.now() + outbox.lease() + timedelta(seconds=1))
    assert taken is not None
    outbox.refused(lost, "550 no")
    lost.refresh_from_db()
    assert (lost.state, lost.worker, lost.answer) == (DeliveryState.SENDING, "quick", "")


def test_postponed_mail_waits_longer_each_time_and_is_stuck_at_last() -> None:
    mail, now, waits = put_test(), timezone.now(), []
    for _attempt in range(outbox.ATTEMPTS):
        Delivery.objects.update(due=now)
        mail = claim(mail)
        outbox.postpone(mail, "450 busy", now)
        mail.refresh_from_db()
        waits.append(round((mail.due - now) / timedelta(minutes=1)))
    assert waits[:-1] == [1, 3, 9, 27, 81, 243, 729, 1440, 1440]
    assert (mail.state, mail.attempts, mail.answer, mail.worker) == (DeliveryState.STUCK, outbox.ATTEMPTS, "450 busy", "")


def test_released_mail_keeps_its_attempts_and_goes_behind_the_others() -> None:
    now = timezone.now()
    first = put_test(due=now - timedelta(minutes=2))
    second = put_test(due=now - timedelta(minutes=1))
    outbox.release(claim(first), "421 closing", now)
    assert outbox.candidates(now, 10) == [second.pk, first.pk]
    first.refresh_from_db()
    assert (first.state, first.attempts, first.answer) == (DeliveryState.WAITING, 0, "421 closing")


@pytest.mark.parametrize(
    ("state", "retried", "withdrawn"),
    [
        (DeliveryState.WAITING, True, True),
        (DeliveryState.SENDING, False, False),
        (DeliveryState.SENT, False, False),
        (DeliveryState.REFUSED, True, False),
        (DeliveryState.STUCK, True, True),
        (DeliveryState.CANCELLED, False, False),
    ],
)
def test_retry_and_withdraw_by_state(state: DeliveryState, retried: bool, withdrawn: bool) -> None:
    later = timezone.now() + timedelta(hours=1)
    mail, other = put_test(), put_test()
    Delivery.objects.update(state=state, attempts=3, due=later, ended=None)
    assert (outbox.retry(mail), outbox.withdraw(other)) == (retried, withdrawn)
    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, mail.attempts) == ((DeliveryState.WAITING, 0) if retried else (state, 3))
    assert other.state == (DeliveryState.CANCELLED if withdrawn else state)
    assert (mail.due < later) == retried


def test_clear_deletes_what_ended_long_ago_alone(settings: Settings) -> None:
    settings.OUTBOX_KEEP = 30
    for state in DeliveryState:
        for name, days in (("old", 31), ("new", 29)):
            put_test(f"{state}-{name}@example.org")
            Delivery.objects.filter(to=f"{state}-{name}@example.org").update(
                state=state, ended=timezone.now() - timedelta(days=days)
            )
    assert outbox.clear() == 3
    gone = {f"{state}-old@example.org" for state in ("sent", "refused", "cancelled")}
    assert set(states()) == {f"{state}-{name}@example.org" for state in DeliveryState for name in ("old", "new")} - gone
