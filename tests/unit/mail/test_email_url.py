"""EMAIL_URL: what it may say, and what each mistake is told."""

from pathlib import Path

import pytest

from mail.config.email_url import EmailURLError, MailServer, parse_email_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1", MailServer()),
        ("smtp://mail.example", MailServer("mail.example")),
        ("smtp://[::1]:2525/", MailServer("::1", 2525)),
        ("smtp://mail.example/?starttls=1&timeout=5", MailServer("mail.example", 587, starttls=True, timeout=5)),
        ("smtp+starttls://mail.example:25", MailServer("mail.example", 25, starttls=True)),
        ("smtps://mail.example?helo=notes.example", MailServer("mail.example", 465, tls=True, helo="notes.example")),
        (
            "smtps://ada%40notes.example:p%2Fw%3A%40@mail.example",
            MailServer("mail.example", 465, tls=True, username="ada@notes.example", password="p/w:@"),
        ),
        ("smtp://ada:pw@localhost", MailServer("localhost", username="ada", password="pw")),
        ("smtp://ada:pw@mail.example?starttls=0", MailServer("mail.example", username="ada", password="pw")),
        ("file:var/mail", MailServer(folder="var/mail")),
        ("file:///srv/a%20b", MailServer(folder="/srv/a b")),
    ],
)
def test_url_names_a_server(url: str, server: MailServer) -> None:
    assert parse_email_url(url) == server


def test_certificates_to_trust_are_a_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    assert parse_email_url(f"smtps://mail.example?ca={tmp_path}/ca.pem").ca == f"{tmp_path}/ca.pem"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "begins with '', which names no known way. Write it like smtp://127.0.0.1:25"),
        ("http://mail.example", "begins with 'http'"),
        ("mail.example:25", "begins with 'mail.example'"),
        ("smtp://", "names no host"),
        ("smtp://mail.example:0", "has port 0"),
        ("smtp://mail.example:99999", "is not a URL"),
        ("smtp://mail.example:x", "is not a URL"),
        ("smtp://mail.example/inbox", "has '/inbox' after the host"),
        ("smtp://mail.example?tls=1", "has the option 'tls', which is unknown. Known are ca, helo, starttls, timeout."),
        ("smtp://mail.example?timeout=1&timeout=2", "has the option 'timeout' twice"),
        ("smtp://mail.example?timeout=soon", "has timeout='soon'; write whole seconds from 1 to 600."),
        ("smtp://mail.example?timeout=0", "has timeout='0'"),
        ("smtp://mail.example?starttls=maybe", "has starttls='maybe'"),
        ("smtp://mail.example?helo=", "has helo=''"),
        ("smtp://mail.example?helo=a%0D%0Ab", "has helo='a"),
        ("smtp://mail.example?ca=/none.pem", "has ca='/none.pem', where there is no file"),
        ("smtps://mail.example?starttls=1", "has starttls= beside smtps://"),
        ("smtps://ada@mail.example", "has a name without a password"),
        ("smtps://:pw@mail.example", "has a password without a name"),
        ("smtp://ada:pw@mail.example", "would send its password unencrypted to mail.example"),
        ("file:", "needs a folder alone"),
        ("file://host/folder", "needs a folder alone"),
    ],
)
def test_mistake_is_named_with_its_cure(url: str, told: str) -> None:
    with pytest.raises(EmailURLError) as caught:
        parse_email_url(url)
    assert told in str(caught.value)


def test_password_is_in_no_text_of_the_server() -> None:
    server = parse_email_url("smtps://ada:secret@mail.example")
    assert "secret" not in f"{server} {server!r}"
