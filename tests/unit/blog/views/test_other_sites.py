"""What is not the blog's is Wagtail's: other sites of the same Wagtail, and pages of other types beside the posts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Page, PageViewRestriction, Site

from blog.models import BlogPage, PlainPage
from tests.support.factories import make_post

OTHER = {"host": "other.example"}


@pytest.fixture
def root(blog: BlogPage) -> Page:
    """The root page of a second site, which is no blog."""
    page = Page.objects.get(depth=1).add_child(instance=Page(title="Other home", slug="other-home"))
    Site.objects.create(hostname="other.example", port=80, root_page=page)
    return page


@pytest.fixture
def served() -> Iterator[list[str]]:
    """The titles of the pages that Wagtail's two hooks have met."""
    met: list[str] = []

    def before(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> None:
        met.append(f"before {page.title}")

    def around(next_serve: Any) -> Any:
        def serve(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> Any:
            met.append(f"on {page.title}")
            return next_serve(page, request, args, kwargs)

        return serve

    with hooks.register_temporarily([("before_serve_page", before), ("on_serve_page", around)]):
        yield met


def add(parent: Page, slug: str, **fields: Any) -> Page:
    return parent.add_child(instance=Page(title=f"The {slug}", slug=slug, **fields))


def add_plain(parent: Page, slug: str = "about", **fields: Any) -> PlainPage:
    page: PlainPage = parent.add_child(
        instance=PlainPage(**{"title": f"The {slug}", "slug": slug, "body": "A *text*.", **fields})
    )
    return page


@pytest.mark.parametrize("path", ["about", "tags", "streams", "feeds", "comments", "random", "signup"])
def test_page_of_a_site_without_a_blog_is_served_by_wagtail(client: Client, root: Page, served: list[str], path: str) -> None:
    deep = add(add(root, path), "comment")
    add(deep, "sent")
    for url, title in {
        "/": "Other home",
        f"/{path}/": f"The {path}",
        f"/{path}/comment/": "The comment",
        f"/{path}/comment/sent/": "The sent",
    }.items():
        served.clear()
        response = client.get(url, headers=OTHER)
        assert (url, response.status_code) == (url, 200)
        assert title in response.text
        assert sorted(served) == [f"before {title}", f"on {title}"]


@pytest.mark.parametrize(
    "path",
    "tags/ tags/a/ streams/ streams/a/ feed.rss feed.json sitemap.xml sitemap-posts.xml robots.txt favicon.ico comments/ "
    "comments/feed.atom feeds/ feeds.opml random/ @ada/ @ada/tags/a/ a/ a.md a/feed.rss a/comment/ signup/ "
    "signup/sent/".split(),
)
def test_no_url_of_the_blog_is_found_on_a_site_without_one(client: Client, blog: BlogPage, root: Page, path: str) -> None:
    make_post(blog, "a", slug="a")
    assert client.get(f"/{path}", headers=OTHER).status_code == 404
    assert client.post(f"/{path}", headers=OTHER).status_code == 404


@pytest.mark.parametrize("fields", [{"live": False}, {"live": False, "go_live_at": timezone.now() + timedelta(days=1)}])
def test_unpublished_page_of_another_site_is_not_found(client: Client, root: Page, fields: dict[str, Any]) -> None:
    add(root, "about", **fields)
    assert client.get("/about/", headers=OTHER).status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("login", 302), ("password", 200), ("groups", 302)])
def test_restricted_page_of_another_site_asks_who_reads(client: Client, root: Page, kind: str, status: int) -> None:
    page = add(root, "about")
    PageViewRestriction(page=page, restriction_type=kind, password="secret").save()
    response = client.get("/about/", headers=OTHER)
    assert response.status_code == status
    assert "wagtailcore/page.html" not in [template.name for template in response.templates]


def test_blog_keeps_its_own_urls(client: Client, blog: BlogPage, root: Page) -> None:
    make_post(blog, "a", slug="a", title="A post")
    add(root, "tags")
    for path in (
        "/",
        "/tags/",
        "/tags/a/",
        "/streams/",
        "/feed.rss",
        "/sitemap.xml",
        "/robots.txt",
        "/a/",
        "/a.md",
        "/signup/",
    ):
        assert (path, client.get(path).status_code) == (path, 200)


def test_blog_that_is_no_sites_root_is_not_found(client: Client, root: Page) -> None:
    root.add_child(instance=BlogPage(title="Inner", slug="inner"))
    assert client.get("/inner/", headers=OTHER).status_code == 404


def test_pages_of_other_types_below_the_blog_are_served_by_wagtail(client: Client, blog: BlogPage, served: list[str]) -> None:
    deep = add(add(blog, "about"), "comment")
    add(deep, "deeper")
    for url, title in {
        "/about/": "The about",
        "/about/comment/": "The comment",
        "/about/comment/deeper/": "The deeper",
    }.items():
        served.clear()
        response = client.get(url)
        assert (url, response.status_code) == (url, 200)
        assert sorted(served) == [f"before {title}", f"on {title}"]
