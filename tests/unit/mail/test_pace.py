import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from mail import compose, outbox, pace
from mail.models import BULK, Counted, Delivery, DeliveryState, MailCount, Result
from mail.worker import Sender, UrgentMailCheck
from tests.support.outbox_factories import put_test, send_to
from tests.support.smtp_server import SMTPServer
from web.rates import read_limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]

NOON = datetime(2018, 1, 24, 12, 10, tzinfo=UTC)
NEWS = "news"


@pytest.fixture(autouse=True)
def news() -> Iterator[None]:
    """A kind of bulk mail that anybody may be sent."""
    compose.register(NEWS, "news", compose.COMPOSERS[compose.TEST], bulk=True)
    yield
    compose.COMPOSERS.pop(NEWS)
    compose.KINDS.pop(NEWS)
    BULK.discard(NEWS)


def put_news(*addresses: str, due: datetime = NOON) -> list[int]:
    return [outbox.put(f"news:{address}", NEWS, address, due=due).pk for address in addresses]


def limits(settings: Settings, text: str) -> None:
    settings.MAIL_PACE = read_limits(text)


def sent(domain: str, number: int, at: datetime = NOON) -> None:
    MailCount.objects.add({Counted(domain, Result.ACCEPTED, True): number}, at)


def dues() -> dict[str, datetime]:
    return dict(Delivery.objects.values_list("to", "due"))


def test_a_confirmation_passes_thousands_of_digests(django_assert_max_num_queries: Any) -> None:
    rows = [
        Delivery(key=str(number), kind=NEWS, to=f"r{number}@example.org", message_id=str(number), due=NOON - timedelta(hours=1))
        for number in range(2_000)
    ]
    Delivery.objects.bulk_create(rows, 500)
    mail = put_test(due=NOON)
    with django_assert_max_num_queries(1):
        assert outbox.candidates(NOON, 100) == [mail.pk]


def test_a_batch_of_bulk_mail_ends_when_something_awaited_is_due(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("mail.worker.YIELD_TIME", 0.0)
    with SMTPServer() as server:
        send_to(settings, server)
        put_news("a@example.org", "b@example.org", "c@example.org")
        sender = Sender()
        passing = UrgentMailCheck.is_due

        def ask(self: UrgentMailCheck) -> bool:
            if len(server.mails) == 1:
                put_test("visitor@example.net")
            return passing(self)

        monkeypatch.setattr(UrgentMailCheck, "is_due", ask)
        assert sender.send_due() == 4
        assert [mail.recipients[0] for mail in server.mails][:2] == ["a@example.org", "visitor@example.net"]


def test_pace_of_a_domain_delays_it_and_no_other(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    limits(settings, "domain:3/hour")
    sent("big.example", 2)
    first, *_others, elsewhere = put_news("a@big.example", "b@Big.example", "c@big.example", "d@other.example")
    with caplog.at_level(logging.WARNING):
        assert outbox.candidates(NOON, 100) == [first, elsewhere]
    assert [record.getMessage() for record in caplog.records] == [
        "3 mails to big.example wait until 13:00 for the pace of bulk mail."
    ]
    hour = NOON.replace(hour=13, minute=0)
    assert dues() == {"a@big.example": hour, "b@Big.example": hour, "c@big.example": hour, "d@other.example": NOON}


def test_a_domain_at_its_pace_hides_nobody_behind_it(settings: Settings) -> None:
    limits(settings, "domain:1/hour")
    sent("big.example", 1)
    put_news(*(f"r{number}@big.example" for number in range(30)))
    (other,) = put_news("d@other.example", due=NOON + timedelta(minutes=1))
    assert outbox.candidates(NOON + timedelta(minutes=1), 10) == [other]


def test_pace_in_all_delays_whatever_is_left_until_the_next_day(settings: Settings) -> None:
    limits(settings, "all:2/day domain:5/hour")
    sent("one.example", 1, NOON - timedelta(hours=11))
    sent("two.example", 1)
    put_news("a@big.example")
    assert outbox.candidates(NOON, 10) == []
    assert dues() == {"a@big.example": datetime(2018, 1, 25, tzinfo=UTC)}
    assert outbox.candidates(NOON + timedelta(days=1), 10) == list(Delivery.objects.values_list("pk", flat=True))


def test_what_was_left_by_a_dead_worker_keeps_to_the_pace(settings: Settings) -> None:
    limits(settings, "domain:1/hour")
    sent("big.example", 1)
    put_news("a@big.example")
    Delivery.objects.update(state=DeliveryState.SENDING, worker="dead")
    assert outbox.candidates(NOON, 10) == []


def test_nothing_awaited_keeps_to_the_pace_or_is_paused(settings: Settings) -> None:
    limits(settings, "all:1/day")
    sent("example.org", 9)
    pace.pause("ada")
    mail = put_test(due=NOON)
    assert outbox.candidates(NOON, 10) == [mail.pk]


def test_bulk_mail_is_paused_and_resumed(caplog: pytest.LogCaptureFixture) -> None:
    mails = put_news("a@example.org")
    with caplog.at_level(logging.WARNING):
        assert [pace.pause("ada"), pace.pause("bob")] == [True, False]
        assert outbox.candidates(NOON, 10) == []
        assert [pace.resume("bob"), pace.resume("bob")] == [True, False]
        assert outbox.candidates(NOON, 10) == mails
    assert [record.getMessage() for record in caplog.records] == ["Bulk mail is paused by ada.", "Bulk mail is resumed by bob."]


def test_warm_up_lets_out_each_days_volume(settings: Settings) -> None:
    limits(settings, "")
    pace.warm_up(date(2018, 1, 24), [2, 3])
    mails = put_news(*(f"r{number}@d{number}.example" for number in range(9)))
    lengths = []
    for day in range(3):
        now = NOON + timedelta(days=day)
        found = outbox.candidates(now, 100)
        lengths.append(len(found))
        Delivery.objects.filter(pk__in=found).update(state=DeliveryState.SENT)
        sent("d.example", len(found), now)
        assert outbox.candidates(now, 100) == []
    assert lengths == [2, 3, 4]
    assert len(mails) == sum(lengths)


def test_end_of_a_warm_up_makes_due_what_waited_for_it(settings: Settings) -> None:
    limits(settings, "")
    pace.warm_up(timezone.localdate(), [1])
    sent("d.example", 1, timezone.now())
    mails = put_news("a@example.org")
    assert outbox.candidates(timezone.now(), 10) == []
    pace.warm_up(None)
    assert outbox.candidates(timezone.now(), 10) == mails


def test_worker_counts_what_became_of_each_mail(settings: Settings) -> None:
    with SMTPServer() as server:
        send_to(settings, server)
        server.refuse = {"later@one.example": "451 4.7.1 Greylisted", "gone@one.example": "550 5.1.1 No such user"}
        put_news("a@one.example", "b@one.example", "later@one.example", "gone@one.example")
        put_test("ada@two.example")
        Sender().send_due()
    assert sorted(MailCount.objects.values_list("domain", "result", "bulk", "count")) == [
        ("one.example", "accepted", True, 2),
        ("one.example", "bounced", True, 1),
        ("one.example", "deferred", True, 1),
        ("two.example", "accepted", False, 1),
    ]


def test_command_pauses_resumes_and_warms_up(settings: Settings) -> None:
    limits(settings, "domain:3600/hour all:500/day")
    rest = "No warm-up.\nPace (MAIL_PACE): domain:3600/hour all:500/day.\n"
    put_news("a@example.org")

    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("bulk_mail", *arguments, stdout=out)
        return out.getvalue()

    assert run("status") == f"1 bulk mails wait.\n{rest}"
    assert run("pause").startswith("Bulk mail is paused.\n1 bulk mails wait.\nPaused since ")
    assert run("resume") == f"Bulk mail is sent again.\n1 bulk mails wait.\n{rest}"
    assert "\nWarm-up: day 1 of 2, 50 bulk mails today.\n" in run("warm-up", "--volumes", "50,100")
    assert run("warm-up", "--end").endswith(rest)
    limits(settings, "")
    assert run("status").endswith("Pace (MAIL_PACE): without limit.\n")
    with pytest.raises(CommandError, match="'50,x' is no plan of daily volumes"):
        run("warm-up", "--volumes", "50,x")


def test_a_delivery_that_changed_since_it_was_read_is_not_claimed() -> None:
    mail, now = put_test(), timezone.now()
    read = Delivery.objects.get(pk=mail.pk)
    Delivery.objects.update(attempts=1)
    assert not outbox.claim_read(read, "worker", now)
    read = Delivery.objects.get(pk=mail.pk)
    assert outbox.claim_read(read, "worker", now)
    assert not outbox.claim_read(read, "other", now)
    stored = Delivery.objects.get(pk=mail.pk)
    assert (read.state, read.worker, read.due, read.attempts) == (stored.state, stored.worker, stored.due, stored.attempts)


def test_a_lease_that_was_renewed_since_it_was_read_is_not_taken() -> None:
    mail, now = put_test(), timezone.now()
    assert outbox.claim("worker", now, [mail.pk]) is not None
    later = now + 2 * outbox.lease()
    read = Delivery.objects.get(pk=mail.pk)
    outbox.renew("worker", later)
    assert not outbox.claim_read(read, "other", later)
    assert Delivery.objects.get(pk=mail.pk).worker == "worker"


def test_a_delivery_that_another_worker_holds_when_it_is_read_is_not_claimed() -> None:
    mail, now = put_test(), timezone.now()
    assert outbox.claim("worker", now, [mail.pk]) is not None
    assert not outbox.claim_read(Delivery.objects.get(pk=mail.pk), "other", now)
