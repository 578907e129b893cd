"""A mail server that by turns refuses connections, hangs, and hangs up after the dot: nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from mail.models import Delivery, DeliveryState
from mail.worker import Sender
from tests.faults.report import report
from tests.support.outbox_factories import put_test, send_to
from tests.support.smtp_server import SMTPServer

pytestmark = [pytest.mark.sockets, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def smtp_server(settings: Settings) -> Iterator[SMTPServer]:
    with SMTPServer() as smtp_server:
        send_to(settings, smtp_server)
        settings.EMAIL_URL = f"{smtp_server.url}?timeout=1"
        yield smtp_server


def test_faults_by_turns(
    smtp_server: SMTPServer, kills: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put = {put_test(f"reader-{number}@example.org").message_id for number in range(kills * 5)}
    tried: Counter[str] = Counter()
    for fault in cycle(("refuses", "hangs", "cuts after the dot", "well")):
        smtp_server.hang_up, smtp_server.delay = {"cuts after the dot": ("BODY", 0), "hangs": ("", 2)}.get(fault, ("", 0))
        if fault == "refuses":
            smtp_server.stop()
        left = [3 if fault == "well" else 1]  # mails until it is told to stop

        def stopping(left: list[int] = left) -> bool:
            left[0] -= 1
            return left[0] < 0

        Sender(stopping).send_batch()
        if fault == "refuses":
            smtp_server.start()
        tried[fault] += 1
        Delivery.objects.filter(state=DeliveryState.WAITING).update(due=timezone.now() - timedelta(seconds=1))
        if tried[fault] == kills and fault == "well":
            break
    smtp_server.hang_up, smtp_server.delay = "", 0
    while Delivery.objects.filter(state=DeliveryState.WAITING).exists():
        Delivery.objects.filter(state=DeliveryState.WAITING).update(due=timezone.now() - timedelta(seconds=1))
        Sender(lambda: False).send_batch()
    stuck = Delivery.objects.filter(state=DeliveryState.STUCK).count()
    arrived = Counter(mail.message["Message-ID"] for mail in smtp_server.mails)
    doubled = arrived.total() - len(arrived)
    lost = len(put - arrived.keys())
    report(
        "A mail server with faults",
        [f"tried {dict(tried)}", f"mails {len(put)}, lost {lost}, doubled {doubled}, stuck {stuck}"],
        capsys,
    )
    assert (lost, arrived.keys() - put) == (0, set())
    assert doubled <= tried["cuts after the dot"] + tried["hangs"]
