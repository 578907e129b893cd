"""Which way mail takes is a matter of settings: a server, a folder, or any of Anymail's services."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from anymail.message import AnymailMessage
from django.core import mail
from pytest_django.fixtures import Settings

from mail.smtp.replies import ServerUnavailable
from tests.support.smtp_sending import message

SHOWN = "from django.conf import settings as s; from django.core.mail import get_connection; print({})"


def from_environment(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the site's settings give in a process of its own."""
    root = Path(__file__).resolve().parents[3]
    usual = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{root}:{root / 'site'}", "DJANGO_SETTINGS_MODULE": "kimonote.settings"}
    usual |= {"ENV_FILE": os.devnull, "SECRET_KEY": "of no use " * 5, "SITE_URL": "https://notes.example"}
    command = [sys.executable, "-c", SHOWN.format(expression)]
    return subprocess.run(command, env={**usual, **environment}, capture_output=True, text=True, check=False)


def test_folder_keeps_each_mail_as_a_file(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_URL = "mail.smtp.EmailBackend", f"file:{tmp_path}/new"
    sent = message(envelope_sender="bounces@example.org", headers={"Message-ID": "<1@example.org>"})
    assert (sent.send(), sent.send()) == (1, 1)
    first, second = sorted((tmp_path / "new").iterdir())
    head = b"X-Envelope-From: bounces@example.org\r\nX-Envelope-To: ben@example.net\r\nDate: "
    assert first.suffix == ".eml"
    assert first.read_bytes().startswith(head)
    assert second.read_bytes().startswith(head)


def test_folder_that_cannot_be_made_is_unavailable(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.EMAIL_BACKEND, settings.EMAIL_URL = "mail.smtp.EmailBackend", f"file:{tmp_path}/file/mail"
    with pytest.raises(ServerUnavailable, match="cannot be made"):
        message().send()


def test_service_of_anymails_takes_the_same_message(settings: Settings) -> None:
    """Anymail's test backend stands for every service: it reads a message as they do."""
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    sent = AnymailMessage(
        "Hello",
        "A text.",
        "ada@example.org",
        ["ben@example.net"],
        envelope_sender="bounces@example.org",
        tags=["sign-up"],
        metadata={"mail": 7},
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.outbox = []
    assert sent.send() == 1
    params = mail.outbox[0].anymail_test_params
    assert [params[name] for name in ("envelope_sender", "tags", "metadata", "extra_headers")] == [
        "bounces@example.org",
        ["sign-up"],
        {"mail": 7},
        {"Auto-Submitted": "auto-generated"},
    ]


@pytest.mark.processes
@pytest.mark.once
def test_environment_alone_changes_to_a_service() -> None:
    done = from_environment(
        "type(get_connection()).__module__, s.ANYMAIL, repr(s.BOUNCE_DOMAIN)",
        EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
        ANYMAIL_POSTMARK_SERVER_TOKEN="secret",
    )
    assert (done.stdout, done.stderr) == ("anymail.backends.postmark {'POSTMARK_SERVER_TOKEN': 'secret'} ''\n", "")


@pytest.mark.processes
@pytest.mark.once
def test_environment_names_the_server_and_the_addresses() -> None:
    done = from_environment(
        "str(get_connection().server), s.DEFAULT_FROM_EMAIL, s.BOUNCE_DOMAIN",
        EMAIL_URL="smtp://mail.example",
        DEFAULT_FROM_EMAIL="Ada <ada@notes.example>",
    )
    assert (done.stdout, done.stderr) == ("mail.example:25 Ada <ada@notes.example> notes.example\n", "")


@pytest.mark.processes
@pytest.mark.once
def test_developers_mail_goes_into_a_folder_and_others_to_this_machine() -> None:
    assert from_environment("get_connection().server.folder[-8:]", DEVELOPMENT="true").stdout == "var/mail\n"
    assert from_environment("str(get_connection().server)").stdout == "127.0.0.1:25\n"


@pytest.mark.processes
@pytest.mark.once
def test_mistake_in_the_environment_stops_the_site_with_its_cure() -> None:
    done = from_environment("s.DEBUG", EMAIL_URL="smtp://mail.example?tls=1")
    assert done.returncode == 1
    assert "ImproperlyConfigured: EMAIL_URL has the option 'tls', which is unknown. Known are" in done.stderr
