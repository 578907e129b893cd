"""Pages that processes share by CACHE_URL, in a real Redis: what gets in, what never does, and what happens without it."""

import doctest
import logging
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from redis import Redis

from blog import answers, finished
from blog.finished import Page
from blog.models import BlogPage, PostPage
from blog.pagecache import shelf
from blog.sharedcache import LARGEST, LIFETIME, SharedCache
from kimonote import caches as addresses
from tests.checkout import answers as site_answers
from tests.checkout import checkout, free_port, get, start, stop, wait_for
from tests.factories import make_post
from tests.redis_server import needs_redis, redis, redis_port, running_redis, share, unshare
from tests.silence import silence

__all__ = ["checkout", "redis", "redis_port"]

ROOT = Path(__file__).parent.parent
VERSION = 'W/"v"'
KEY = ("http", "testserver", "/", "br")
SECRETLY = "changed without anyone's knowing"  # so that a page made anew shows


def another_process() -> Client:
    """What a process knows that has just been started: nothing."""
    shelf.clear()
    return Client()


def page(body: bytes = b"body", stale_at: float | None = None) -> Page:
    return Page(200, (("Content-Type", "text/plain"),), body, 1, stale_at, VERSION, "br")


@needs_redis
@pytest.mark.parametrize("coding", ["", "gzip", "br"])
def test_page_of_one_process_is_the_others_too(redis: Redis, blog: BlogPage, coding: str) -> None:
    make_post(blog, "a", title="Shared")
    first = another_process().get("/tags/a/", headers={"Accept-Encoding": coding})
    PostPage.objects.update(card=SECRETLY)
    second = another_process().get("/tags/a/", headers={"Accept-Encoding": coding})
    assert (second.status_code, second.content, second.headers) == (200, first.content, first.headers)


@needs_redis
@pytest.mark.parametrize(
    ("address", "status"), [("/post/", 200), ("/post.md", 200), ("/feed.rss", 200), ("/tags/unknown/", 404)]
)
def test_every_public_answer_is_shared(redis: Redis, blog: BlogPage, address: str, status: int) -> None:
    make_post(blog, "a", slug="post")
    first = another_process().get(address)
    before = redis.info("stats")["keyspace_hits"]
    second = another_process().get(address)
    assert (second.status_code, second.content, second.headers) == (status, first.content, first.headers)
    assert redis.info("stats")["keyspace_hits"] - before == 1


@needs_redis
def test_page_packed_better_is_shared_as_that(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a b c d")
    client, coding = another_process(), {"Accept-Encoding": "br"}
    quick, thorough = client.get("/", headers=coding), client.get("/", headers=coding)
    assert len(thorough.content) < len(quick.content)
    assert another_process().get("/", headers=coding).content == thorough.content


@needs_redis
def test_publishing_shows_in_the_next_request_of_every_process(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a", title="First")
    for _ in range(2):
        another_process().get("/tags/a/")
    make_post(blog, "a", title="Second")
    for _ in range(2):
        assert "Second" in another_process().get("/tags/a/").content.decode()


@needs_redis
def test_page_at_hand_never_asks_the_cache(redis: Redis, client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    for _ in range(2):
        client.get("/tags/a/", headers={"Accept-Encoding": "br"})
    before = redis.info("commandstats").get("cmdstat_get", {})["calls"], redis.info("commandstats")["cmdstat_set"]["calls"]
    client.get("/tags/a/", headers={"Accept-Encoding": "br"})
    after = redis.info("commandstats")["cmdstat_get"]["calls"], redis.info("commandstats")["cmdstat_set"]["calls"]
    assert after == before


@needs_redis
def test_reader_whose_copy_still_holds_costs_no_question(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a")
    etag = another_process().get("/")["ETag"]
    before = redis.info("stats")["keyspace_hits"] + redis.info("stats")["keyspace_misses"]
    assert another_process().get("/", headers={"If-None-Match": etag}).status_code == 304
    assert redis.info("stats")["keyspace_hits"] + redis.info("stats")["keyspace_misses"] == before


@needs_redis
def test_nothing_personal_enters_nor_leaves(redis: Redis, blog: BlogPage, admin_client: Client) -> None:
    hidden = make_post(blog, "a", title="Hidden", live=False)
    make_post(blog, "a")
    for address in ("/", "/tags/a/", "/admin/", f"/admin/pages/{hidden.pk}/edit/", f"/admin/pages/{hidden.pk}/view_draft/"):
        admin_client.get(address)
    for address in ("/admin/login/", "/signup/", "/random/", "/_util/health/", "/?view=full"):
        another_process().get(address)
        assert (address, redis.dbsize()) == (address, 0)
    another_process().get("/")
    assert redis.dbsize() == 1
    shelf.clear()
    before = redis.info("stats")["keyspace_hits"]
    assert admin_client.get("/")["Cache-Control"] == "private, no-store"
    assert redis.info("stats")["keyspace_hits"] == before


@needs_redis
def test_another_release_finds_nothing(redis: Redis, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    make_post(blog, "a")
    another_process().get("/tags/a/")
    PostPage.objects.update(card=SECRETLY)
    monkeypatch.setattr(answers, "release", lambda: "another")
    answers.validators.cache_clear()
    assert SECRETLY in another_process().get("/tags/a/").content.decode()
    answers.validators.cache_clear()


@needs_redis
def test_other_host_finds_nothing(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a")
    another_process().get("/tags/a/")
    PostPage.objects.update(card=SECRETLY)
    assert SECRETLY in another_process().get("/tags/a/", headers={"Host": "127.0.0.1"}).content.decode()
    assert another_process().get("/tags/a/", headers={"Host": "evil.example"}).status_code == 400


@needs_redis
@pytest.mark.parametrize(("old", "new"), [(b"Mine", b"Evil"), (b'"status": 200', b'"status": 404')])
def test_whoever_writes_into_the_cache_writes_no_page(redis: Redis, blog: BlogPage, old: bytes, new: bytes) -> None:
    make_post(blog, "a", title="Mine")
    first = another_process().get("/")
    (name,) = redis.keys()
    kept = redis.get(name)
    assert old in kept
    for forged in (kept.replace(old, new), b"", b"pickled", kept[:50]):
        redis.set(name, forged)
        answer = another_process().get("/")
        assert (answer.status_code, answer.content) == (200, first.content)


@needs_redis
def test_page_moved_to_another_name_is_not_taken(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a", title="Moved")
    another_process().get("/tags/a/")
    moved = redis.get(redis.keys()[0])
    front = another_process().get("/")
    for name in list(redis.scan_iter()):
        redis.set(name, moved)
    assert another_process().get("/").content == front.content


@needs_redis
def test_pages_are_kept_for_a_while_and_only_as_long_as_they_hold(redis: Redis, blog: BlogPage) -> None:
    make_post(blog, "a")
    another_process().get("/")
    assert 0 < redis.ttl(redis.keys()[0]) <= LIFETIME
    redis.flushall()
    make_post(blog, "a", expire_at=timezone.now() + timedelta(seconds=60))
    another_process().get("/")
    assert 0 < redis.ttl(redis.keys()[0]) <= 60


@needs_redis
def test_large_page_is_each_process_s_own(redis: Redis) -> None:
    shared = SharedCache.configured()
    assert shared is not None
    shared.keep(KEY, page(b"x" * (LARGEST + 1)))
    shared.keep(KEY, page(stale_at=time.time() - 1))
    assert redis.dbsize() == 0
    shared.keep(KEY, page(b"x" * LARGEST))
    assert (shared.find(KEY, VERSION), shared.find(KEY, 'W/"w"')) == (page(b"x" * LARGEST), None)


def test_cache_that_is_down_is_no_reader_s_failure(blog: BlogPage, settings, caplog: pytest.LogCaptureFixture) -> None:
    share(settings, f"redis://127.0.0.1:{free_port()}/0")
    make_post(blog, "a", title="Without")
    client = another_process()
    for address in ("/", "/tags/a/", "/", "/feed.rss"):
        assert "Without" in client.get(address).content.decode()
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1
    assert warned[0].startswith("The shared cache fails (")
    unshare()


def test_cache_that_says_nothing_is_asked_once_and_left_alone(blog: BlogPage, settings) -> None:
    make_post(blog, "a", title="Without")
    with silence() as (port, taken):
        share(settings, f"redis://127.0.0.1:{port}/0")
        client = another_process()
        for address in ("/", "/tags/a/", "/", "/feed.rss"):
            assert "Without" in client.get(address).content.decode()
        unshare()
        assert len(taken) == 1


@needs_redis
def test_cache_that_is_back_is_used_again(settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    share(settings, f"redis://127.0.0.1:{port}/0")
    shared = SharedCache(caches["pages"])
    shared.keep(KEY, page())
    with running_redis(port, tmp_path):
        shared.keep(KEY, page())
        shared._rests_until = 0.0  # its pause is over
        assert shared.find(KEY, VERSION) is None
        shared.keep(KEY, page())
        assert shared.find(KEY, VERSION) == page()
    unshare()
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        "The shared cache fails",
        "The shared cache answers again.",
    ]


def test_without_the_setting_there_is_none() -> None:
    assert SharedCache.configured() is None


def test_documented_examples_hold() -> None:
    assert [doctest.testmod(module).failed for module in (finished, addresses)] == [0, 0]


def test_release_is_the_same_on_every_machine_with_the_same_files(tmp_path: Path, settings) -> None:
    words = []
    for name in ("one", "two"):
        settings.ROOT = tmp_path / name
        shutil.copytree(ROOT / "templates", settings.ROOT / "templates", copy_function=shutil.copy)
        os.utime(settings.ROOT / "templates" / "404.html", (len(words), len(words)))
        words.append(answers.release.__wrapped__())
    assert words[0] == words[1]
    (settings.ROOT / "templates" / "404.html").write_text("another")
    assert answers.release.__wrapped__() != words[0]


@needs_redis
@pytest.mark.once
def test_two_servers_share_pages_until_one_of_them_publishes(checkout: Path, redis_port: int, tmp_path: Path) -> None:
    python, ports = str(checkout / ".venv" / "bin" / "python"), (free_port(), free_port())
    variables = {
        "ENV_FILE": os.devnull,
        "DEVELOPMENT": "true",
        "VAR_DIR": str(tmp_path),
        "CACHE_URL": f"valkey://127.0.0.1:{redis_port}/1",
    }
    for command in (["collectstatic", "--noinput", "--verbosity", "0"], ["prepare"]):
        prepared = start(checkout, python, "manage.py", *command, **variables)
        assert prepared.end() == 0, prepared.output
    servers = [start(checkout, python, "manage.py", "serve", "--port", str(port), **variables) for port in ports]
    try:
        for server, port in zip(servers, ports, strict=True):
            wait_for(lambda port=port: site_answers(port), server)
        with Redis(port=redis_port, db=1) as redis:
            redis.flushdb()
            first, other = (get(port, "/tags/", Host="127.0.0.1")[1] for port in ports)
            assert (first, redis.dbsize()) == (other, 1)
        words = "from tests.factories import *; from blog.models import *; make_post(BlogPage.objects.get(), 'fresh')"
        published = start(checkout, python, "manage.py", "shell", "-c", words, **variables)
        assert published.end() == 0, published.output
        for port in ports:
            assert b"/tags/fresh/" in get(port, "/tags/", Host="127.0.0.1")[1]
    finally:
        for server in servers:
            stop(server)
