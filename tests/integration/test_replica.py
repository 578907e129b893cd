"""Readers' pages read from a streaming replica: only where it is as fresh as the primary, and never at a page's cost."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg2 import extensions
from wagtail.models import Page

from blog import replica
from blog import request as blog_request
from blog.caching.response import response_cache
from blog.feeds.listing import entry_fragments
from blog.models import BlogPage, PostPage
from blog.rendering.listing_cards import card_fragments
from blog.replica import REPLICA, Stamp, read_connection
from blog.tagindex import store
from kimonote.doctor.services import replica_findings
from kimonote.time_limits import _wait
from tests.integration.test_leaks import HIDING_POSTS, TAG, WORD, fragments, make_world, outputs
from tests.support.factories import make_blog, make_post
from tests.support.replication import Replica, primary_host, reading
from tests.support.silent_server import silent_server

pytestmark = [
    pytest.mark.processes,
    pytest.mark.usefixtures("replica_alias"),
    pytest.mark.django_db(transaction=True, databases=["default", REPLICA]),
]

READ_HERE = (
    "/",
    "/tags/common/",
    "/tags/common/feed.atom",
    "/?view=full",
    "/?q=visible",
    "/tags/",
    "/streams/",
    "/neighbour.md",
)


@pytest.fixture
def blog(replicated: Replica) -> BlogPage:
    """A blog that the replica has too."""
    blog = make_blog()
    replicated.catch_up()
    return blog


def forget() -> None:
    """Forget what this process remembers, as one that has just been started."""
    store.clear()
    blog_request.clear()
    for cache in (response_cache, card_fragments, entry_fragments):
        cache.clear()


def queries(run: Callable[[], object]) -> int:
    """Return how many statements the replica is asked."""
    with CaptureQueriesContext(connections[REPLICA]) as asked:
        run()
    return len(asked)


@pytest.mark.parametrize("address", READ_HERE)
def test_page_is_read_from_replica(replicated: Replica, blog: BlogPage, client: Client, address: str) -> None:
    make_post(blog, "common", title="Visible", slug="neighbour")
    replicated.catch_up()

    def request() -> None:
        response = client.get(address)
        assert (response.status_code, "isible" in response.getvalue().decode()) == (200, address not in ("/tags/", "/streams/"))

    with CaptureQueriesContext(connection) as of_primary:
        assert queries(request) > 1
    assert {query["sql"].split(" WHERE")[0] for query in of_primary} <= {
        "SELECT number FROM blog_indexrevision",
        "SELECT number, changed FROM blog_indexrevision",
    }


@pytest.fixture
def world(blog: BlogPage, replicated: Replica) -> tuple[PostPage, PostPage]:
    """A neighbour that anyone may read, and the post to be hidden; both are on the replica too."""
    return make_world(blog)


def leaks(client: Client, neighbour: PostPage, slug: str) -> set[str]:
    after = outputs(client, neighbour, slug)
    return {address for address, (_status, text) in after.items() if fragments(text, address)}


@pytest.mark.parametrize("transition", ["unpublished", "for groups"])
def test_lagging_replica_shows_no_hidden_post(
    client: Client, world: tuple[PostPage, PostPage], replicated: Replica, transition: str
) -> None:
    neighbour, hidden = world
    slug = hidden.slug
    replicated.catch_up()
    assert WORD in client.get("/").getvalue().decode()
    replicated.pause()
    HIDING_POSTS[transition](hidden)
    assert leaks(client, neighbour, slug) == set()
    forget()
    assert queries(lambda: client.get("/")) > 0  # it was asked for its revision
    assert leaks(client, neighbour, slug) == set()


def test_without_the_comparison_of_revisions_it_would(
    client: Client, world: tuple[PostPage, PostPage], replicated: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour, hidden = world
    slug = hidden.slug
    replicated.catch_up()
    replicated.pause()
    HIDING_POSTS["unpublished"](hidden)
    monkeypatch.setattr(replica, "read_stamp", lambda alias: Stamp(10**9, None))
    forget()
    assert {"/ (1)", f"/tags/{TAG}/ (1)", f"/{slug}/ (1)", f"/{slug}.md (1)", "/feed.atom (1)"} <= leaks(
        client, neighbour, slug
    )


def test_publish_is_seen_by_the_next_request_wherever_it_is_read(client: Client, blog: BlogPage, replicated: Replica) -> None:
    for number in range(3):
        replicated.pause()
        make_post(blog, "common", title=f"Visible {number}")
        assert f"Visible {number}" in client.get("/tags/common/").content.decode()
        replicated.resume()
        replicated.catch_up()
        forget()
        assert queries(lambda: client.get("/tags/common/")) > 1
        assert f"Visible {number}" in client.get("/tags/common/").content.decode()


def test_only_readers_pages_are_read_there(client: Client, blog: BlogPage, replicated: Replica) -> None:
    make_post(blog, "common", slug="neighbour")
    replicated.catch_up()
    editor = Client()
    editor.force_login(User.objects.create_superuser("ada"))
    replicated.catch_up()

    def visit() -> None:
        for address in ("/", "/?view=full", "/neighbour/", "/admin/", "/admin/pages/"):
            editor.get(address, follow=True).getvalue()
        for address in ("/signup/", "/neighbour/comment/"):
            client.get(address).getvalue()
        client.post("/signup/", {"email": "reader@example.org"})

    assert queries(visit) == 0


def test_what_follows_a_page_is_read_from_the_primary(blog: BlogPage, replicated: Replica) -> None:
    page = replica.read(lambda: Page.objects.get(pk=blog.pk))
    assert page._state.db == REPLICA
    page.refresh_from_db()
    page.save()
    assert page._state.db == "default"


def test_health_and_doctor_tell_how_it_does(
    client: Client, blog: BlogPage, replicated: Replica, replica_alias: dict[str, Any]
) -> None:
    def told() -> tuple[str, list[str]]:
        health = client.get("/_util/health/")
        assert health.status_code == 200
        return health.content.decode().splitlines()[1], [finding.code for finding in replica_findings() if finding.cure]

    assert told() == ("replica: up to date", [])
    replicated.pause()
    make_post(blog)
    assert told() == (f"replica: {store.read_revision() - replicated.revision()} revisions behind", ["replica-behind"])
    replicated.resume()
    with reading("/nowhere", replica_alias):
        line, codes = told()
    assert (line.partition(" (")[0], codes) == ("replica: unavailable", ["replica"])
    with reading(primary_host(), replica_alias):
        assert told() == ("replica: up to date", ["no-standby"])


def test_index_newer_than_the_replica_is_followed_by_the_primary(blog: BlogPage, replicated: Replica) -> None:
    def read() -> tuple[str, str, int]:
        before = read_connection().alias
        make_elsewhere(blog)
        index = store.snapshot(blog.path, store.PUBLIC)
        return before, read_connection().alias, len(index)

    assert replica.read(read) == (REPLICA, "default", 1)


def make_elsewhere(blog: BlogPage) -> None:
    """Publish a post as another process does, whatever database this one reads."""

    def publish() -> None:
        make_post(blog, "common")
        connections.close_all()

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()


def test_full_view_asks_again_for_each_chunk(
    client: Client, blog: BlogPage, replicated: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.views.full_view.CHUNK", 1)
    posts = [make_post(blog, "common", title=f"Visible {number}", body=f"Text {number}.") for number in range(3)]
    replicated.catch_up()
    response = iter(client.get("/?view=full").streaming_content)
    begun = b""
    with CaptureQueriesContext(connections[REPLICA]) as asked:
        while b"Text 2." not in begun:
            begun += next(response)
    assert asked.captured_queries
    replicated.pause()
    posts[0].unpublish()
    rest = b"".join(response)
    assert (b"Text 1." in rest, b"Text 0." in rest) == (True, False)


def test_replica_that_fails_amid_a_page(
    client: Client, blog: BlogPage, replicated: Replica, caplog: pytest.LogCaptureFixture
) -> None:
    make_post(blog, "common", title="Visible")
    replicated.catch_up()
    asked: list[str] = []

    def end(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        asked.append(sql)
        if len(asked) == 2:
            replicated.ask("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname LIKE 'test%'")
        return execute(sql, params, many, context)

    with connections[REPLICA].execute_wrapper(end), caplog.at_level(logging.ERROR):
        response = client.get("/tags/common/")
    assert (response.status_code, "Visible" in response.content.decode()) == (200, True)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["The replica is unavailable"]


def test_stopped_replica_is_left_alone_for_a_while(
    client: Client, blog: BlogPage, replica_alias: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    make_post(blog, "common", title="Visible")
    with reading("/nowhere", replica_alias), caplog.at_level(logging.ERROR):
        for address in ("/", "/tags/common/", "/tags/", "/feed.rss"):
            assert client.get(address).status_code == 200
    assert len(caplog.records) == 1


def test_silent_replica_costs_a_second_once(
    client: Client, blog: BlogPage, replica_alias: dict[str, Any], settings: Any
) -> None:
    settings.DATABASE_TIMEOUT = 30
    extensions.set_wait_callback(_wait)
    try:
        with silent_server() as (port, taken), reading("127.0.0.1", replica_alias, str(port)):
            begun = time.monotonic()
            for address in ("/", "/tags/", "/feed.rss", "/feeds/"):
                assert client.get(address).status_code == 200
            assert len(taken) == 1
            assert time.monotonic() - begun < settings.DATABASE_TIMEOUT
    finally:
        extensions.set_wait_callback(None)
