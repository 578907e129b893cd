"""A post says in schema.org's words what its page shows, in an element that nothing can end before its time."""

import json

import pytest
from django.test import Client
from lxml import html
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from blog.models import BlogPage
from tests.support.factories import FIRST_DAY, make_author, make_blog, make_post

HOSTILE = '</script><script>document.title="run"</script><!--<script>&amp;\u2028"'


def linked(client: Client, slug: str) -> dict[str, object]:
    page = html.document_fromstring(client.get(f"/{slug}/").content.decode())
    (element,) = page.cssselect("script")
    assert dict(element.attrib) == {"type": "application/ld+json"}
    return dict(json.loads(element.text))


def test_post_is_described(client: Client, blog: BlogPage) -> None:
    make_post(
        blog,
        "a b",
        title="On “quotes” & more",
        slug="on-quotes",
        body="One *two*.",
        authors=[make_author("ada", name="Ada")],
        link="https://elsewhere.example/?a=1&b=2",
        published=FIRST_DAY,
    )
    structured_data = linked(client, "on-quotes")
    assert str(structured_data.pop("dateModified")) >= FIRST_DAY.isoformat()
    assert structured_data == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": "On “quotes” & more",
        "url": "http://testserver/on-quotes/",
        "datePublished": "2018-01-01T12:00:00+00:00",
        "description": "One two.",
        "keywords": ["a", "b"],
        "author": {"@type": "Person", "name": "Ada", "url": "http://testserver/@ada/"},
        "citation": "https://elsewhere.example/?a=1&b=2",
        "inLanguage": "en",
        "isPartOf": {"@type": "Blog", "name": "Notes", "url": "http://testserver/"},
    }


def test_several_authors_are_a_list(client: Client, blog: BlogPage) -> None:
    make_post(blog, slug="both", authors=[make_author("eve", name="</script>"), make_author("ada")])
    assert linked(client, "both")["author"] == [
        {"@type": "Person", "name": "</script>", "url": "http://testserver/@eve/"},
        {"@type": "Person", "name": "Ada", "url": "http://testserver/@ada/"},
    ]


def test_what_is_not_there_is_not_said(client: Client, blog: BlogPage) -> None:
    make_post(blog, title="Bare", slug="bare")
    assert {"author", "keywords", "description", "citation", "image", "commentCount"}.isdisjoint(linked(client, "bare"))


@pytest.mark.parametrize("field", ["title", "summary"])
def test_no_text_ends_the_element(client: Client, blog: BlogPage, field: str) -> None:
    make_post(blog, slug="hostile", **{field: HOSTILE})
    structured_data = linked(client, "hostile")
    assert HOSTILE.split() in (str(structured_data.get(name)).split() for name in ("headline", "description"))


def test_browser_neither_runs_nor_refuses_it(tab: Page, live_server: LiveServer, db: None) -> None:
    """It is data: the policy, which allows no script at all, has nothing to say about it."""
    make_post(make_blog("127.0.0.1"), title=HOSTILE, slug="hostile")
    structured_data: list[str] = []
    tab.on("console", lambda message: structured_data.append(message.text))
    tab.goto(f"{live_server.url}/hostile/")
    assert json.loads(str(tab.locator("script").text_content()))["headline"] == HOSTILE
    assert (tab.locator("h1").text_content(), structured_data) == (HOSTILE, [])
