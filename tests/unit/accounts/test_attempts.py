"""Success and failure are logged, and shown to the account's owner and to administrators."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction

from accounts import attempts
from accounts.models import AttemptKind, SignInAttempt
from blog.models import BlogPage
from kimonote import tasks
from tests.support.signing_in import ELSEWHERE, HOME, PASSWORD, make_user, try_password
from web.rates import SIGN_IN, read_limits


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return make_user()


def rows() -> list[tuple[str, str | None, str, bool]]:
    values = SignInAttempt.objects.order_by("pk").values_list("name", "user__username", "network", "success")
    return list(values)


def test_attempts_are_stored_with_network_and_result(ada: User) -> None:
    try_password()
    try_password(password=PASSWORD, address=HOME)
    try_password(name="correct horse battery", address="2001:db8::17")
    assert rows() == [
        ("ada", "ada", "192.0.2.0/24", False),
        ("ada", "ada", "198.51.100.0/24", True),
        ("cor…", None, "2001:db8::/64", False),
    ]


def test_attempts_are_logged_in_one_line_without_full_address(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "accounts")
    try_password(name="a\nb")
    try_password()
    try_password(password=PASSWORD, address=HOME)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "sign-in of 'a b' failed from 192.0.2.0/24."),
        ("WARNING", "sign-in of 'ada' failed from 192.0.2.0/24."),
        ("INFO", "sign-in of 'ada' succeeded from 198.51.100.0/24."),
    ]


def test_limit_that_is_reached_is_logged_once(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(30):
        try_password()
    lines = [record.getMessage() for record in caplog.records if "LOGIN_LIMITS" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith("LOGIN_LIMITS: sign-in, no further attempt like the last from 192.0.2.0/24 until 20")


def refused() -> list[tuple[str, str, str | None, str, int]]:
    found = SignInAttempt.objects.filter(refused__gt=0).order_by("pk")
    return list(found.values_list("kind", "name", "user__username", "network", "refused"))


def test_refused_attempts_are_counted_by_account_and_network(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("account:1/hour", SIGN_IN)
    for address in (ELSEWHERE, ELSEWHERE, ELSEWHERE, HOME):
        try_password(address=address)
    for name in ("nobody", "nobody", "NOBODY"):
        try_password(name=name)
    for email in ("ADA@example.org", "ada@example.org", "nobody@example.org", "nobody@example.org", "\0", "\0"):
        Client(REMOTE_ADDR=HOME).post("/admin/password_reset/", {"email": email})
    assert refused() == [
        ("sign-in", "ada", "ada", "192.0.2.0/24", 2),
        ("sign-in", "ada", "ada", "198.51.100.0/24", 1),
        ("sign-in", "", None, "192.0.2.0/24", 2),
        ("reset", "ada", "ada", "198.51.100.0/24", 1),
        ("reset", "", None, "198.51.100.0/24", 2),
    ]


def test_refused_attempts_on_a_protected_page_are_counted(ada: User, blog: BlogPage, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("account:1/hour", SIGN_IN)
    restriction = PageViewRestriction.objects.create(page=blog, restriction_type="password", password="open sesame")
    for _ in range(3):
        Client(REMOTE_ADDR=HOME).post(
            f"/_util/authenticate_with_password/{restriction.pk}/{blog.pk}/", {"password": "wrong", "return_url": "/"}
        )
    assert refused() == [("page", str(restriction.pk), None, "198.51.100.0/24", 2)]


def test_refused_attempts_take_few_rows_from_however_many_networks(
    ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOGIN_LIMITS = read_limits("all:1/day", SIGN_IN)
    monkeypatch.setattr(attempts, "REFUSED_ROWS", 3)
    for number in range(11):
        try_password(name="ada" if number % 2 else f"name{number}", address=f"192.0.{number}.2")
    assert refused() == [
        ("sign-in", "ada", "ada", "192.0.1.0/24", 1),
        ("sign-in", "", None, "192.0.2.0/24", 1),
        ("sign-in", "ada", "ada", "192.0.3.0/24", 1),
        ("sign-in", "", None, "", 4),
        ("sign-in", "ada", "ada", "", 3),
    ]


def test_refused_attempts_of_the_next_hour_are_another_row(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("all:1/day", SIGN_IN)
    for _ in range(3):
        try_password()
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=61))
    try_password()
    assert [row[-1] for row in refused()] == [2, 1]


def test_owner_and_administrator_see_refused_attempts(ada: User, settings: Settings) -> None:
    settings.LOGIN_LIMITS = read_limits("account:1/hour", SIGN_IN)
    for _ in range(24):
        try_password()
    client = Client(REMOTE_ADDR=HOME)
    client.force_login(ada)
    page = client.get(reverse("wagtailadmin_account")).content.decode()
    assert "1 attempt to sign in to your account failed in the last 30 days." in page
    assert "23 more were refused by the limits, without looking at their passwords." in page
    assert "23 refused" in page
    report = client.get(reverse("sign_ins:index") + "?export=csv").getvalue().decode()
    assert ",sign-in,False,23" in report.replace("\r\n", "\n").replace("'", "")


def test_owner_sees_the_last_sign_ins_and_failures(ada: User) -> None:
    User.objects.create_user("bob", password=PASSWORD)
    try_password(name="bob", address="203.0.113.1")
    for _ in range(3):
        try_password()
    client = Client(REMOTE_ADDR=HOME)
    client.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    page = client.get(reverse("wagtailadmin_account")).content.decode()
    assert "3 attempts to sign in to your account failed in the last 30 days." in page
    assert "198.51.100.0/24" in page
    assert page.count("192.0.2.0/24") == 3
    assert "203.0.113.0/24" not in page
    assert ELSEWHERE not in page


def test_account_page_can_still_be_saved(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    page = client.get(reverse("wagtailadmin_account"))
    forms = [panel.get_form() for panels in page.context_data["panels_by_tab"].values() for panel in panels]
    data = {form.add_prefix(name): form[name].value() or "" for form in forms for name in form.fields}
    data = {name: value for name, value in data.items() if not name.startswith(("password", "avatar"))}
    named = {"name_email-first_name": "Ada", "name_email-last_name": "Lovelace"}
    assert client.post(reverse("wagtailadmin_account"), data | named).status_code == 302
    ada.refresh_from_db()
    assert ada.first_name == "Ada"


def test_administrators_see_the_report_and_editors_do_not(ada: User) -> None:
    try_password(name="root")
    client = Client()
    client.force_login(ada)
    report = client.get(reverse("sign_ins:index"))
    assert report.status_code == 200
    assert "192.0.2.0/24" in report.content.decode()
    assert client.get(reverse("sign_ins:index") + "?export=csv").status_code == 200
    assert reverse("sign_ins:index") in client.get(reverse("wagtailadmin_home")).content.decode()

    editor = User.objects.create_user("eve", password=PASSWORD)
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    assert client.get(reverse("sign_ins:index")).status_code == 302
    assert reverse("sign_ins:index") not in client.get(reverse("wagtailadmin_home")).content.decode()

    editor.user_permissions.add(Permission.objects.get(codename="view_signinattempt"))
    assert client.get(reverse("sign_ins:index")).status_code == 200


def test_attempts_are_forgotten_after_ninety_days(ada: User) -> None:
    now = timezone.now()
    for days in (89, 91):
        SignInAttempt.objects.create(name="ada", network="192.0.2.0/24", success=True, at=now - timedelta(days=days))
    tasks.tidy_up()
    assert [(now - attempt.at).days for attempt in SignInAttempt.objects.all()] == [89]


def test_sign_in_without_a_request_is_recorded_without_network(ada: User) -> None:
    from django.contrib.auth import authenticate

    assert authenticate(username="ada", password="wrong") is None
    assert rows() == [("ada", "ada", "", False)]


def test_name_is_shortened_so_that_no_password_is_kept() -> None:
    assert [attempts.shortened(name) for name in ("hunter2hunter2", "a\tb", "", "abc")] == ["hun…", "a b", "", "abc"]


def test_page_passwords_are_recorded(ada: User, blog: BlogPage) -> None:
    restriction = PageViewRestriction.objects.create(page=blog, restriction_type="password", password="open sesame")
    for password in ("wrong", "open sesame"):
        Client(REMOTE_ADDR=HOME).post(
            f"/_util/authenticate_with_password/{restriction.pk}/{blog.pk}/", {"password": password, "return_url": "/"}
        )
    found = SignInAttempt.objects.order_by("pk").values_list("kind", "name", "network", "success")
    assert list(found) == [
        (AttemptKind.PAGE, str(restriction.pk), "198.51.100.0/24", False),
        (AttemptKind.PAGE, str(restriction.pk), "198.51.100.0/24", True),
    ]
