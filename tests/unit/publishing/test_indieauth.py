"""IndieAuth: consent in the admin, a code for that very program, used once, exchanged for a token by PKCE."""

import re
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.models import APIToken

from blog.models import BlogPage, PostPage
from publishing import tokens
from publishing.indieauth.codes import challenge_of
from publishing.models import Access, AuthorizationCode
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author
from tests.support.programs import Program
from web.rates import API, read_limits

AUTHORIZE, TOKEN, REVOKE = "/admin/indieauth/", "/indieauth/token/", "/indieauth/revoke/"
CLIENT, BACK, VERIFIER = "https://app.example/", "https://app.example/back?x=1", "v" * 50


def asked(**changes: str) -> dict[str, str]:
    fields = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "state": "a state",
        "scope": "create update x",
    }
    return {**fields, "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256", **changes}


@pytest.fixture
def author(blog: BlogPage) -> User:
    user = member_of("Authors")
    make_author("ada", user=user)
    return user


def agree(user: User, scopes: tuple[str, ...] = ("create",), lifetime: str = "90") -> dict[str, str]:
    """Return what the program is told in the address that its user is sent to."""
    sent = client_of(user).post(AUTHORIZE, {**asked(), "scopes": scopes, "lifetime": lifetime})
    assert sent.status_code == 302, sent.content
    assert sent["Location"].startswith(f"{BACK}&")
    assert "form-action 'self' https://app.example" in sent["Content-Security-Policy"]
    return {name: values[0] for name, values in parse_qs(urlsplit(sent["Location"]).query).items()}


def exchange(code: str, **changes: str) -> Any:
    fields = {"grant_type": "authorization_code", "code": code, "client_id": CLIENT, "redirect_uri": BACK}
    return Client().post(TOKEN, {**fields, "code_verifier": VERIFIER, **changes})


def test_program_finds_asks_and_publishes(author: User) -> None:
    for page in ("/", "/@ada/"):
        head = Client().get(page).content.decode()
        links = dict(re.findall(r'<link rel="(micropub|indieauth-metadata|\w+_endpoint)" href="([^"]+)">', head))
        assert set(links) == {"micropub", "indieauth-metadata", "authorization_endpoint", "token_endpoint"} or page != "/"
    metadata = Client().get(links["indieauth-metadata"] if links else "/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == "http://testserver/"
    login = Client().get(f"{AUTHORIZE}?{urlencode(asked())}")
    assert (login.status_code, urlsplit(login["Location"]).path) == (302, "/admin/login/")
    page = client_of(author).get(f"{AUTHORIZE}?{urlencode(asked())}")
    assert "no-store" in page["Cache-Control"]
    assert page.content.decode().count('type="checkbox"') == 2  # of those asked for, the ones that are known
    told = agree(author)
    assert (told["state"], told["iss"]) == ("a state", "http://testserver/")
    row = AuthorizationCode.objects.get()
    assert told["code"] not in str(AuthorizationCode.objects.values())
    assert timedelta(minutes=4) < row.expires_at - timezone.now() <= timedelta(minutes=10)
    given = exchange(told["code"])
    assert (given.status_code, given["Cache-Control"]) == (200, "private, no-store"), given.content
    said = given.json()
    assert (said["me"], said["scope"], said["token_type"]) == ("http://testserver/@ada/", "create", "Bearer")
    program = Client(headers={"Authorization": f"Bearer {said['access_token']}"})
    assert program.post("/micropub/", {"h": "entry", "content": "By IndieAuth"}).status_code == 202
    assert PostPage.objects.get().owner == author
    assert program.get(TOKEN).json() == {"me": said["me"], "client_id": CLIENT, "scope": "create"}
    assert Access.objects.get().token.name == "app.example"
    assert Client().post(REVOKE, {"token": said["access_token"]}).status_code == 200
    assert Client().post(REVOKE, {"token": "unknown"}).status_code == 200
    assert program.get(TOKEN).status_code == 401


def test_refusing_sends_back_without_a_code(author: User) -> None:
    sent = client_of(author).post(AUTHORIZE, {**asked(), "refuse": "1"})
    assert "error=access_denied&state=a+state&iss=" in sent["Location"]
    assert not AuthorizationCode.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 50},
        {"code_verifier": ""},
        {"client_id": "https://other.example/"},
        {"redirect_uri": "https://app.example/other"},
    ],
    ids=range(4),
)
def test_code_is_for_that_program_alone(author: User, changes: dict[str, str]) -> None:
    code = agree(author)["code"]
    refused = exchange(code, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert exchange(code).status_code == 400  # a failed try has used it up
    assert exchange("\0").status_code == 400
    assert not APIToken.objects.exists()


def test_code_is_used_once_and_for_minutes(author: User) -> None:
    code = agree(author, lifetime="")["code"]
    token = exchange(code).json()["access_token"]
    assert exchange(code).status_code == 400
    assert Client(headers={"Authorization": f"Bearer {token}"}).get(TOKEN).status_code == 401  # somebody else has the code
    late = agree(author)["code"]
    AuthorizationCode.objects.update(expires_at=timezone.now())
    assert exchange(late).status_code == 400
    assert exchange("x", grant_type="password").json()["error"] == "unsupported_grant_type"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_code_that_comes_twice_at_once_gives_no_token_that_holds(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes while the first makes its token, which ends then as it does later (RFC 6749, 4.1.2)."""
    code = agree(member_of("Authors"))["code"]
    make = tokens.make
    second = Thread(target=in_a_thread, args=(code,))

    def make_slowly(*args: Any, **options: Any) -> Any:
        second.start()
        second.join(1)  # where nothing makes it wait
        return make(*args, **options)

    monkeypatch.setattr(tokens, "make", make_slowly)
    assert exchange(code).status_code == 200
    second.join()
    assert APIToken.objects.get().revoked_at is not None


def in_a_thread(code: str) -> None:
    try:
        exchange(code)
    finally:
        connection.close()


BAD = (
    {"redirect_uri": "https://evil.example/back"},
    {"redirect_uri": "https://app.example.evil.example/back"},
    {"redirect_uri": "https://app.example:444/back"},
    {"redirect_uri": "http://app.example/back"},
    {"redirect_uri": "https://app.example@evil.example/"},
    {"redirect_uri": "https://evil.example\\@app.example/"},
    {"redirect_uri": "https://app.example/#x"},
    {"redirect_uri": "https://app.example/ x"},
    {"redirect_uri": "//app.example/"},
    {"client_id": "", "redirect_uri": ""},
    {"client_id": "app:x", "redirect_uri": "app:x"},
    {"client_id": "javascript:1", "redirect_uri": "javascript:1"},
    {"client_id": "https://[", "redirect_uri": "https://["},
    {"client_id": "https://a.example:x/", "redirect_uri": "https://a.example:x/"},
    {"client_id": "http://app.example/", "redirect_uri": "http://app.example/"},
    {"client_id": "https://a.example;sandbox/", "redirect_uri": "https://a.example;sandbox/"},
    {"client_id": "https://a.example,x/", "redirect_uri": "https://a.example,x/"},
    {"client_id": "https://a.example/" + "x" * 500, "redirect_uri": "https://a.example/"},
    {"response_type": "token"},
    {"code_challenge": ""},
    {"code_challenge": "x" * 42},
    {"code_challenge_method": "plain"},
    {"scope": ""},
    {"scope": "profile email"},
    {"state": "x" * 3000},
    {"state": "\0"},
)


def test_bad_requests_send_nobody_anywhere(author: User) -> None:
    browser = client_of(author)
    for changes in BAD:
        for response in (
            browser.get(f"{AUTHORIZE}?{urlencode(asked(**changes))}"),
            browser.post(AUTHORIZE, {**asked(**changes), "scopes": ["create"]}),
        ):
            assert (response.status_code, response.headers.get("Location")) == (400, None), changes
    for scopes in ((), ("delete",), ("create", "read")):  # none, or not asked for
        assert browser.post(AUTHORIZE, {**asked(), "scopes": scopes}).status_code == 200
    assert not AuthorizationCode.objects.exists()
    local = asked(client_id="http://127.0.0.1:8300/", redirect_uri="http://127.0.0.1:8300/x")
    assert browser.get(f"{AUTHORIZE}?{urlencode(local)}").status_code == 200


def test_consent_needs_a_session_and_its_form(author: User) -> None:
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(author)
    assert guarded.post(AUTHORIZE, {**asked(), "scopes": ["create"]}).status_code == 403
    program = Program(author)
    assert program.post(AUTHORIZE, {**asked(), "scopes": ["create"]}).status_code == 302
    assert not AuthorizationCode.objects.exists()


def test_limits_hold_at_the_token_endpoint(author: User, settings: LazySettings) -> None:
    settings.API_LIMITS = read_limits("network:2/hour", API)
    assert [exchange("x").status_code for _ in range(3)] == [400, 400, 429]
