"""What signs in is changed by whoever knows the present password; who guesses it is limited as at signing in."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import own_sessions
from accounts.models import SignInAttempt
from accounts.second_factor_sign_in import has_second_factor
from blog.models import BlogPage
from tests.support.second_factor import code_of_secret, give_password
from tests.support.signing_in import ELSEWHERE, PASSWORD, is_signed_in, make_user, try_password
from web.rates import SIGN_IN, read_limits

ACCOUNT, ENROL, END = (reverse(name) for name in ("wagtailadmin_account", "accounts_enrol", "accounts_end_session"))
WRONG = "This is not your present password."
SEVERAL = "name_email-last_name=L locale-preferred_language= locale-current_time_zone= theme-theme=system theme-density=default"
OTHERS = dict(pair.split("=") for pair in SEVERAL.split()) | {"theme-contrast": "system", "theme-keyboard_shortcuts": "on"}


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return make_user()


def save(client: Client, email: str = "mallory@example.org", present: str = "", **fields: str) -> tuple[int, str]:
    form = {"name_email-first_name": "Ada", "email-email": email, "email-present_password": present, **OTHERS, **fields}
    response = client.post(ACCOUNT, form)
    return response.status_code, response.content.decode()


def enrol(client: Client, present: str) -> str:
    page = client.get(ENROL).content.decode()
    secret, signed = re.search(r'id="secret">([^<]+)<', page), re.search(r'name="secret" value="([^"]+)"', page)
    assert secret
    assert signed
    form = {"secret": signed[1], "code": code_of_secret(secret[1]), "present_password": present}
    return client.post(ENROL, form).content.decode()


@pytest.mark.parametrize(
    ("present", "said"), [("", "Type your present password to change the address."), ("a wrong passphrase", WRONG)]
)
def test_address_is_not_changed_without_the_present_password(ada: User, present: str, said: str) -> None:
    client = give_password(ada)
    status, page = save(client, present=present)
    field = page[page.index('name="email-email"') : page.index('name="email-present_password"')]
    assert (status, said in field) == (200, True)
    ada.refresh_from_db()
    assert (ada.email, ada.first_name) == ("ada@example.org", "")
    assert SignInAttempt.objects.filter(user=ada, success=False).count() == bool(present)


def test_address_is_changed_with_the_present_password(ada: User) -> None:
    client = give_password(ada)
    assert save(client, present=PASSWORD)[0] == 302
    ada.refresh_from_db()
    assert (ada.email, ada.first_name) == ("mallory@example.org", "Ada")
    assert is_signed_in(client)


def test_nothing_is_asked_while_the_address_stays(ada: User) -> None:
    assert save(give_password(ada), email="ada@example.org")[0] == 302
    ada.refresh_from_db()
    assert ada.first_name == "Ada"


@pytest.mark.parametrize("present", ["", "a wrong passphrase"])
def test_second_factor_is_not_set_up_without_the_present_password(ada: User, present: str) -> None:
    client = give_password(ada)
    page = enrol(client, present)
    assert ((WRONG if present else "This field is required.") in page, has_second_factor(ada)) == (True, False)
    assert "recovery-codes" in enrol(client, PASSWORD)
    assert has_second_factor(ada)


@pytest.mark.parametrize("present", ["", "a wrong passphrase"])
def test_session_is_not_ended_without_the_present_password(ada: User, present: str) -> None:
    here, there = give_password(ada), give_password(ada)
    for chosen in ("others", own_sessions.name_of(there.session.session_key)):
        page = here.post(END, {"session": chosen, "sessions-present_password": present}, follow=True).content.decode()
        assert "No session has ended: type your present password." in page
    assert is_signed_in(there)


FIELDS = {
    "email-present_password": ACCOUNT,
    "password-old_password": ACCOUNT,
    "present_password": ENROL,
    "sessions-present_password": END,
}


@pytest.mark.parametrize("field", FIELDS)
def test_guesses_are_limited_as_at_signing_in(ada: User, settings: Settings, field: str) -> None:
    settings.LOGIN_LIMITS = read_limits("network:20/hour account:3/hour all:15/hour", SIGN_IN)
    client = Client(REMOTE_ADDR=ELSEWHERE)
    client.force_login(ada)
    SignInAttempt.objects.all().delete()
    statuses = [client.post(FIELDS[field], {field: f"guess {number}"}).status_code for number in range(4)]
    assert (statuses[-1], 429 in statuses[:3]) == (429, False)
    assert client.post(FIELDS[field], {field: PASSWORD}).status_code == 429
    assert try_password()[0] == 429


def test_right_password_is_not_counted(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("network:2/hour account:2/hour all:2/hour", SIGN_IN)
    client = give_password(ada)
    assert [save(client, f"a{number}@example.org", PASSWORD)[0] for number in range(4)] == [302] * 4
