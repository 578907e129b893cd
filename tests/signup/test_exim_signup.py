"""The whole of sign-up with a real mail server: by HTTP to the site, by the worker to exim, signed to the inbox, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Locale

from signup import outbox
from signup.models import State, Subscriber
from signup.models.outbox import Kind
from signup.sending import Sender
from tests.factories import make_blog, make_post
from tests.signup.exim import EXIM, WHY_NOT
from tests.signup.mail_line import GONE, Line, mail_line, signed_names
from tests.signup.workshop import Nursery, Workshop, until
from tests.signup_factories import make_subscriber, stamp

pytestmark = [
    pytest.mark.skipif(not EXIM.exists(), reason=WHY_NOT),
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
UNSUBSCRIBE = {"list-unsubscribe", "list-unsubscribe-post"}


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with mail_line(tmp_path) as line:
        yield line


@pytest.fixture
def nursery(django_db_setup: None, tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path / "workers.log")
    yield nursery
    nursery.close()


def settings_for(line: Line) -> dict[str, str]:
    return {
        "EMAIL_BACKEND": "signup.smtp.EmailBackend",
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
    live_server: LiveServer, line: Line, nursery: Nursery, tmp_path: Path
) -> None:
    Locale.objects.get_or_create(language_code="en")
    make_blog()
    assert [sign_up_by_http(live_server.url, address) for address in ("ada@example.net", GONE)] == [303, 303]

    with Workshop(nursery, tmp_path, **settings_for(line)) as workshop:
        workshop.start_worker()
        (mail,) = line.arrived(1)
        (bounce,) = line.exim.bounces(1)
        until(lambda: workshop.states() == {"sent"}, "the server has both mails")
        workshop.start_worker()  # which looks into the Maildir first
        states = "SELECT address, state FROM signup_subscriber ORDER BY address"
        until(lambda: ("gone@example.net", "suppressed") in workshop.rows(states), "the bounce has been read")
        assert workshop.rows(states) == [("ada@example.net", "pending"), (GONE, "suppressed")]

    assert mail.recipients == ["ada@example.net"]
    assert mail.sender.endswith(f"@{line.exim.bounce_domain}")
    assert line.verified(mail)
    assert set(signed_names(mail)) >= UNSUBSCRIBE  # so that none can be added
    assert b"To: bounces+" in bounce
    assert "/signup/confirm/" in mail.message.get_body().get_content()


def test_digest_arrives_with_both_unsubscribe_headers_under_the_signature(line: Line, settings: Settings) -> None:
    for name, value in settings_for(line).items():
        setattr(settings, name, value)
    Locale.objects.get_or_create(language_code="en")
    post = make_post(make_blog(), "garden")
    subscriber = make_subscriber("ada@example.net")
    outbox.put("digest:1", Kind.DIGEST, subscriber.address, subscriber, {"posts": [post.pk]})
    Sender().send_due()
    (mail,) = line.arrived(1)
    assert line.verified(mail)
    assert set(signed_names(mail)) >= UNSUBSCRIBE
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [found.startswith(b"List-Unsubscribe: <http") for found in mail.head if found.startswith(b"List-Unsubscribe:")] == [
        True
    ]
    assert Subscriber.objects.get().state == State.CONFIRMED
