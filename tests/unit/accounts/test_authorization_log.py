"""What an account may not do is a line in the log: its number, what it asked for, and no word of anybody's."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from blog.models import BlogPage
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post
from tests.support.programs import Program

XHR = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def author(blog: BlogPage) -> User:
    return member_of("Authors", name="ada@example.com")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "accounts.authorization_log"]


@pytest.mark.parametrize("headers", [{}, XHR])
def test_what_wagtail_refuses(author: User, blog: BlogPage, caplog: pytest.LogCaptureFixture, headers: dict[str, str]) -> None:
    post = make_post(blog, "sea", slug="another")
    browser, pages = client_of(author), f"/admin/pages/{post.pk}"
    addresses = ["/admin/users/", f"{pages}/delete/", f"{pages}/edit/"]
    for address in addresses:
        assert browser.get(f"{address}?q=ada@example.com", headers=headers).status_code in (302, 403)
    expected = [f"GET {address} is refused to account {author.pk}, from 127.0.0.0/24." for address in addresses]
    assert lines(caplog) == expected


def test_whoever_may_not_enter_the_admin(blog: BlogPage, caplog: pytest.LogCaptureFixture) -> None:
    reader = User.objects.create_user("reader")
    client_of(reader).post("/admin/pages/", REMOTE_ADDR="192.0.2.7")
    assert lines(caplog) == [f"POST /admin/pages/ is refused to account {reader.pk}, from 192.0.2.0/24."]


def test_what_the_token_of_a_program_does_not_allow(author: User, caplog: pytest.LogCaptureFixture) -> None:
    assert Program(author, "read").post("/micropub/", {"h": "entry", "content": "Sea"}).status_code == 403
    assert lines(caplog) == [f"POST /micropub/ is refused to account {author.pk}, from 127.0.0.0/24."]


def test_what_is_allowed_and_whoever_is_not_signed_in_leave_no_line(
    author: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    browser = client_of(author)
    for address in ("/admin/", "/admin/account/", "/admin/nothing/"):
        browser.get(address)
        client.get(address)
    Client(enforce_csrf_checks=True).post("/admin/login/")
    assert lines(caplog) == []
