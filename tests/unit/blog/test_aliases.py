"""A page that stands in several places of the tree (Wagtail's alias) is listed once, and names its original as canonical."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from blog.models import BlogPage, PlainPage, PostPage
from blog.tagindex import store
from tests.support.factories import make_blog, make_post

CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')


def canonical(client: Client, address: str, host: str = "testserver") -> str:
    found = CANONICAL.search(client.get(address, headers={"host": host}).text)
    return found[1] if found else ""


def listed(client: Client, host: str = "testserver") -> list[str]:
    return [item["url"] for item in client.get("/feed.json", headers={"host": host}).json()["items"]]


def alias_of(page: Page, slug: str, parent: Page | None = None) -> Page:
    return page.create_alias(parent=parent, update_slug=slug)


def test_alias_of_a_post_of_the_blog_is_listed_once(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a", slug="first", title="First")
    other = make_post(blog, "a", slug="second")
    store.snapshot(blog.path)  # which is then updated
    alias_of(alias_of(post, "again"), "once-more")
    assert listed(client) == ["http://testserver/second/", "http://testserver/first/"]
    for address in ("/", "/tags/a/", "/tags/", "/feed.atom", "/sitemap-posts.xml"):
        assert "/again/" not in client.get(address).text
    for address in ("/first/", "/again/", "/once-more/"):
        assert canonical(client, address) == "http://testserver/first/"
        assert "First" in client.get(address).text
    assert f'href="/{other.slug}/"' in client.get("/again/").text  # what stands beside it
    call_command("check_index")


def test_converted_alias_is_listed(client: Client, blog: BlogPage) -> None:
    from wagtail.actions.convert_alias import ConvertAliasPageAction

    alias = alias_of(make_post(blog, slug="first"), "again")
    assert listed(client) == ["http://testserver/first/"]
    ConvertAliasPageAction(alias).execute(skip_permission_checks=True)
    assert sorted(listed(client)) == ["http://testserver/again/", "http://testserver/first/"]


@pytest.fixture
def copied(blog: BlogPage) -> tuple[PostPage, BlogPage]:
    """A post of one blog, and another blog with an alias of it."""
    other = make_blog("other.example", "Other", default=False)
    post = make_post(blog, "a", slug="first")
    alias_of(post, "again", other)
    return post, other


def test_alias_in_another_blog_is_listed_there(client: Client, copied: tuple[PostPage, BlogPage], settings: object) -> None:
    assert listed(client, "other.example") == ["http://other.example/again/"]
    assert canonical(client, "/again/", "other.example") == "http://testserver/first/"
    call_command("check_index")


@pytest.mark.parametrize("steps", [("original",), ("blog",)])
def test_alias_is_as_private_as_its_original(client: Client, copied: tuple[PostPage, BlogPage], steps: tuple[str]) -> None:
    post, _other = copied
    assert listed(client, "other.example") == ["http://other.example/again/"]
    page = post if steps == ("original",) else post.get_parent()
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
    assert listed(client, "other.example") == []
    assert client.get("/tags/a/", headers={"host": "other.example"}).status_code == 404
    call_command("check_index")
    restriction.delete()
    assert listed(client, "other.example") == ["http://other.example/again/"]


def test_alias_of_an_unpublished_post_is_gone(client: Client, copied: tuple[PostPage, BlogPage]) -> None:
    post, _other = copied
    post.unpublish()
    assert listed(client, "other.example") == []


def test_alias_of_a_plain_page_names_its_original(client: Client, blog: BlogPage) -> None:
    page = blog.add_child(instance=PlainPage(title="About", slug="about", body="Us"))
    alias_of(page, "us")
    assert canonical(client, "/us/") == canonical(client, "/about/") == "http://testserver/about/"
    assert client.get("/sitemap-pages.xml").text.count("<loc>") == 1
