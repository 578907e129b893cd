import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django.fixtures import Settings
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from blog.models import BlogPage
from kimonote.middleware import ADMIN_POLICY, FILE_POLICY, PICTURE_POLICY, PUBLIC_POLICY, policy_for
from tests.support.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_slug(blog: BlogPage) -> str:
    return make_post(blog, "a b").slug


PUBLIC = [
    "/",
    "/tags/",
    "/tags/a/",
    "/tags/a+b/",
    "/feed.rss",
    "/feed.atom",
    "/feed.json",
    "/streams/",
    "/nowhere/",
    "/robots.txt",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_public_answer_allows_no_script_and_sets_no_cookie(client: Client, blog: BlogPage, post_slug: str, path: str) -> None:
    response = client.get(path)
    assert response["Content-Security-Policy"] == PUBLIC_POLICY
    assert "unsafe" not in PUBLIC_POLICY
    assert "script-src" not in PUBLIC_POLICY  # so default-src 'none' holds for it
    assert PUBLIC_POLICY.startswith("default-src 'none'; ")
    assert dict(response.cookies) == {}
    assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.parametrize("path", ["/a-note/", "/", "/tags/unknown/"])
def test_answer_carries_every_header(client: Client, blog: BlogPage, path: str) -> None:
    make_post(blog, "a b", slug="a-note")
    response = client.get(path)
    names = (
        "Content-Security-Policy",
        "Permissions-Policy",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "X-Frame-Options",
    )
    assert {name: response.get(name) for name in names} == {
        "Content-Security-Policy": PUBLIC_POLICY,
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }


def test_page_from_memory_carries_the_same_headers(client: Client, blog: BlogPage, post_slug: str) -> None:
    first, second = (client.get("/tags/a+b/") for _ in range(2))
    assert dict(second.headers) == dict(first.headers)
    assert second["Content-Security-Policy"] == PUBLIC_POLICY


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", PUBLIC_POLICY),
        ("/administration/", PUBLIC_POLICY),
        ("/admin", PUBLIC_POLICY),
        ("/admin/pages/1/", ADMIN_POLICY),
        ("/media/images/a.svg", PICTURE_POLICY),
        ("/documents/1/a.html", FILE_POLICY),
        ("", PUBLIC_POLICY),
    ],
)
def test_policy_depends_on_the_part_of_the_site(path: str, policy: str) -> None:
    assert policy_for(path) == policy


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b", "", "testserver:x"])
def test_foreign_host_gets_a_readable_400(client: Client, blog: BlogPage, host: str) -> None:
    response = client.get("/", headers={"host": host})
    text = response.content.decode()
    assert response.status_code == 400
    assert "<h1>" in text
    assert "Traceback" not in text
    assert "ALLOWED_HOSTS" not in text


def test_tls_site_says_so_to_browsers_and_redirects_plain_http(client: Client, blog: BlogPage, settings: object) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    settings.SECURE_HSTS_SECONDS = 60  # type: ignore[attr-defined]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]
    fresh = Client()
    plain, secure = fresh.get("/tags/"), fresh.get("/tags/", headers={"x-forwarded-proto": "https"})
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/tags/")
    assert (secure.status_code, secure["Strict-Transport-Security"]) == (200, "max-age=60")
    assert fresh.get("/_util/health/").status_code == 200


@pytest.mark.parametrize("kind", ["public", "of members"])
def test_document_runs_nothing_and_is_kept_by_nobody_who_is_signed_in(blog: BlogPage, kind: str) -> None:
    document = get_document_model().objects.create(title="A", file=ContentFile(b"A", "a.txt"))
    post = make_post(blog, "a", body=f"[A](doc:{document.pk})")
    if kind == "of members":
        PageViewRestriction.objects.create(page=post, restriction_type="login")
    member = Client()
    member.force_login(User.objects.create_user("member"))
    for reader, cached in ((member, "private, no-store"), (Client(), None if kind == "public" else "no-store")):
        response = reader.get(document.url)
        assert response.headers["Content-Security-Policy"] == FILE_POLICY
        assert response.headers.get("Cache-Control") == cached
        assert "Content-Encoding" not in response.headers
        assert response.status_code == (404 if cached == "no-store" else 200)
        response.close()


def test_every_cookie_is_of_this_host_alone(blog: BlogPage, settings: Settings) -> None:
    """Of whoever signs in and unpublishes a post, which the next page says (ASVS 3.3)."""
    settings.TLS = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    User.objects.create_superuser("ada", "", "three words suffice")
    client = Client()
    cookies = dict(client.get("/admin/login/").cookies)
    cookies |= client.post("/admin/login/", {"username": "ada", "password": "three words suffice"}).cookies
    cookies |= client.post(f"/admin/pages/{make_post(blog, 'a').pk}/unpublish/").cookies
    assert set(cookies) == {"__Host-session", "__Host-csrf", "__Host-messages"}
    kept = ("secure", "path", "domain", "samesite")
    assert {tuple(cookie[name] for name in kept) for cookie in cookies.values()} == {(True, "/", "", "Lax")}
    assert {name for name, cookie in cookies.items() if not cookie["httponly"]} == {"__Host-csrf"}


def test_response_to_a_signed_in_user_is_never_cached(blog: BlogPage, post_slug: str) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("editor", "", "x"))
    response = client.get("/")
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == PUBLIC_POLICY


def test_editors_redirect_leads_from_a_listing_that_there_is_not(client: Client, blog: BlogPage) -> None:
    Redirect.objects.create(old_path="/tags/gone", redirect_link="/tags/")
    make_post(blog, "a")
    response = client.get("/tags/gone/")
    assert (response.status_code, response["Location"]) == (301, "/tags/")
