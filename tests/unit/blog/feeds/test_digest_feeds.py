"""Digest feeds hold an entry for each day, week or month that has ended, and are cached until the day ends."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import feedparser
import pytest
from django.test import Client
from django.utils import timezone

from blog.caching.response import response_cache
from blog.models import BlogPage, Stream
from tests.support.factories import make_author, make_post


def at(day: int, hour: int = 12, month: int = 1) -> datetime:
    return datetime(2018, month, day, hour, tzinfo=UTC)


class Clock:
    """What the time is, to Django and to the page cache."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = at(8, 13)
        patch.setattr(timezone, "now", lambda: self.now)
        patch.setattr("blog.caching.response.time", SimpleNamespace(time=self.seconds))
        response_cache.clear()

    def seconds(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, fed: BlogPage) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def fed(blog: BlogPage) -> BlogPage:
    make_post(blog, "a", title="Monday", slug="monday", published=at(1), authors=[make_author("ada")], summary="First.")
    make_post(blog, "a b", title="Tuesday <b>", slug="tuesday", published=at(2), summary="")
    make_post(blog, "b", title="Late", slug="late", published=at(7, 23), summary="")
    make_post(blog, "a", title="Next week", slug="next", published=at(8, 0), summary="")
    Stream.objects.create(blog=blog, name="Every note", slug="every")
    return blog


def entries(client: Client, address: str) -> list[tuple[str, list[str]]]:
    response = client.get(address)
    assert response.status_code == 200, response
    feed: Any = feedparser.parse(response.content)
    return [(entry.title, entry.summary.split(", ") if entry.summary else []) for entry in feed.entries]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "/digest-daily.atom",
            [("7 January 2018", ["Late"]), ("2 January 2018", ["Tuesday <b>"]), ("1 January 2018", ["Monday"])],
        ),
        ("/tags/a/digest-daily.atom", [("2 January 2018", ["Tuesday <b>"]), ("1 January 2018", ["Monday"])]),
        ("/digest-weekly.atom", [("Week from 1 January 2018", ["Late", "Tuesday <b>", "Monday"])]),
        ("/@ada/digest-weekly.atom", [("Week from 1 January 2018", ["Monday"])]),
        ("/@ada/tags/a/digest-weekly.atom", [("Week from 1 January 2018", ["Monday"])]),
        ("/streams/every/digest-weekly.atom", [("Week from 1 January 2018", ["Late", "Tuesday <b>", "Monday"])]),
        ("/digest-monthly.atom", []),
    ],
)
def test_entries_are_the_periods_that_have_ended(client: Client, clock: Clock, address: str, expected: list[Any]) -> None:
    assert entries(client, address) == expected


def test_an_entry_links_its_posts_and_keeps_its_id_in_every_form(client: Client, clock: Clock) -> None:
    clock.now = at(1, month=3)
    (item,) = client.get("/tags/a/digest-monthly.json").json()["items"]
    assert item["title"] == "January 2018"
    assert item["date_published"] == "2018-02-01T00:00:00+00:00"
    assert '<a href="http://testserver/tuesday/">Tuesday &lt;b&gt;</a>' in item["content_html"]
    assert '<a href="http://testserver/monday/">Monday</a> · Ada<br>First.' in item["content_html"]
    ids = {feedparser.parse(client.get(f"/tags/a/digest-monthly.{form}").content).entries[0].id for form in ("rss", "atom")}
    assert ids == {item["id"]}
    assert item["id"] != client.get("/tags/b/digest-monthly.json").json()["items"][0]["id"]


def test_a_cached_feed_is_replaced_when_the_day_ends_though_nothing_changed(
    client: Client, clock: Clock, blog: BlogPage
) -> None:
    clock.now = datetime(2040, 1, 8, 22, tzinfo=UTC)
    make_post(blog, title="Late news", published=datetime(2040, 1, 8, 12, tzinfo=UTC))
    clock.now = datetime(2040, 1, 8, 23, tzinfo=UTC)
    first = client.get("/digest-daily.atom")
    etag = first["ETag"]
    again = client.get("/digest-daily.atom", headers={"If-None-Match": etag})
    assert again.status_code == 304
    since = client.get("/digest-daily.atom", headers={"If-Modified-Since": first["Last-Modified"]})
    assert since.status_code == 304
    clock.now = datetime(2040, 1, 9, 1, tzinfo=UTC)
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": first["Last-Modified"]}):
        response = client.get("/digest-daily.atom", headers=headers)
        assert (response.status_code, b"Late news" in response.content) == (200, True)


def test_other_spellings_lead_to_the_canonical_address(client: Client, fed: BlogPage) -> None:
    response = client.get("/tags/B+a/digest-weekly.rss")
    assert (response.status_code, response["Location"]) == (301, "/tags/a+b/digest-weekly.rss")


@pytest.mark.parametrize("name", ["digest-yearly.atom", "digest-daily.xml", "digest-.atom"])
def test_no_other_digest_exists(client: Client, fed: BlogPage, name: str) -> None:
    assert client.get(f"/tags/a/{name}").status_code == 404
