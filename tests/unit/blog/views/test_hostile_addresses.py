"""Whatever the network asks for is answered, quickly and in words; nothing is a failure of ours."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from blog.models import BlogPage, PlainPage, PostPage
from tests.support.factories import make_author, make_post
from tests.support.hostile import by_turns

HOSTILE = [
    "a" * 300,
    "+".join(f"t{number}" for number in range(1_000)),
    *r"""
    %00 a%00b %FF%FE %C3%28 %E2%80%8Fa %E2%80%AEa %F0%9F%8E%89 %ED%A0%80 a%0d%0aSet-Cookie:x=1 ..%2F..%2Fetc
    '%20OR%201=1-- %22%3E%3Cscript%3E %25 %2500 %2e%2e {{7*7}} %24%7Bx%7D + ++ - --a +- -a+-a a+-a @ @@ @a+b
    source:x year:1 month:13 year:2018+month:2 %EF%BC%A1 %C4%B0 %C3%9F %F4%8F%BF%BF %EE%80%80 %CC%81 %E2%80%8B
    %C2%A0 1e999 None null NaN %2B %3F %23 %5C %7C ; &amp; a;b *
    """.split(),
]
PLACES = [
    "/tags/{}/",
    "/@{}/",
    "/streams/{}/",
    "/{}/",
    "/tags/a+{}/",
    "/tags/-{}/feed.rss",
    "/tags/{}/feed.json",
    "/{}.md",
    "/sitemap-{}.xml",
]
QUERIES = [
    *("q", "order", "view", "source", "year", "month", "before", "after", "contents", "in", "with", "by", "p"),
    *("stream", "page", "find", "tags", "to"),
]
GOOD = {200, 301, 302, 400, 404, 414}


@pytest.fixture
def little(blog: BlogPage) -> BlogPage:
    make_post(blog, "a b", authors=[make_author("ada")], slug="first")
    return blog


@pytest.mark.parametrize("place", PLACES)
def test_hostile_path_is_answered(client: Client, little: BlogPage, place: str) -> None:
    statuses = {hostile: client.get(place.format(hostile)).status_code for hostile in HOSTILE}
    assert {hostile: status for hostile, status in statuses.items() if status not in GOOD} == {}


@pytest.mark.parametrize(
    ("number", "place"),
    [
        *enumerate(["/", "/tags/a+b/", "/tags/", "/post-x/", "/feed.atom", "/sitemap-posts.xml"]),
        *enumerate(["/first/", "/random/", "/signup/", "/first/comment/"]),
    ],
)
def test_hostile_query_is_answered(client: Client, little: BlogPage, number: int, place: str) -> None:
    answers = {}
    for turn, name in enumerate(QUERIES):
        for hostile in ("%00", *by_turns(HOSTILE, (number + turn) % 3, 3)):
            response = client.get(f"{place}?{name}={hostile}")
            response.getvalue()
            answers[f"{name}={hostile}"] = response.status_code
    assert {asked: status for asked, status in answers.items() if status not in GOOD} == {}


def test_canonical_address_is_reached_in_one_step_and_stays(client: Client, little: BlogPage) -> None:
    for hostile in ["B+A", "a b", "a%20b", "b%2Ba", "a++b", "+a+b+", "A%2BB%2Ba", "%E2%80%8Ba+b"]:
        response = client.get(f"/tags/{hostile}/")
        assert (response.status_code, response.headers.get("Location")) == (301, "/tags/a+b/"), hostile
    assert client.get("/tags/a+b/").status_code == 200


def test_tag_beyond_ascii_does_not_lead_round(client: Client, little: BlogPage) -> None:
    make_post(little, "日本 naïve")
    for slug in ("日本", "naïve"):
        assert client.get(f"/tags/{quote(slug)}/").status_code == 200
        assert client.get(f"/tags/{quote(slug.upper())}+{quote(slug)}/").status_code in (200, 301)


def test_redirect_stays_on_the_site(client: Client, little: BlogPage) -> None:
    for address in ("//evil.example/", "/\\evil.example/", "/tags//evil.example/", "//evil.example/tags/B/"):
        assert not client.get(address).headers.get("Location", "").startswith(("//", "/\\", "http"))


def test_address_of_a_megabyte_is_refused(client: Client, little: BlogPage) -> None:
    assert client.get("/tags/" + "a+" * 500_000 + "/").status_code == 414
    assert client.get("/?q=" + "a" * 1_000_000).status_code == 414


def test_refusals_are_pages_in_words(client: Client, little: BlogPage) -> None:
    many = client.get("/tags/" + "+".join(f"t{number}" for number in range(9)) + "/")
    assert (many.status_code, "leave all but 8" in many.content.decode()) == (400, True)
    both = client.get("/tags/a+-a/")
    assert (both.status_code, "both wanted and unwanted" in both.content.decode()) == (400, True)
    unknown = client.get("/tags/a+bb/").content.decode()
    assert "bb" in unknown
    assert 'href="/tags/a/"' in unknown  # the selection without it


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("address", ["/", "/tags/", "/tags/a/", "/tags/a/feed.atom", "/first/", "/first.md", "/about/"])
def test_reading_is_all_a_page_allows(little: BlogPage, method: str, address: str) -> None:
    little.add_child(instance=PlainPage(title="About", slug="about"))
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert (response.status_code, response["Allow"]) == (200 if method == "options" else 405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("method", ["get", "post", "options"])
def test_expired_post_is_unknown_to_every_method(client: Client, little: BlogPage, method: str) -> None:
    PostPage.objects.filter(slug="first").update(expire_at=timezone.now() - timedelta(seconds=1))
    expired, unknown = (getattr(client, method)(f"/{slug}/") for slug in ("first", "never"))
    assert (expired.status_code, expired.content) == (404, unknown.content.replace(b"never", b"first"))


@pytest.mark.parametrize("address", ["/nothing-here/", "/tags/nothing/", "/tags/a+-a/", "/signup/confirm/x/"])
def test_error_says_how_it_may_be_cached(client: Client, little: BlogPage, address: str) -> None:
    response = client.get(address)
    assert response.status_code >= 400
    assert response["Cache-Control"] in ("no-store", "private, no-store", "public, no-cache")
