"""Hostile addresses, queries, forms and headers: whatever comes, no response is a 5xx, and none is an exception."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from blog.models import BlogPage
from tests.fuzz.mutations import raw, text
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post
from tests.support.hidden_pages import make_hidden_posts
from tests.support.signup_factories import make_subscriber, stamp
from tests.support.tokens import make_token
from tests.unit.blog.admin.test_editing import post_form
from web.rates import read_limits

PATHS = (
    *(
        "/",
        "/tags/",
        "/tags/sea/",
        "/tags/sea+-wind/",
        "/@ada/",
        "/@ada/tags/sea/feed.atom",
        "/streams/",
        "/streams/a/",
        "/random/",
    ),
    *(
        "/feed.rss",
        "/feed.json",
        "/whale/",
        "/whale.md",
        "/whale/comment/",
        "/feeds/",
        "/signup/",
        "/sitemap.xml",
        "/robots.txt",
    ),
    *(
        "/media/private/images/a.png",
        "/images/1/a.png",
        "/documents/1/a.pdf",
        "/.well-known/security.txt",
        "/metrics",
        "/readyz",
    ),
    *("/admin/", "/admin/pages/1/edit/", "/admin/login/", "/comments/publish/x/", "/_util/health/", "/tags/sea/feed.json"),
)
NAMES = (
    "view",
    "order",
    "source",
    "year",
    "month",
    "q",
    "contents",
    "before",
    "after",
    "in",
    "page",
    "tags",
    "to",
    "author",
    "with",
)
HEADERS = (
    *("HTTP_HOST", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_COOKIE"),
    *("HTTP_ACCEPT_LANGUAGE", "HTTP_X_FORWARDED_FOR", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_AUTHORIZATION"),
    *("CONTENT_TYPE", "HTTP_X_REQUEST_ID", "HTTP_ACCEPT", "HTTP_X_HTTP_METHOD_OVERRIDE", "CONTENT_LENGTH", "REMOTE_ADDR"),
)
HEADER_SAMPLES = (
    *(
        "testserver",
        "gzip, br;q=0.5",
        '"abc", W/"d"',
        "Thu, 01 Jan 2026 00:00:00 GMT",
        "bytes=0-10",
        "sessionid=a; csrftoken=b",
    ),
    *("de;q=0.5, en", "192.0.2.1, ::1", "http://testserver/", "multipart/form-data; boundary=x", "Basic YTpi", "text/html;q=x"),
)
Send = Callable[[Random], Any]


def environ(path: str, query: str = "", method: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        **more,
    }


def addresses(client: Client) -> Send:
    return lambda chance: client.request(**environ("/" + text(chance, PATHS).lstrip("/")))


def queries(client: Client) -> Send:
    def send(chance: Random) -> Any:
        samples = ("newest", "2018", "sea", "1", "full", "sea+-wind", "5-1", "external")
        given = [(chance.choice(NAMES), text(chance, samples)) for _ in range(chance.randint(1, 4))]
        query = "&".join(f"{name}={quote_plus(value, errors='surrogatepass')}" for name, value in given)
        if chance.random() < 0.2:
            query = text(chance, (query,)).encode("utf-8", "replace").decode("latin-1")
        return client.request(**environ(chance.choice(PATHS), query))

    return send


def headers(client: Client) -> Send:
    def send(chance: Random) -> Any:
        given = {
            chance.choice(HEADERS): text(chance, HEADER_SAMPLES).encode("utf-8", "replace").decode("latin-1").replace("\n", " ")
            for _ in range(chance.randint(1, 3))
        }
        method = chance.choice(("GET", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND"))
        return client.request(**environ(chance.choice(PATHS), "", method, **given))

    return send


def forms(client: Client, targets: dict[str, dict[str, str]]) -> Send:
    """Send forms of which fields are damaged, left out or added, or whose body is no form."""
    names = list(targets)

    def send(chance: Random) -> Any:
        path = chance.choice(names)
        fields: dict[str, Any] = dict(targets[path])
        for name in chance.sample(list(fields), min(len(fields), chance.choice((1, 1, 2, 3)))):
            fields[name] = text(chance, (fields[name] or "a",))
        if chance.random() < 0.3:
            fields.pop(chance.choice(list(fields)))
        if chance.random() < 0.1:
            fields[text(chance, ("a",))] = "a"
        if chance.random() < 0.05:
            fields[chance.choice(list(fields) or ["a"])] = SimpleUploadedFile("a\0.png", chance.randbytes(50))
        kind = chance.random()
        if kind < 0.6:
            body = urlencode(fields, errors="surrogatepass").encode()
            content_type = "application/x-www-form-urlencoded"
        else:
            body = encode_multipart(BOUNDARY, {_sendable(name): _sendable(value) for name, value in fields.items()})
            content_type = MULTIPART_CONTENT
        if kind > 0.9:
            body = raw(chance, (body,))
        more = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        return client.request(**environ(path, "", "POST", **more))

    return send


def _sendable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@pytest.fixture
def site(blog: BlogPage, settings: LazySettings) -> BlogPage:
    """A blog with posts of each kind, and no limits."""
    settings.SIGNUP_LIMITS = settings.COMMENT_LIMITS = settings.LOGIN_LIMITS = read_limits("network:100000000/hour")
    make_post(blog, "sea", slug="whale", authors=[make_author()], body="A *whale* ![a](image:1).")
    make_post(blog, "sea wind", link="https://example.org/")
    make_hidden_posts(blog)
    return blog


def visitors_forms() -> dict[str, dict[str, str]]:
    ada = make_subscriber("ada@example.org")
    token = {name: make_token(name, ada) for name in ("manage", "leave", "confirm")}
    return {
        "/signup/": {
            "email": "eve@example.org",
            "tags": "sea",
            "rhythm": "weekly",
            "hour": "6",
            "weekday": "0",
            "stamp": stamp(),
        },
        "/whale/comment/": {"name": "Eve", "email": "eve@example.org", "text": "Well *said*.", "stamp": stamp(), "to": "1"},
        reverse("signup:manage", args=[token["manage"]]): {
            **{"do": "save", "tags": "sea", "rhythm": "daily", "hour": "6", "weekday": "0", "time_zone": "UTC", "until": ""}
        },
        reverse("signup:confirm", args=[token["confirm"]]): {"a": "b"},
        "/signup/manage/x/": {"do": "erase"},
        "/_util/login/": {"username": "ada", "password": "x", "next": "/"},
        "/admin/password_reset/": {"email": "ada@example.org"},
    }


def editors_forms(blog: BlogPage) -> dict[str, dict[str, str]]:
    posts = blog.get_children().order_by("pk")
    form = {name: str(value) for name, value in post_form().items()}
    return {
        reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk)): form,
        reverse("wagtailadmin_pages:edit", args=[posts[0].pk]): form,
        reverse("wagtailadmin_account"): {"name_email-first_name": "A", "email-email": "a@example.org", "locale-x": "1"},
    }


def kinds(blog: BlogPage) -> Iterator[tuple[str, Send]]:
    """Yield the kinds of requests, and how one of each is sent."""
    visitor, editor = Client(raise_request_exception=True), client_of(member_of("Moderators", name="fuzz"))
    yield "addresses", addresses(visitor)
    yield "queries", queries(visitor)
    yield "headers", headers(visitor)
    yield "visitors' forms", forms(visitor, visitors_forms())
    yield "addresses, signed in", addresses(editor)
    yield "queries, signed in", queries(editor)
    yield "editors' forms", forms(editor, editors_forms(blog))


SLOW = {"editors' forms": 20, "visitors' forms": 4, "addresses, signed in": 4, "queries, signed in": 4}  # times as long each


def test_no_request_is_too_hostile(site: BlogPage, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    number = int(request.config.getoption("--requests"))
    seed = int(request.config.getoption("--seed"))
    faults: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for kind, send in kinds(site):
        chance, statuses = Random(f"{seed} {kind}"), Counter[int]()
        for _ in range(max(1, number // SLOW.get(kind, 1))):
            try:
                response = send(chance)
                b"".join(response) if response.streaming else response.content
                statuses[response.status_code] += 1
                fault = f"{kind}: {response.status_code}" if response.status_code >= 500 else ""
            except Exception as error:
                fault = f"{kind}: {type(error).__name__} at {_place(error)}"
                examples.setdefault(fault, traceback.format_exc())
            if fault:
                faults[fault] += 1
                examples.setdefault(fault, "")
        with capsys.disabled():
            print(f"\n{kind}: {statuses.total()}, by status {dict(sorted(statuses.items()))}")  # noqa: T201
    for fault, example in examples.items():
        print(fault, example, sep="\n")  # noqa: T201
    assert faults == {}


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[:-4:-1])
