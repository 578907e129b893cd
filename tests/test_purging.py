"""A proxy in front forgets what a change has changed: told by the worker, over real HTTP, whatever stops meanwhile."""

import doctest
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from blog import whereabouts
from blog.models import Appearance, BlogPage, Pin, PostPage, Stream, Tag
from blog.models.revision import KEPT_REVISIONS, IndexRevision, raise_revision
from blog.services.tags import merge_tags
from blog.snapshots import read_revision
from kimonote.chores import chores, publish_scheduled
from kimonote.models import Purged, Shown, ToPurge
from kimonote.proxy import PurgeError
from kimonote.purging import purge_changed
from kimonote.worker import Chore, Worker
from tests.checkout import free_port
from tests.factories import make_author, make_blog, make_post
from tests.purge_server import PurgeServer, proxy
from tests.silence import silence

__all__ = ["proxy"]

FEEDS = ("", "feed.rss", "feed.atom", "feed.json")
WHOLE = [
    *(
        "/tags/",
        "/streams/",
        "/feeds/",
        "/feeds.opml",
        "/sitemap.xml",
        "/sitemap-posts.xml",
        "/sitemap-tags.xml",
        "/robots.txt",
    ),
    *(place + feed for place in ("/", "/comments/") for feed in FEEDS),
]


def purge() -> None:
    while purge_changed():
        pass


def expected(*places: str) -> list[str]:
    """What tells of the whole blog, and these places with their feeds."""
    own = (place + feed for place in places for feed in (FEEDS if place.endswith("/") else ("",)))
    return sorted(f"testserver{address}" for address in {*WHOLE, *own})


def of_post(slug: str, tags: Iterable[str] = ()) -> list[str]:
    return [f"/{slug}/", f"/{slug}.md", *(f"/tags/{tag}/" for tag in tags)]


@pytest.fixture
def told(blog: BlogPage, proxy: PurgeServer) -> PurgeServer:
    """A proxy that knows of two posts, and of all that came before."""
    make_post(blog, "a b", slug="first")
    make_post(blog, "c", slug="second")
    purge()
    proxy.told()
    return proxy


def test_nothing_has_changed_and_nothing_is_purged(told: PurgeServer, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):
        purge()
    assert told.told() == []


def test_publishing_purges_what_shows_the_post(told: PurgeServer, blog: BlogPage) -> None:
    make_post(blog, "a naïve", slug="third", author=make_author("ada"))
    purge()
    own = of_post("third", ["a", "na%C3%AFve"])
    assert set(expected(*own, "/@ada/", "/@ada/tags/a/", "/@ada/tags/na%C3%AFve/")) <= set(told.told())


def test_every_address_that_is_purged_is_one(told: PurgeServer, blog: BlogPage, client: Client) -> None:
    """What is purged is what the site answers at: else it would be spelt otherwise than readers ask for it."""
    make_post(blog, "a 日本", slug="dritter-beitrag", author=make_author("ada"))
    Stream.objects.create(blog=blog, name="Stream", slug="stream", expression="a")
    purge()
    purged = [address.removeprefix("testserver") for address in told.told()]
    assert len(purged) > 40
    assert [address for address in purged if client.get(address).status_code != 200] == []


def test_saving_purges_the_post_s_own_places_and_those_of_all(told: PurgeServer) -> None:
    post = PostPage.objects.get(slug="first")
    post.save_revision().publish()
    purge()
    assert told.told() == expected(*of_post("first", "ab"))


def test_draft_purges_nothing(told: PurgeServer) -> None:
    PostPage.objects.get(slug="first").save_revision()
    purge()
    assert told.told() == []


def test_retagging_purges_the_old_tag_too(told: PurgeServer) -> None:
    post = PostPage.objects.get(slug="first")
    post.tags.set(["b", "d"])
    post.save()
    purge()
    assert told.told() == expected(*of_post("first", "abd"))
    post.save()
    purge()
    assert told.told() == expected(*of_post("first", "bd"))


def test_new_slug_purges_the_old_one_too(told: PurgeServer) -> None:
    post = PostPage.objects.get(slug="first")
    post.slug = "renamed"
    post.save()
    purge()
    assert told.told() == expected(*of_post("first", "ab"), *of_post("renamed"))


def unpublish(post: PostPage) -> None:
    post.unpublish()


def delete(post: PostPage) -> None:
    post.delete()


def restrict(post: PostPage) -> None:
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)


def comment(post: PostPage) -> None:
    raise_revision([post.pk])


def expire(post: PostPage) -> None:
    PostPage.objects.filter(pk=post.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    publish_scheduled()


@pytest.mark.parametrize("change", [unpublish, delete, restrict, comment, expire])
def test_every_way_a_post_goes_purges_where_it_was(told: PurgeServer, change) -> None:
    change(PostPage.objects.get(slug="first"))
    purge()
    assert told.told() == expected(*of_post("first", "ab"))


def test_pinning_purges_the_tag_s_listing(told: PurgeServer) -> None:
    pin = Pin.objects.create(tag=Tag.objects.get(slug="c"), post=PostPage.objects.get(slug="first"))
    purge()
    assert told.told() == expected(*of_post("first", "abc"))
    pin.delete()
    purge()
    assert told.told() == expected(*of_post("first", "abc"))


def test_stream_is_purged_under_its_old_name_too(told: PurgeServer, blog: BlogPage) -> None:
    stream = Stream.objects.create(blog=blog, name="Old", slug="old", expression="a")
    purge()
    assert told.told() == expected("/streams/old/")
    stream.slug = "new"
    stream.save()
    purge()
    assert told.told() == expected("/streams/old/", "/streams/new/")


def test_renamed_tag_purges_old_and_new_addresses(told: PurgeServer) -> None:
    tag = Tag.objects.get(slug="a")
    tag.name = tag.slug = "z"
    tag.save()
    purge()
    assert told.told() == expected(*of_post("first", "abz"), *of_post("second", "c"))


def test_merged_tag_purges_both(told: PurgeServer) -> None:
    merge_tags(Tag.objects.get(slug="a"), Tag.objects.get(slug="c"))
    purge()
    purged = told.told()
    assert set(expected(*of_post("first", "abc"))) <= set(purged)


def set_accent(blog: BlogPage) -> None:
    Appearance(site=Site.objects.get(), accent="#800000").save()


def rename_site(blog: BlogPage) -> None:
    site = Site.objects.get()
    site.site_name = "Other"
    site.save()


def save_blog(blog: BlogPage) -> None:
    blog.save()


def raise_too_often(blog: BlogPage) -> None:
    IndexRevision.objects.update(number=IndexRevision.objects.get().number + KEPT_REVISIONS + 1)


@pytest.mark.parametrize("change", [set_accent, rename_site, save_blog, raise_too_often])
def test_what_every_page_shows_purges_every_post(told: PurgeServer, blog: BlogPage, change) -> None:
    change(blog)
    purge()
    assert told.told() == expected(*of_post("first", "ab"), *of_post("second", "c"))


def test_first_time_purges_everything(blog: BlogPage, proxy: PurgeServer) -> None:
    make_post(blog, "a", slug="first")
    purge()
    assert proxy.told() == expected(*of_post("first", "a"))


def test_every_site_is_purged_by_one_connection_a_batch(told: PurgeServer) -> None:
    other = BlogPage(title="Other", slug="other")
    BlogPage.objects.get().get_parent().add_child(instance=other)
    Site.objects.create(hostname="other.example", port=8080, root_page=other)
    purge()
    told.told()
    before = told.connections
    PostPage.objects.get(slug="first").save()
    purge()
    one = expected(*of_post("first", "ab"))
    assert told.told() == sorted([*one, *(address.replace("testserver", "other.example:8080") for address in one)])
    assert told.connections - before == 2  # a connection for each host


def test_proxy_that_is_down_holds_nothing_up_and_is_told_later(told: PurgeServer, settings) -> None:
    settings.WAGTAILFRONTENDCACHE["default"]["LOCATION"] = f"http://127.0.0.1:{free_port()}"
    PostPage.objects.get(slug="first").save()
    failing = Worker([Chore("purge the proxy", timedelta(seconds=2), purge_changed)], threading.Event())
    assert failing.run_once() is False
    with pytest.raises(PurgeError, match="cannot be reached"):
        purge_changed()
    PostPage.objects.get(slug="second").delete()
    waiting = ToPurge.objects.count()
    with pytest.raises(PurgeError):
        purge_changed()
    assert ToPurge.objects.count() == waiting  # it does not grow meanwhile
    settings.WAGTAILFRONTENDCACHE["default"]["LOCATION"] = told.url
    purge()
    assert set(told.told()) == {*expected(*of_post("first", "ab")), *expected(*of_post("second", "c"))}
    assert ToPurge.objects.count() == 0


def test_proxy_that_says_nothing_is_not_waited_for(told: PurgeServer, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kimonote.proxy.PATIENCE", 0.1)
    PostPage.objects.get(slug="first").save()
    with silence() as (port, taken):
        settings.WAGTAILFRONTENDCACHE["default"]["LOCATION"] = f"http://127.0.0.1:{port}"
        purge_changed()
        with pytest.raises(PurgeError, match="TimeoutError"):
            purge_changed()
        assert len(taken) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_the_proxy_together(proxy: PurgeServer) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite's test database is of one connection alone.")
    blog = make_blog()
    for number in range(60):
        make_post(blog, "a", slug=f"post-{number}")
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        purge()
        connection.close()

    with ThreadPoolExecutor(2) as workers:
        for done in [workers.submit(work) for _ in range(2)]:
            done.result()
    assert set(proxy.told()) == set(expected("/tags/a/", *(place for n in range(60) for place in of_post(f"post-{n}"))))
    assert (ToPurge.objects.count(), Purged.at(read_revision())) == (0, True)


@pytest.mark.parametrize("status", [403, 405, 500])
def test_proxy_that_refuses_is_named(told: PurgeServer, status: int) -> None:
    told.status = status
    PostPage.objects.get(slug="first").save()
    with pytest.raises(PurgeError, match=rf"answered {status} to PURGE http://testserver/: let it take that"):
        purge()


def test_proxy_that_had_no_such_page_is_content(told: PurgeServer) -> None:
    told.status = 404
    PostPage.objects.get(slug="first").save()
    purge()
    assert ToPurge.objects.count() == 0


def test_proxy_may_be_told_to_forget_everything_by_one_address(told: PurgeServer, settings) -> None:
    settings.PURGE_URL = f"{told.url}/everything"
    PostPage.objects.get(slug="first").save()
    raise_revision(())
    purge()
    assert told.told() == ["testserver/everything"]
    purge()
    assert told.told() == []
    settings.PURGE_URL = told.url
    purge()  # what was to be seen meanwhile is not known: everything
    assert told.told() == expected(*of_post("first", "ab"), *of_post("second", "c"))


def test_publishing_in_the_admin_asks_no_proxy(told: PurgeServer, admin_client: Client) -> None:
    PostPage.objects.get(slug="first").save_revision().publish()
    post = PostPage.objects.get(slug="second")
    assert admin_client.post(f"/admin/pages/{post.pk}/unpublish/").status_code == 302
    assert not PostPage.objects.get(pk=post.pk).live
    assert told.told() == []


def test_worker_purges_only_where_there_is_a_proxy(settings) -> None:
    def names() -> list[str]:
        return [chore.name for chore in chores(timedelta(seconds=2), lambda: False)]

    assert "purge the proxy" not in names()
    settings.PURGE_URL = "http://127.0.0.1:6081"
    assert "purge the proxy" in names()


def test_what_is_kept_can_be_read() -> None:
    kept = (Purged(revision=7), Shown(post_id=3), ToPurge(place="/tags/a/"))
    assert [str(row) for row in kept] == ["7", "post 3", "/tags/a/"]


def test_documented_examples_hold() -> None:
    assert doctest.testmod(whereabouts).failed == 0
