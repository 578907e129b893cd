"""A mail's way through a real exim4, which signs it, and back, when it is refused."""

import re
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

import pytest

from mail.bounces import parse
from mail.smtp.replies import RecipientsRefused
from tests.support.exim import EXIM, WHY_NOT
from tests.support.exim_delivery import GONE, EximDelivery, exim_delivery, signed_names
from tests.support.smtp_sending import backend, message
from tests.support.smtp_server import ReceivedMail

pytestmark = [pytest.mark.processes, pytest.mark.once, pytest.mark.skipif(not EXIM.exists(), reason=WHY_NOT)]

LIST = {
    "List-Unsubscribe": f"<https://notes.example/signup/leave/{'x' * 260}/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@pytest.fixture(params=["rsa", "ed25519"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EximDelivery]:
    with exim_delivery(tmp_path, request.param) as line:
        yield line


def test_mail_goes_through_exim_signed_with_both_unsubscribe_headers_whole(line: EximDelivery) -> None:
    sent = message(
        from_email="Notes <notes@notes.example>",
        envelope_sender=f"bounces+7-ab@{line.exim.bounce_domain}",
        subject="Grüße",
        headers={**LIST, "Message-ID": "<1@notes.example>"},
    )
    sent.attach_alternative("<p>A text.</p>", "text/html")
    connection = backend(line.smtp_server, url=line.exim.url)
    assert connection.send_messages([sent]) == 1
    assert re.fullmatch(r"250 OK id=\S+", str(sent.anymail_status.recipients["ben@example.net"].reply))
    (mail,) = line.arrived(1)
    assert (mail.sender, mail.recipients) == (f"bounces+7-ab@{line.exim.bounce_domain}", ["ben@example.net"])
    assert line.verified(mail)
    assert ("s1._domainkey.notes.example.", "TXT") in line.dns.questions
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject", "date", "message-id"} <= set(
        signed_names(mail)
    )
    assert mail.message["Message-ID"] == "<1@notes.example>"
    assert f"List-Unsubscribe: {LIST['List-Unsubscribe']}".encode() in mail.head
    assert not line.verified(ReceivedMail("", [], b"List-Unsubscribe: <https://eve.example>\r\n" + mail.content, ("", 0)))


def test_bounce_of_a_refused_recipient_comes_to_its_return_address(line: EximDelivery) -> None:
    addresses = {GONE: "bounces+7-ab", "ben@example.net": "bounces+8-cd"}
    connection = backend(line.smtp_server, url=line.exim.url)
    connection.send_messages(
        [message(to=[to], envelope_sender=f"{local}@{line.exim.bounce_domain}") for to, local in addresses.items()]
    )
    (raw,) = line.exim.bounces(1)
    bounce = parse(raw)
    assert bounce is not None
    assert {parseaddr(to)[1] for to in bounce.returned_to} == {f"bounces+7-ab@{line.exim.bounce_domain}"}
    assert (bounce.kind.value, bounce.status) == ("hard", "5.1.1")
    assert [mail.recipients for mail in line.arrived(1)] == [["ben@example.net"]]


def test_all_mails_of_one_long_connection_are_delivered(line: EximDelivery) -> None:
    """exim delivers ten of a connection at once by its own settings; and it ends this one after 200."""
    connection = backend(line.smtp_server, url=line.exim.url)
    assert connection.send_messages([message(to=[f"ben{number}@example.net"]) for number in range(210)]) == 210
    recipients = {mail.recipients[0] for mail in line.arrived(210)}
    assert recipients == {f"ben{number}@example.net" for number in range(210)}


def test_refusal_by_exim_itself_is_reported_immediately(line: EximDelivery) -> None:
    with pytest.raises(RecipientsRefused, match="552"):
        backend(line.smtp_server, url=line.exim.url).send_messages([message(body="x" * 21_000_000)])
