"""A tag or a stream whose order is that of a series: its posts say which part they are, what was before and what comes next."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from lxml import html
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PostPage, Stream, Tag
from blog.models.tags import Order
from tests.support.factories import make_post
from tests.unit.blog.views.test_listings import Page


@pytest.fixture
def parts(blog: BlogPage) -> list[PostPage]:
    posts = [make_post(blog, "alps walks", title=title, slug=title.lower()) for title in ("One", "Two", "Three")]
    make_post(blog, "walks", title="Elsewhere")
    Tag.objects.filter(slug="alps").update(name="The Alps")
    Tag.objects.get(slug="alps").save()
    return posts


@pytest.fixture
def series(parts: list[PostPage]) -> list[PostPage]:
    tag = Tag.objects.get(slug="alps")
    tag.order = Order.SERIES
    tag.save()
    return parts


def lines(client: Client, address: str) -> list[str]:
    return Page(client, address).all(".place > span")


def linked(client: Client, address: str) -> dict[str, Any]:
    (element,) = html.document_fromstring(client.get(address).content.decode()).cssselect("script")
    return dict(json.loads(element.text or ""))


@pytest.mark.parametrize(
    ("slug", "line", "before", "after"),
    [
        ("one", "Part 1 of 3 of The Alps", None, "/two/"),
        ("two", "Part 2 of 3 of The Alps", "/one/", "/three/"),
        ("three", "Part 3 of 3 of The Alps", "/two/", None),
    ],
)
def test_post_says_which_part_it_is(
    client: Client, series: list[PostPage], slug: str, line: str, before: str | None, after: str | None
) -> None:
    page = Page(client, f"/{slug}/")
    assert page.all(".place > span") == [line]
    assert (page.address(".place [rel=prev]"), page.address(".place [rel=next]")) == (before, after)
    assert page.address(".place > span a") == "/tags/alps/"
    assert page.all(".foot p") == [line]


def test_other_orders_are_no_series(client: Client, parts: list[PostPage]) -> None:
    Tag.objects.filter(slug="alps").update(order=Order.OLDEST)
    Tag.objects.get(slug="alps").save()
    assert lines(client, "/two/") == ["in All notes, 2 of 4"]


def test_the_way_that_a_reader_came_stands_first(client: Client, series: list[PostPage]) -> None:
    assert lines(client, "/two/?in=walks") == ["in walks, 2 of 4", "Part 2 of 3 of The Alps"]
    page = Page(client, "/two/?in=alps")
    assert page.all(".place > span") == ["Part 2 of 3 of The Alps"]
    assert page.address(".place [rel=next]") == "/three/?in=alps"


def test_stream_is_a_series(client: Client, blog: BlogPage, parts: list[PostPage]) -> None:
    Stream.objects.create(blog=blog, name="Walks, but not there", slug="flat", expression="walks+-alps", order=Order.SERIES)
    Stream.objects.create(blog=blog, name="Walks <&>", slug="all", expression="walks", order=Order.SERIES)
    page = Page(client, "/two/")
    assert page.all(".place > span") == ["Part 2 of 4 of Walks <&>"]
    assert page.address(".place > span a") == "/streams/all/"


def test_stream_that_contradicts_itself_is_no_series(client: Client, blog: BlogPage, parts: list[PostPage]) -> None:
    """As one may come to, whose tags have become one: the pages are there."""
    stream = Stream.objects.create(blog=blog, name="None", slug="none", expression="alps", order=Order.SERIES)
    Stream.objects.filter(pk=stream.pk).update(expression="alps+-alps")
    assert [client.get(address).status_code for address in ("/", "/one/", "/streams/none/")] == [200, 200, 200]


def test_the_whole_is_listed_from_its_first_part(client: Client, series: list[PostPage], blog: BlogPage) -> None:
    Stream.objects.create(blog=blog, name="Walks", slug="walks", expression="walks", order=Order.SERIES)
    assert Page(client, "/tags/alps/").titles == ["One", "Two", "Three"]
    assert Page(client, "/tags/alps/?order=newest").titles == ["Three", "Two", "One"]
    assert Page(client, "/streams/walks/").titles == ["One", "Two", "Three", "Elsewhere"]
    assert "oldest first" in Page(client, "/streams/").text


def test_one_part_alone_is_no_series_yet(client: Client, series: list[PostPage]) -> None:
    for post in series[1:]:
        post.unpublish()
    assert lines(client, "/one/") == ["in All notes, 1 of 2"]
    assert "position" not in linked(client, "/one/")


def test_hidden_parts_are_not_counted(client: Client, series: list[PostPage], blog: BlogPage) -> None:
    make_post(blog, "alps", title="Draft", slug="draft", live=False)
    make_post(blog, "alps", title="Expired", slug="expired", expire_at=timezone.now() - timedelta(days=1))
    PageViewRestriction.objects.create(page=series[1], restriction_type="login")
    page = Page(client, "/three/")
    assert page.all(".place > span") == ["Part 2 of 2 of The Alps"]
    assert page.address(".place [rel=prev]") == "/one/"
    assert "Two" not in page.text
    assert linked(client, "/three/")["position"] == 2
    feed = client.get("/feed.atom").content.decode()
    assert [feed.count(f"Part {part} of ") for part in range(1, 5)] == [1, 1, 0, 0]


def test_structured_data_name_the_series(client: Client, series: list[PostPage]) -> None:
    found = linked(client, "/two/")
    assert found["position"] == 2
    assert found["isPartOf"] == [
        {"@type": "Blog", "name": "Notes", "url": "http://testserver/"},
        {"@type": "CreativeWorkSeries", "name": "The Alps", "url": "http://testserver/tags/alps/"},
    ]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feeds_say_which_part_an_entry_is(client: Client, series: list[PostPage], form: str) -> None:
    text = client.get(f"/feed.{form}").content.decode()
    assert [text.count(f"Part {part} of ") for part in range(1, 5)] == [1, 1, 1, 0]
    series[0].unpublish()  # what was cached of the others is not theirs any more
    text = client.get(f"/feed.{form}").content.decode()
    assert [text.count(f"Part {part} of ") for part in range(1, 5)] == [1, 1, 0, 0]


def test_a_renamed_series_has_its_new_name_everywhere(client: Client, series: list[PostPage]) -> None:
    assert "The Alps" in client.get("/feed.rss").content.decode()
    tag = Tag.objects.get(slug="alps")
    tag.name, tag.slug = "Mountains", "mountains"
    tag.save()
    assert lines(client, "/two/") == ["Part 2 of 3 of Mountains"]
    assert "The Alps" not in client.get("/feed.rss").content.decode()


def test_words_are_the_sites_language(client: Client, series: list[PostPage], settings: Any) -> None:
    settings.LANGUAGE_CODE = "de"
    with translation.override("de"):
        assert lines(client, "/two/") == ["Teil 2 von 3 der Serie The Alps"]
