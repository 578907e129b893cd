"""Addresses of listings and feeds of the system that a blog came from lead to what they meant."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect

from blog.models import BlogPage, PlainPage, PostPage, Tag, TagAlias
from blog.models.revision import raise_revision
from blog.selections.former_addresses import FormerAddress
from tests.support.factories import make_author, make_post

LEADS = {
    "/feed/": "/feed.rss",
    "/feed": "/feed.rss",
    "/feed/atom/": "/feed.atom",
    "/feed.xml": "/feed.atom",
    "/rss.xml": "/feed.rss",
    "/rss/": "/feed.rss",
    "/atom.xml": "/feed.atom",
    "/index.xml": "/feed.rss",
    "/tag/mail/": "/tags/mail/",
    "/tag/Mail": "/tags/mail/",
    "/tag/how%20we%20work/": "/tags/how-we-work/",
    "/tag/post/": "/tags/mail/",
    "/tag/feed/": "/tags/feed/",
    "/tag/feed/feed/": "/tags/feed/feed.rss",
    "/tags/mail/index.xml": "/tags/mail/feed.rss",
    "/category/mail/feed/": "/tags/mail/feed.rss",
    "/category/news/mail/": "/tags/mail/",
    "/categories/mail/atom.xml": "/tags/mail/feed.atom",
    "/tags/ci/cd/": "/tags/ci-cd/",
    "/tags/CI%2FCD/feed.rss": "/tags/ci-cd/feed.rss",
    "/author/ada/": "/@ada/",
    "/author/ada/feed/": "/@ada/feed.rss",
    "/2015/": "/?year=2015",
    "/2015/02/": "/?year=2015&month=2",
    "/2015/02/17/": "/?year=2015&month=2",
    "/2015/02/feed/": "/feed.rss?year=2015&month=2",
}
UNKNOWN = ("/tag/xyzzy/", "/tag/secret/", "/category/xyzzy/feed/", "/2014/", "/2015/13/", "/2016/", "/author/bob/", "/tag//")
UNKNOWN += ("/tag/mail+-mail/", "/tag/%00/", "/2015/02/some-note/", "/x/feed/", "/feed/x/", "/mail.xml", "/author/ada/x/")


@pytest.fixture
def moved(blog: BlogPage) -> BlogPage:
    author = make_author("ada")
    post = make_post(blog, "mail feed", authors=[author], published=datetime(2015, 2, 17, tzinfo=UTC))
    post.tags.add("How we work", "CI/CD")
    post.save()
    TagAlias.objects.create(slug="post", tag=Tag.objects.get(slug="mail"))
    hidden = make_post(blog, "secret", authors=[make_author("bob")], published=datetime(2016, 2, 17, tzinfo=UTC))
    hidden.unpublish()
    return blog


def test_former_address_leads_to_what_it_meant(client: Client, moved: BlogPage) -> None:
    found = {address: client.get(address, follow=True) for address in LEADS}
    assert {address: response.redirect_chain[-1] for address, response in found.items()} == {
        address: (target, 301) for address, target in LEADS.items()
    }
    assert {response.status_code for response in found.values()} == {200}
    assert client.head("/feed/")["Location"] == "/feed.rss"


def test_what_means_no_visible_note_is_unknown(client: Client, moved: BlogPage) -> None:
    assert {address: client.get(address).status_code for address in UNKNOWN} == dict.fromkeys(UNKNOWN, 404)
    assert client.post("/tag/mail/").status_code in (404, 405)


def test_page_or_redirect_of_that_address_goes_first(client: Client, moved: BlogPage) -> None:
    old = make_post(moved, slug="year", title="The year 2015")
    PostPage.objects.filter(pk=old.pk).update(slug="2015", url_path=f"{moved.url_path}2015/")  # made before years were reserved
    raise_revision([old.pk])
    about = moved.add_child(instance=PlainPage(title="Tag", slug="tag"))
    about.add_child(instance=PlainPage(title="Mail", slug="mail"))
    Redirect.objects.create(old_path="/feed.xml", site=moved.get_site(), redirect_link="/streams/", is_permanent=True)
    assert "The year 2015" in client.get("/2015/").text
    assert '<h1 dir="auto">Mail</h1>' in client.get("/tag/mail/").text
    assert client.get("/feed.xml")["Location"] == "/streams/"
    PostPage.objects.get(slug="2015").unpublish()
    assert client.get("/2015/")["Location"] == "/?year=2015"


@pytest.mark.parametrize("path", ["/", "//", "/about/", "/2015x/", "/feeds/", "/tagfeed/", "/2015feed/", "/tag/", "/20/"])
def test_other_addresses_are_none_of_these(path: str) -> None:
    assert FormerAddress.parse(path) is None
