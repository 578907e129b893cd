"""Password reset goes through the outbox: the same response and work for every address, limited, and not lost."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.emails import KIND, accounts_of
from blog.models import BlogPage
from mail import compose
from mail.models import Delivery, DeliveryState
from mail.worker import Sender
from signup.models import Wording
from web.rates import SIGN_IN, read_limits

PATH = "/admin/password_reset/"


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return User.objects.create_superuser("ada", "Ada@example.org", "a long enough passphrase")


def ask(email: str, address: str = "192.0.2.66") -> tuple[int, str]:
    response = Client(REMOTE_ADDR=address).post(PATH, {"email": email})
    return response.status_code, response.headers.get("Location", "")


def send_all() -> None:
    while Sender(lambda: False).send_batch():
        pass


def test_request_is_put_into_the_outbox(ada: User) -> None:
    assert ask("ada@example.org") == (302, "/admin/password_reset/done/")
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.to, delivery.context["network"]) == (KIND, "ada@example.org", "192.0.2.0/24")
    assert "confirm" not in str(delivery.context)


def test_every_address_gets_the_same_response_and_the_same_work(ada: User) -> None:
    seen = []
    for address in ("ada@example.org", "bob@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answered = ask(address)
        statements = [re.sub(r"'[^']*'|%s|[0-9]+", "?", query["sql"]) for query in queries]
        seen.append((answered, statements))
    assert seen[0] == seen[1]


def test_email_leads_to_a_form_that_sets_the_password(ada: User) -> None:
    ask("ada@example.org")
    message = compose.compose(Delivery.objects.get())
    assert message.to == ["ada@example.org"]
    assert "For the account “ada”:" in message.body
    assert not Wording.objects.exists()
    link = re.search(r"http://testserver(/admin/password_reset/confirm/\S+)", message.body)
    assert link is not None
    client = Client()
    form = client.get(link[1], follow=True)
    assert form.status_code == 200
    passwords = dict.fromkeys(("new_password1", "new_password2"), "another long passphrase")
    assert client.post(form.redirect_chain[-1][0], passwords).status_code == 302
    ada.refresh_from_db()
    assert ada.check_password("another long passphrase")
    assert client.get(link[1], follow=True).redirect_chain == []  # it is used up


def test_link_ends_after_three_days(ada: User, settings: Settings) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 86_400  # seconds
    ask("ada@example.org")
    link = re.search(r"(/admin/password_reset/confirm/\S+)", compose.compose(Delivery.objects.get()).body)
    assert link
    assert Client().get(link[1], follow=True).redirect_chain != []
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().get(link[1], follow=True).redirect_chain == []


def test_html_part_names_network_and_account_escaped(ada: User) -> None:
    ada.username = "<b>ada"
    ada.save()
    ask("ada@example.org")
    message = compose.compose(Delivery.objects.get())
    html = message.alternatives[0][0]
    assert "&lt;b&gt;ada" in html
    assert "192.0.2.0/24" in html


def test_no_log_contains_the_link(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    ask("ada@example.org")
    found = re.search(r"(/admin/password_reset/confirm/[^/]+/)([^/\s]+)/", compose.compose(Delivery.objects.get()).body)
    assert found
    assert Client(enforce_csrf_checks=True).post(found[0]).status_code == 403
    assert f"{found[1]}…/" in caplog.text
    assert found[2] not in caplog.text


def test_address_of_no_account_is_sent_nothing(ada: User, settings: Settings) -> None:
    ask("nobody@example.org")
    delivery = Delivery.objects.get()
    with pytest.raises(compose.Unwanted):
        compose.compose(delivery)


@pytest.mark.parametrize("state", ["inactive", "without password"])
def test_account_that_cannot_sign_in_is_sent_nothing(ada: User, state: str) -> None:
    if state == "inactive":
        User.objects.filter(pk=ada.pk).update(is_active=False)
    else:
        ada.set_unusable_password()
        ada.save()
    assert accounts_of("ada@example.org") == []


def test_addresses_that_only_look_alike_are_others(ada: User) -> None:
    User.objects.create_user("mike", "mike@example.org", "a long enough passphrase")
    assert [user.get_username() for user in accounts_of("MIKE@example.org")] == ["mike"]
    assert accounts_of("mi\u212ae@example.org") == []  # the sign of Kelvin, which is k in lower case


def test_each_account_of_an_address_has_its_link(ada: User) -> None:
    User.objects.create_user("ada2", "ada@example.org", "a long enough passphrase")
    ask("ada@example.org")
    body = compose.compose(Delivery.objects.get()).body
    assert body.count("/admin/password_reset/confirm/") == 2


def test_requests_are_limited_whether_or_not_there_is_an_account(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("account:3/hour", SIGN_IN)
    for address in ("ada@example.org", "nobody@example.org"):
        assert [ask(address)[0] for _ in range(5)] == [302, 302, 302, 429, 429]
    assert Delivery.objects.count() == 6


def test_requests_are_limited_per_network(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("network:3/hour", SIGN_IN)
    assert [ask(f"a{number}@example.org")[0] for number in range(4)] == [302, 302, 302, 429]
    assert ask("ada@example.org", "198.51.100.1")[0] == 302


def test_request_outlives_a_mail_server_that_is_down(ada: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_URL = "mail.smtp.EmailBackend", "smtp://127.0.0.1:9"
    assert ask("ada@example.org")[0] == 302
    send_all()
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.WAITING
    folder = settings.VAR / "mail-reset"
    settings.EMAIL_URL = f"file:{folder}"
    Delivery.objects.update(due=timezone.now())
    send_all()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert len(list(folder.iterdir())) == 1


def test_bad_address_is_refused_in_words_and_puts_nothing(ada: User) -> None:
    response = Client().post(PATH, {"email": "no address"})
    assert response.status_code == 200
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("address", ["a\0@example.org", "\0"])
def test_address_that_no_database_takes_is_no_fault(ada: User, address: str) -> None:
    assert ask(address)[0] == 200
