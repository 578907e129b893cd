import gzip
import os
import pickle
import shutil
import tracemalloc
from datetime import timedelta
from pathlib import Path
from sys import getsizeof

import brotli
import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from benchmarks.servers import manage, site, site_environment
from blog.caching import conditional
from blog.caching.response import OVERHEAD, CachedResponse, Key, ResponseCache, response_cache
from blog.models import BlogPage, IndexRevision
from blog.request import public_state
from blog.tagindex import store
from tests.support.checkout import get, static_files
from tests.support.demo_site import DATABASE
from tests.support.factories import make_post

__all__ = ["static_files"]

ROOT = Path(__file__).parents[4]


def response(body: bytes) -> CachedResponse:
    return CachedResponse(200, (), body, 1)


def test_cache_beyond_its_limit_drops_the_least_recently_used() -> None:
    entry = OVERHEAD + 10 + getsizeof("a") + getsizeof("")
    small = ResponseCache(limit=3 * entry)
    keys = [Key("http", "h", path, "", "") for path in "abc"]
    for key in keys:
        small.put(key, response(b"0123456789"))
    small.get(keys[0])
    small.put(Key("http", "h", "d", "", ""), response(b"0123456789"))
    assert [small.get(key) is not None for key in keys] == [True, False, True]
    assert small.size == 3 * entry


@pytest.mark.parametrize("address", ["/tags/a/?n={}", "/tags/a/?n={}&x=" + "x" * 7000, "/tags/b+a/?n={}&x=" + "x" * 7000])
def test_size_is_the_memory_that_entries_take(client: Client, blog: BlogPage, address: str) -> None:
    """Of pages, with addresses as long as a server takes, and of redirects to these."""
    make_post(blog, "a b")
    for number in range(200):
        client.get(address.format(number))
    keys = [Key.of(RequestFactory().get(address.format(number))) for number in range(200)]
    copied = pickle.dumps([(key, response_cache.get(key)) for key in keys])
    kept = ResponseCache(limit=100_000_000)
    tracemalloc.start()
    for entry in pickle.loads(copied):
        kept.put(*entry)
    del entry
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert 0.8 < taken / kept.size < 1.2


def test_page_again_is_the_same_without_asking_more_than_the_revision(
    client: Client, blog: BlogPage, django_assert_num_queries
) -> None:
    make_post(blog, "a")
    first = client.get("/tags/a/")
    with django_assert_num_queries(1):
        second = client.get("/tags/a/")
    assert (second.content, second.headers) == (first.content, first.headers)


def test_publishing_shows_in_the_next_request(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", title="First")
    client.get("/tags/a/")
    make_post(blog, "a", title="Second")
    assert "Second" in client.get("/tags/a/").content.decode()


def test_each_coding_is_cached_separately(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Encoding"] == "gzip"
    assert not plain.has_header("Content-Encoding")


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_page_requested_again_is_compressed_better(client: Client, blog: BlogPage, coding: str) -> None:
    make_post(blog, "a b c d")
    unpack = gzip.decompress if coding == "gzip" else brotli.decompress
    first, second, third = (client.get("/", headers={"Accept-Encoding": coding}) for _ in range(3))
    assert unpack(first.content) == unpack(second.content) == client.get("/").content
    assert len(second.content) < len(first.content)
    assert (third.content, third.headers) == (second.content, second.headers)
    assert [answer["Content-Length"] for answer in (first, second)] == [str(len(first.content)), str(len(second.content))]
    assert first["ETag"] == second["ETag"]


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("gzip;q=0.5, br;q=0", "gzip"), ("zstd", "")]
)
def test_full_view_is_streamed_in_the_coding_that_a_browser_accepts(
    client: Client, blog: BlogPage, accepted: str, coding: str
) -> None:
    make_post(blog, "a", title="Streamed")
    plain = client.get("/?view=full").getvalue()
    response = client.get("/?view=full", headers={"Accept-Encoding": accepted})
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[coding]
    assert response.streaming
    assert response.get("Content-Encoding", "") == coding
    assert unpack(response.getvalue()) == plain
    assert b"Streamed" in plain


def test_streamed_post_can_be_decompressed_before_the_next_is_read(client: Client, blog: BlogPage) -> None:
    for title in ("Second", "First"):
        make_post(blog, "a", title=title)
    pieces = iter(client.get("/?view=full", headers={"Accept-Encoding": "br"}))
    unpack, text = brotli.Decompressor(), b""
    while b"First" not in text:
        text += unpack.process(next(pieces))
    assert b"Second" not in text


def test_second_visit_with_the_validator_is_304(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    etag = client.get("/")["ETag"]
    for _ in range(2):
        answer = client.get("/", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
        assert {name for name, _ in answer.items()} - {"Last-Modified"} == {"ETag", "Cache-Control", "Vary"}
    response_cache.clear()
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304
    make_post(blog, "a")
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 200


def test_page_made_right_after_a_change_gets_its_date_later(
    client: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, later = timezone.now() + timedelta(minutes=1), timezone.now() + timedelta(minutes=2)
    IndexRevision.objects.update(changed=changed)  # a change so young that another may follow within its second
    store.clear()
    assert "Last-Modified" not in client.get("/")
    monkeypatch.setattr("time.time", later.timestamp)
    monkeypatch.setattr(timezone, "now", lambda: later)
    date = client.get("/")["Last-Modified"]
    assert date == http_date(changed.timestamp())
    assert client.get("/", headers={"If-Modified-Since": date}).status_code == 304


@pytest.mark.parametrize("method", ["get", "head"])
def test_date_alone_is_enough_for_304(client: Client, blog: BlogPage, method: str) -> None:
    make_post(blog, "a")
    IndexRevision.objects.update(changed=timezone.now() - timedelta(minutes=1))  # nothing has happened within this second
    store.clear()
    changed = client.get("/")["Last-Modified"]
    earlier = http_date(parse_http_date(changed) - 1)
    for _ in range(2):
        statuses = {
            date: getattr(client, method)("/", headers={"If-Modified-Since": date}).status_code for date in (changed, earlier)
        }
        assert statuses == {changed: 304, earlier: 200}
        response_cache.clear()
    other = client.get("/", headers={"If-Modified-Since": changed, "If-None-Match": 'W/"other"'})
    assert other.status_code == 200  # RFC 9110, section 13.1.3


def test_change_within_the_second_has_no_date(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    for _ in range(2):
        first = client.get("/")
        assert not first.has_header("Last-Modified")
        assert client.get("/", headers={"If-Modified-Since": http_date()}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/", 304), ("/tags/a/", 304), ("/tags/unknown/", 404), ("/tags/a+-a/", 400)])
def test_any_page_that_there_is_is_304(client: Client, blog: BlogPage, path: str, status: int) -> None:
    make_post(blog, "a")
    for _ in range(2):
        assert client.get(path, headers={"If-None-Match": "*"}).status_code == status


@pytest.mark.parametrize("named", ["{}", '"other", {}', '{}, W/"other"', "{strong}"])
def test_validator_is_compared_weakly_and_among_others(client: Client, blog: BlogPage, named: str) -> None:
    make_post(blog, "a")
    etag = client.get("/")["ETag"]
    given = named.format(etag, strong=etag.removeprefix("W/"))
    assert client.get("/", headers={"If-None-Match": given}).status_code == 304
    response_cache.clear()
    assert client.get("/", headers={"If-None-Match": given}).status_code == 304


def test_state_is_of_one_revision(rf: RequestFactory, blog: BlogPage) -> None:
    request = rf.get("/")
    old = public_state(request)
    assert old is not None
    blog.title = "Renamed"
    blog.save()
    late = public_state(request, old.snapshot.revision)  # read just before the change was committed
    assert late is not None
    assert late.blog.title == "Renamed"
    assert late.snapshot.revision > old.snapshot.revision


def test_reader_with_a_session_is_answered_apart(client: Client, blog: BlogPage, admin_client: Client) -> None:
    make_post(blog, "a")
    answer = admin_client.get("/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer["Vary"]
    assert response_cache.size == 0
    public = client.get("/")
    assert "Cookie" not in public["Vary"]
    assert not public.cookies


def test_address_too_long_is_414(client: Client, blog: BlogPage) -> None:
    assert client.get("/tags/" + "a" * 9_000 + "/").status_code == 414


def test_head_is_like_get_without_a_body(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    got = client.get("/tags/a/")
    for _ in range(2):
        head = client.head("/tags/a/")
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", got["ETag"])
        assert head["Content-Length"] == got["Content-Length"]


def test_other_host_finds_nothing(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a")
    assert b"http://testserver/" in client.get("/feed.rss").content
    assert b"http://testserver/" not in client.get("/feed.rss", headers={"Host": "other.example"}).content


def test_question_mark_in_a_path_is_not_where_a_query_begins(client: Client, blog: BlogPage) -> None:
    """What is kept of `/tags/%3Fby=count/` is not sent at `/tags/?by=count/?`."""
    make_post(blog, "sea")
    assert client.get("/tags/%3Fby=count/").status_code == 404
    assert client.get("/tags/?by=count/?").status_code == 200


def test_nothing_personal_is_kept(client: Client, blog: BlogPage, admin_client: Client) -> None:
    hidden = make_post(blog, "a", title="Hidden", live=False)
    make_post(blog, "a")
    for address in ("/", "/tags/a/", "/admin/", f"/admin/pages/{hidden.pk}/edit/", f"/admin/pages/{hidden.pk}/view_draft/"):
        admin_client.get(address)
    for address in ("/admin/login/", "/signup/", "/random/", "/_util/health/", "/?view=full"):
        client.get(address)
        assert (address, response_cache.size) == (address, 0)
    client.get("/")
    assert response_cache.size > 0
    assert admin_client.get("/")["Cache-Control"] == "private, no-store"


def test_release_is_the_same_on_every_machine_with_the_same_files(tmp_path: Path, settings) -> None:
    words = []
    for name in ("one", "two"):
        settings.ROOT = tmp_path / name
        shutil.copytree(ROOT / "templates", settings.ROOT / "templates", copy_function=shutil.copy)
        os.utime(settings.ROOT / "templates" / "pages" / "404.html", (len(words), len(words)))
        words.append(conditional.release.__wrapped__())
    assert words[0] == words[1]
    (settings.ROOT / "templates" / "pages" / "404.html").write_text("another")
    assert conditional.release.__wrapped__() != words[0]


@pytest.mark.once
def test_publishing_shows_in_the_next_request_of_every_server(demo_site: Path, static_files: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_site, tmp_path / "var")
    (folder / "static").symlink_to(static_files)
    place, same = (f"sqlite:///{folder / DATABASE}", folder), {"DEVELOPMENT": "true", "SITE_URL": "http://127.0.0.1"}
    with site(*place, **same) as one, site(*place, **same) as another:
        first, other = (get(server.port, "/tags/", Host="127.0.0.1")[1] for server in (one, another))
        assert first == other
        words = "from tests.support.factories import *; from blog.models import *; make_post(BlogPage.objects.get(), 'fresh')"
        manage("shell", "-c", words, **site_environment(*place, **same))
        for server in (one, another):
            assert b"/tags/fresh/" in get(server.port, "/tags/", Host="127.0.0.1")[1]
