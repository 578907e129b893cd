"""Pages say in microformats2 what they show: feeds, entries with their tags, people with their other addresses."""

import pytest
from django.test import Client
from lxml import html
from lxml.html import HtmlElement

from blog.models import BlogPage, PostPage
from tests.support.factories import make_author, make_post


@pytest.fixture
def slug(blog: BlogPage) -> str:
    ada = make_author("ada", name="Ada <A>", url="https://www.ada.example/?a=1&b=2")
    return make_post(blog, "b a", title="First", body="One.", authors=[ada], link="https://elsewhere.example/").slug


def page(client: Client, address: str) -> HtmlElement:
    return html.document_fromstring(b"".join(client.get(address)).decode())


def texts(element: HtmlElement, selector: str) -> list[str]:
    return [found.text_content() for found in element.cssselect(selector)]


def test_listing_is_a_feed_of_entries(client: Client, slug: str) -> None:
    (feed,) = page(client, "/tags/a/").cssselect(".h-feed")
    (entry,) = feed.cssselect(".h-entry")
    assert [name.get("value") for name in feed.cssselect("data.p-name")] == ["Notes tagged a"]
    assert (texts(entry, ".p-name"), texts(entry, ".e-content p"), texts(entry, ".p-category")) == (
        ["First"],
        ["One."],
        ["b"],  # beside the tag of the listing itself
    )
    assert [link.get("href") for link in entry.cssselect(".u-url")] == [f"/{slug}/?in=a"]
    assert entry.cssselect("time.dt-published[datetime]")
    assert [(link.text, link.get("href")) for link in entry.cssselect(".p-author.h-card")] == [("Ada <A>", "/@ada/")]
    assert [link.get("href") for link in entry.cssselect(".u-bookmark-of")] == ["https://elsewhere.example/"]


def test_post_is_an_entry(client: Client, slug: str) -> None:
    (entry,) = page(client, f"/{slug}/").cssselect(".h-entry")
    assert (texts(entry, ".p-name"), texts(entry, ".p-category")) == (["First"], ["a", "b"])
    assert entry.cssselect(".e-content")
    assert [link.get("href") for link in entry.cssselect(".u-url")] == [f"http://testserver/{slug}/"]


def test_author_is_a_person_who_is_elsewhere_too(client: Client, slug: str) -> None:
    (card,) = page(client, "/@ada/").cssselect("p.h-card")
    assert texts(card, ".p-name") == ["Ada <A>"]
    assert [(link.get("href"), link.get("rel")) for link in card.cssselect(".u-url")] == [
        ("/@ada/", None),
        ("https://www.ada.example/?a=1&b=2", "me"),
    ]


def test_card_and_post_name_every_author(client: Client, slug: str) -> None:
    post = PostPage.objects.get(slug=slug)
    post.authors = [make_author("eve", name="Eve % E"), *post.authors, make_author("bob")]
    post.save()
    everyone = [("Eve % E", "/@eve/"), ("Ada <A>", "/@ada/"), ("Bob", "/@bob/")]
    for address in ("/tags/a/", f"/{slug}/", "/?view=full"):
        assert authors_at(client, address) == (everyone, everyone)
        assert "· Eve % E, Ada <A>, Bob" in page(client, address).text_content()
    for handle, visible in {"ada": [everyone[0], everyone[2]], "bob": everyone[:2]}.items():
        shown, named = authors_at(client, f"/@{handle}/")
        assert (shown, sorted(named)) == (visible, sorted(everyone))
    assert "· with Eve % E, Bob" in page(client, "/@ada/tags/a/").text_content()


def test_author_is_not_repeated_on_their_own_page(client: Client, slug: str) -> None:
    assert authors_at(client, "/@ada/") == ([], [])
    assert "· with" not in page(client, "/@ada/").text_content()


def authors_at(client: Client, address: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Name and address of each author of the only entry: those that are shown, and all that a program finds."""
    (entry,) = page(client, address).cssselect(".h-entry")
    links = entry.cssselect(".p-author.h-card")
    shown = [link for link in links if link.get("hidden") is None]
    return [(link.text, link.get("href")) for link in shown], [(link.text, link.get("href")) for link in links]
