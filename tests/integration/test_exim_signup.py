"""The whole of sign-up with a real mail server: by HTTP to the site, by the worker to exim, signed to the inbox, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from mail import outbox
from mail.worker import Sender
from signup.kinds import Kind
from signup.models import State, Subscriber
from tests.support.exim import EXIM, WHY_NOT
from tests.support.exim_delivery import GONE, EximDelivery, exim_delivery, signed_names
from tests.support.factories import make_blog, make_post
from tests.support.signup_factories import make_subscriber, stamp
from tests.support.worker_processes import ForkServer, WorkerProcesses, until

pytestmark = [
    pytest.mark.skipif(not EXIM.exists(), reason=WHY_NOT),
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
UNSUBSCRIBE = {"list-unsubscribe", "list-unsubscribe-post"}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[EximDelivery]:
    with exim_delivery(tmp_path) as line:
        yield line


@pytest.fixture
def fork_server(django_db_setup: None, tmp_path: Path) -> Iterator[ForkServer]:
    fork_server = ForkServer(tmp_path / "workers.log")
    yield fork_server
    fork_server.close()


def settings_for(line: EximDelivery) -> dict[str, str]:
    return {
        "EMAIL_BACKEND": "mail.smtp.EmailBackend",
        "EMAIL_URL": line.exim.url,
        "DEFAULT_FROM_EMAIL": "Notes <notes@notes.example>",
        "BOUNCE_DOMAIN": line.exim.bounce_domain,
        "BOUNCE_MAILDIR": str(line.exim.maildir),
    }


def sign_up_by_http(site: str, address: str) -> int:
    """Fill in and send the form as a browser does; give the status."""
    with requests.Session() as session:
        page = BeautifulSoup(session.get(f"{site}/signup/").text, "html.parser")
        fields = {field["name"]: field.get("value", "") for field in page.select("form[method=post] [name]")}
        sent = {**fields, "email": address, "website": "", "stamp": stamp()}
        return session.post(f"{site}/signup/", sent, allow_redirects=False).status_code


def test_sign_up_by_http_arrives_signed_and_a_bounce_suppresses_just_its_subscriber(
    live_server: LiveServer, line: EximDelivery, fork_server: ForkServer, tmp_path: Path
) -> None:
    make_blog()
    assert [sign_up_by_http(live_server.url, address) for address in ("ada@example.net", GONE)] == [303, 303]

    with WorkerProcesses(fork_server, tmp_path, **settings_for(line)) as workers:
        workers.start_worker()
        (mail,) = line.arrived(1)
        (bounce,) = line.exim.bounces(1)
        until(lambda: workers.states() == {"sent"}, "the server has both mails")
        workers.start_worker()  # which looks into the Maildir first
        states = "SELECT address, state FROM signup_subscriber ORDER BY address"
        until(lambda: ("gone@example.net", "suppressed") in workers.rows(states), "the bounce has been read")
        assert workers.rows(states) == [("ada@example.net", "pending"), (GONE, "suppressed")]

    assert mail.recipients == ["ada@example.net"]
    assert mail.sender.endswith(f"@{line.exim.bounce_domain}")
    assert line.verified(mail)
    assert set(signed_names(mail)) >= UNSUBSCRIBE  # so that none can be added
    assert b"To: bounces+" in bounce
    assert "/signup/confirm/" in mail.message.get_body().get_content()


def test_digest_arrives_with_both_unsubscribe_headers_under_the_signature(line: EximDelivery, settings: Settings) -> None:
    for name, value in settings_for(line).items():
        setattr(settings, name, value)
    post = make_post(make_blog(), "garden")
    subscriber = make_subscriber("ada@example.net")
    outbox.put("digest:1", Kind.DIGEST, subscriber.address, {"subscriber": subscriber.pk, "posts": [post.pk]})
    Sender().send_due()
    (mail,) = line.arrived(1)
    assert line.verified(mail)
    assert set(signed_names(mail)) >= UNSUBSCRIBE
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [found.startswith(b"List-Unsubscribe: <http") for found in mail.head if found.startswith(b"List-Unsubscribe:")] == [
        True
    ]
    assert Subscriber.objects.get().state == State.CONFIRMED
