"""Plain pages: their text, their place in the navigation, and that nothing hidden shows anywhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PlainPage
from blog.services.scheduling import publish_scheduled
from tests.support.factories import make_post
from tests.unit.blog.views.test_other_sites import add_plain

URLS = (
    "/",
    "/",
    "/tags/",
    "/streams/",
    "/a/",
    "/feeds/",
    "/nowhere/",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/feed.rss",
    "/?q=xylophone",
)


def restrict(kind: str) -> Callable[[PlainPage], None]:
    return lambda page: PageViewRestriction(page=page, restriction_type=kind, password="secret").save()


def expire(page: PlainPage) -> None:
    PlainPage.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    publish_scheduled()


HIDING: dict[str, Callable[[PlainPage], None]] = {
    "unpublished": lambda page: page.unpublish(),
    "expired": expire,
    "deleted": lambda page: page.delete(),
    "login": restrict("login"),
    "password": restrict("password"),
    "groups": restrict("groups"),
}


def test_plain_page_shows_its_text_and_stands_in_the_navigation(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", slug="a")
    assert "/about/" not in client.get("/").text
    page = add_plain(blog, show_in_menus=True)
    add_plain(page, "deep", show_in_menus=True)
    for url in ("/", "/tags/", "/streams/", "/a/", "/about/", "/nowhere/"):
        text = client.get(url).text
        assert (url, text.count('href="/about/"')) == (url, 1 if url != "/about/" else text.count('href="/about/"'))
        assert "/deep/" not in text
    text = client.get("/about/").text
    assert "A <em>text</em>." in text
    assert 'href="/about/" aria-current="page"' in text
    assert client.get("/about/deep/").status_code == 200
    assert "/about/deep/" in client.get("/sitemap-pages.xml").text


@pytest.mark.parametrize("transition", HIDING)
def test_hidden_plain_page_shows_nowhere(client: Client, blog: BlogPage, transition: str) -> None:
    make_post(blog, "a", slug="a")
    page = add_plain(blog, "xylophone", show_in_menus=True)
    add_plain(page, "deep")
    assert "The xylophone" in client.get("/").text
    assert "/xylophone/deep/" in client.get("/sitemap-pages.xml").text
    HIDING[transition](page)
    assert [url for url in URLS if "The xylophone" in client.get(url).text] == []
    assert "/xylophone/<" not in client.get("/sitemap-pages.xml").text
    assert "A <em>text</em>." not in client.get("/xylophone/").text


@pytest.mark.parametrize("fields", [{}, {"go_live_at": timezone.now() + timedelta(days=1)}])
def test_plain_page_not_published_yet_shows_nowhere(client: Client, blog: BlogPage, fields: dict[str, object]) -> None:
    add_plain(blog, "xylophone", show_in_menus=True, live=False, **fields)
    assert [url for url in URLS if "The xylophone" in client.get(url).text] == []
    assert client.get("/xylophone/").status_code == 404


def test_menu_page_vanishes_when_its_time_has_come(client: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = add_plain(blog, show_in_menus=True, expire_at=timezone.now() + timedelta(hours=1))
    first = client.get("/")
    assert "The about" in first.text
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("time.time", later.timestamp)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "The about" not in client.get("/").text
    assert client.get("/", headers={"if-none-match": first["ETag"]}).status_code == 200
    assert client.get(f"/{page.slug}/").status_code == 404


def test_slug_of_the_site_itself_is_refused(blog: BlogPage) -> None:
    with pytest.raises(ValidationError, match="address of the site itself"):
        PlainPage(title="Tags", slug="tags").clean()
