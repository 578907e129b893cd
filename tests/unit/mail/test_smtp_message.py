"""What a message looks like when it arrives: headers, parts, lines; and what can never get into it."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage as PythonMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from anymail.exceptions import AnymailInvalidAddress
from anymail.message import attach_inline_image
from anymail.utils import rfc2047_decode
from django.core.mail import BadHeaderError, EmailMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.smtp.headers import header_line
from mail.smtp.mime import Body
from mail.smtp.replies import BadHeader, RecipientsRefused
from tests.support.smtp_sending import backend, message, receive, receive_one
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
UNSUBSCRIBE = f"<https://notes.example/signup/leave/{'0123456789' * 26}/>, <mailto:leave@notes.example>"
UNFOLDED = re.compile(rb"\r\n(?=[ \t])")


def text_of(part: PythonMessage) -> str:
    return part.get_content().replace("\r\n", "\n")


def names(content: bytes) -> list[bytes]:
    head = UNFOLDED.sub(b"", content.split(b"\r\n\r\n", 1)[0])
    return [line.split(b":")[0].lower() for line in head.split(b"\r\n")]


def test_plain_message_arrives_as_written() -> None:
    mail = receive_one(headers={"Message-ID": "<1@example.org>", "Date": "Sat, 01 Sep 2018 10:00:00 +0000"})
    assert mail.content == (
        b"Date: Sat, 01 Sep 2018 10:00:00 +0000\r\n"
        b"From: ada@example.org\r\n"
        b"To: ben@example.net\r\n"
        b"Subject: Hello\r\n"
        b"Message-ID: <1@example.org>\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"A text.\r\n"
    )
    assert (mail.sender, mail.recipients) == ("ada@example.org", ["ben@example.net"])


def test_message_id_and_date_are_made_when_not_given() -> None:
    headers = receive_one().message
    assert re.fullmatch(r"<[^<>@\s]+@example\.org>", headers["Message-ID"])
    assert parsedate_to_datetime(headers["Date"]).year >= 2026


def test_bcc_gets_the_mail_and_is_in_no_header() -> None:
    mail = receive_one(cc=["Cleo <cleo@example.net>"], bcc=["secret@example.net"])
    assert mail.recipients == ["ben@example.net", "cleo@example.net", "secret@example.net"]
    assert mail.message["Cc"] == "Cleo <cleo@example.net>"
    assert b"secret" not in mail.content


def test_long_list_unsubscribe_arrives_on_one_line_unencoded() -> None:
    assert len(UNSUBSCRIBE) > 300
    mail = receive_one(headers={"List-Unsubscribe": UNSUBSCRIBE, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
    assert b"List-Unsubscribe: " + UNSUBSCRIBE.encode() in mail.head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in mail.head


@pytest.mark.parametrize("value", ["<https://notes.example/grüße/>", f"<https://notes.example/{'x' * 1000}>"])
def test_list_unsubscribe_that_cannot_arrive_is_refused(value: str) -> None:
    with pytest.raises(BadHeader, match="List-Unsubscribe"):
        receive_one(headers={"List-Unsubscribe": value})


def test_long_lines_are_broken_and_dots_survive() -> None:
    body = "\n".join([".", "..", "x" * 2000, "Grüße, " * 200, "From here", "end "])
    html = "<p>" + "y" * 3000 + "</p>"
    sent = message(body=body)
    sent.attach_alternative(html, "text/html")
    (mail,) = receive(sent)
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert mail.content.isascii()
    assert mail.content.count(b"\n") == mail.content.count(b"\r\n") == mail.content.count(b"\r")
    text, alternative = mail.message.iter_parts()
    assert (text_of(text), text_of(alternative)) == (body + "\n", html + "\n")


@pytest.mark.parametrize("line", ["x" * 998, "x" * 999, "é" * 499, ".\r.\n.\r\n."])
def test_body_lines_of_any_length_and_ending_arrive(line: str) -> None:
    mail = receive_one(body=line)
    assert text_of(mail.message) == "\n".join(line.splitlines()) + "\n"
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998


def test_names_and_domains_outside_ascii_are_encoded() -> None:
    name = "Größe, Dr. Ådå " * 6
    mail = receive_one(
        subject="Über Äpfel " * 20,
        from_email=f'"{name.strip()}" <ada@münchen.example>',
        to=["Ben <ben@faß.example>"],
        reply_to=["=?utf-8?q?not_encoded?= <cleo@example.net>"],
    )
    assert mail.content.isascii()
    assert max(map(len, mail.head)) <= 78
    assert mail.sender == "ada@xn--mnchen-3ya.example"
    assert mail.recipients == ["ben@xn--fa-hia.example"]
    headers = mail.message
    assert headers["Subject"] == ("Über Äpfel " * 20).strip()
    sender = next(line for line in UNFOLDED.sub(b"", mail.content).split(b"\r\n") if line.startswith(b"From: "))
    assert rfc2047_decode(sender.decode()) == f"From: {name.strip()} <ada@xn--mnchen-3ya.example>"
    assert str(headers["To"]) == "Ben <ben@xn--fa-hia.example>"
    assert headers["Reply-To"].addresses[0].display_name == "=?utf-8?q?not_encoded?="


def test_local_part_outside_ascii_goes_by_smtputf8() -> None:
    mail = receive_one(from_email="Ада <відправник@example.org>", to=["одержувач@приклад.example"])
    assert (mail.sender, mail.recipients) == ("відправник@example.org", ["одержувач@xn--80aikifvh.example"])
    assert mail.mail_options == [f"SIZE={len(mail.content)}", "BODY=8BITMIME", "SMTPUTF8"]
    assert "<відправник@example.org>".encode() in mail.content


def test_local_part_outside_ascii_is_refused_where_smtputf8_is_not_offered() -> None:
    sent = message(to=["одержувач@example.net"])
    with SMTPServer(smtputf8=False) as smtp_server, pytest.raises(RecipientsRefused, match="does not offer SMTPUTF8"):
        backend(smtp_server).send_messages([sent])
    assert (smtp_server.mails, sent.anymail_status.status) == ([], {"rejected"})


def test_quoted_local_part_arrives() -> None:
    mail = receive_one(to=['"ben..\\"b\\" x"@example.net'])
    assert mail.recipients == ['"ben..\\"b\\" x"@example.net']


def test_alternatives_pictures_and_attachments_nest_as_clients_expect() -> None:
    sent = message(cc=["cleo@example.net"])
    cid = attach_inline_image(sent, PIXEL, "pixel.png")
    sent.attach_alternative(f'<img src="cid:{cid}">', "text/html")
    sent.attach("tabelle ü.csv", "a,b\nü,2\n", "text/csv")
    sent.attach("raw.bin", b"\x00\xff\r\n.\r\n", "application/octet-stream")
    sent.attach(None, message(subject="Inner"), "message/rfc822")
    (mail,) = receive(sent)
    assert [part.get_content_type() for part in mail.message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/csv",
        "application/octet-stream",
        "message/rfc822",
        "text/plain",
    ]
    table, raw, inner = mail.message.iter_attachments()
    assert (table.get_filename(), text_of(table)) == ("tabelle ü.csv", "a,b\nü,2\n")
    assert raw.get_content() == b"\x00\xff\r\n.\r\n"
    assert inner.get_content()["Subject"] == "Inner"
    picture = next(part for part in mail.message.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content()) == (f"<{cid}>", PIXEL)


def test_html_alone_and_text_added_to_it() -> None:
    sent = message(body="<p>Hi</p>")
    sent.content_subtype = "html"
    (mail,) = receive(sent)
    assert (mail.message.get_content_type(), text_of(mail.message)) == ("text/html", "<p>Hi</p>\n")
    sent.attach_alternative("Hi", "text/plain")
    (mail,) = receive(sent)
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]


def test_djangos_own_message_class_is_sent_too() -> None:
    (mail,) = receive(EmailMessage("Hello", "A text.", "ada@example.org", ["ben@example.net"]))
    assert mail.message["Subject"] == "Hello"


def test_to_header_may_differ_from_the_envelope() -> None:
    mail = receive_one(
        headers={"To": "Everyone <list@example.net>", "CC": "Board <board@example.net>"}, cc=["cleo@example.net"]
    )
    assert (mail.message["To"], mail.message["Cc"]) == ("Everyone <list@example.net>", "Board <board@example.net>")
    assert mail.recipients == ["ben@example.net", "cleo@example.net"]
    assert names(mail.content).count(b"to") == names(mail.content).count(b"cc") == 1


Fields = Callable[[str], dict[str, Any]]
BREAKS = ["\r\nBcc: eve@example.com", "\nX-Evil: 1", "\rX-Evil: 1", "\x00", "\x0b", "\r\n\r\nbody", "\n"]


@pytest.mark.parametrize("evil", BREAKS)
@pytest.mark.parametrize(
    "fields",
    [
        lambda evil: {"subject": f"Hi{evil}"},
        lambda evil: {"from_email": f"Ada{evil} <ada@example.org>"},
        lambda evil: {"from_email": f"ada@example.org{evil}x"},
        lambda evil: {"to": [f"ben{evil}x@example.net"]},
        lambda evil: {"to": [f'"ben{evil}x"@example.net']},
        lambda evil: {"cc": [f"Cleo{evil} <cleo@example.net>"]},
        lambda evil: {"reply_to": [f"x{evil}@example.net"]},
        lambda evil: {"headers": {"X-Note": f"a{evil}"}},
        lambda evil: {"headers": {f"X-Note{evil}": "a"}},
        lambda evil: {"headers": {"Message-ID": f"<1@example.org>{evil}x"}},
        lambda evil: {"headers": {"From": f"Ada{evil} <ada@example.org>"}},
        lambda evil: {"headers": {"To": f"Ben{evil} <ben@example.net>"}},
        lambda evil: {"envelope_sender": f"ada{evil}@example.org"},
        lambda evil: {"attachments": [(f"a{evil}.txt", "a", "text/plain")]},
        lambda evil: {"attachments": [("a.txt", "a", f"text/plain{evil}")]},
        lambda evil: {"esp_extra": {"mail_options": [f"RET=HDRS{evil}"]}},
    ],
)
def test_line_break_or_control_character_in_a_field_is_refused(fields: Fields, evil: str) -> None:
    with SMTPServer() as smtp_server, pytest.raises((BadHeaderError, AnymailInvalidAddress)):
        backend(smtp_server).send_messages([message(**fields(evil))])
    assert smtp_server.mails == []


@pytest.mark.parametrize("evil", BREAKS)
def test_line_break_in_a_tag_or_metadata_is_escaped(evil: str) -> None:
    mail = receive_one(tags=[f"a{evil}"], metadata={f"k{evil}": f"v{evil}"})
    assert b"x-evil" not in names(mail.content)
    assert b"bcc" not in names(mail.content)


@pytest.mark.parametrize(
    "name", ["Bcc", "bcc", "Return-Path", "Content-Type", "Content-Transfer-Encoding", "MIME-Version", "a b", ""]
)
def test_header_that_would_break_the_message_is_refused(name: str) -> None:
    with pytest.raises(BadHeader):
        receive_one(headers={name: "x@example.net"})


@pytest.mark.parametrize("mimetype", ["text/html\r\nBcc: eve@example.com", "text", "text/", "text/a b"])
def test_alternative_of_no_type_is_refused(mimetype: str) -> None:
    sent = message()
    sent.attach_alternative("<p>Hi</p>", mimetype)
    with pytest.raises((BadHeader, ValueError)):
        receive(sent)


@given(st.text(st.characters(exclude_characters="\r"), min_size=1, max_size=3000))
@settings(deadline=None)
def test_text_of_any_kind_arrives_whole(text: str) -> None:
    raw = Body([(text, "text/plain"), ("<p>", "text/html")]).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"\x00|(?<!\r)\n|\r(?!\n)", raw)
    part, _ = message_from_bytes(raw, policy=default).iter_parts()
    whole = text.encode(errors="replace").decode()
    assert text_of(part) == whole.removesuffix("\n") + "\n"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300))
@settings(deadline=None)
def test_subject_of_any_text_arrives_and_no_line_is_long(subject: str) -> None:
    line = header_line("Subject", subject)
    assert line.isascii()
    assert line.endswith(b"\r\n")
    assert max(map(len, line.split(b"\r\n"))) <= 998
    assert not re.search(rb"\r\n(?![ \t])", line[:-2])
