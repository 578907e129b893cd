"""What a member of each group may do on a new site."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from blog.models import Author, BlogPage, Stream, Tag
from tests.support.comment_factories import make_comment
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post

pytestmark = pytest.mark.django_db

LISTS = (Tag, Stream, Author)


def may(client: Client, model: Any, view: str, *arguments: Any) -> bool:
    return client.get(reverse(model.snippet_viewset.get_url_name(view), args=arguments)).status_code == 200


@pytest.mark.parametrize(
    ("group", "listed", "changed"),
    [("Moderators", {Tag, Stream, Author}, {Tag, Stream, Author}), ("Editors", {Tag}, set()), ("Authors", set(), set())],
)
def test_who_cares_for_tags_streams_and_authors(blog: BlogPage, group: str, listed: set[Any], changed: set[Any]) -> None:
    make_post(blog, "a", authors=[make_author()])
    Stream.objects.create(blog=blog, name="S", slug="s")
    client = client_of(member_of(group))
    assert {model for model in LISTS if may(client, model, "list")} == listed
    assert {model for model in LISTS if may(client, model, "edit", model.objects.get().pk)} == changed


def test_choosers_are_searched_by_name(blog: BlogPage) -> None:
    """That of tags, which names them all, is for those who see the list of tags."""
    make_author("arzte", name="Ärzte")
    make_author("bob")
    for group in ("Editors", "Authors"):
        client = client_of(member_of(group))
        found = client.get("/admin/snippets/choose/blog/author/results/", {"q": "är"}).content.decode()
        assert ("Ärzte" in found, "Bob" in found) == (True, False)
        assert 'name="q"' in client.get("/admin/snippets/choose/blog/author/").json()["html"]
        assert (client.get("/admin/snippets/choose/blog/tag/").status_code == 200) is (group == "Editors")


def test_moderators_decide_on_comments(blog: BlogPage) -> None:
    make_comment(make_post(blog))
    assert client_of(member_of("Moderators")).get("/admin/comments/").status_code == 200
    assert client_of(member_of("Editors")).get("/admin/comments/").status_code == 302


def test_authors_edit_their_own_posts_alone(blog: BlogPage) -> None:
    author = member_of("Authors")
    own, others = make_post(blog, owner=author), make_post(blog)
    client = client_of(author)
    addresses = [reverse("wagtailadmin_pages:edit", args=[post.pk]) for post in (own, others)]
    assert [client.get(address).status_code for address in addresses] == [200, 302]
    page = client.get(addresses[0]).content.decode()
    assert 'name="action-publish"' not in page
    assert client.get(reverse("wagtailadmin_pages:add", args=("blog", "postpage", blog.pk))).status_code == 200


@pytest.mark.parametrize(("group", "pages", "posts"), [("Authors", 3, 1), ("Editors", 5, 3), ("Moderators", 5, 3)])
def test_nobody_is_told_how_many_pages_they_may_not_see(blog: BlogPage, group: str, pages: int, posts: int) -> None:
    """Authors see the blog, their own posts, and the page that a new Wagtail has."""
    member = member_of(group)
    for fields in ({"owner": member}, {}, {"live": False}):
        make_post(blog, **fields)
    client = client_of(member)
    summary = html.document_fromstring(client.get("/admin/").content.decode()).cssselect(".w-summary li a")
    assert summary[0].text_content().split()[:2] == [str(pages), "Pages"]
    types = client.get("/admin/reports/page-types-usage/").context_data["object_list"]
    assert {item.model: item.count for item in types if item.count} == {"page": 1, "blogpage": 1, "postpage": posts}


@pytest.mark.parametrize(("group", "publishes"), [("Authors", False), ("Editors", False), ("Moderators", True)])
def test_publishing_many_is_offered_and_open_to_those_who_may(blog: BlogPage, group: str, publishes: bool) -> None:
    member = member_of(group)
    post, client = make_post(blog, owner=member), client_of(member)
    bar = html.document_fromstring(client.get("/admin/posts/").content.decode()).cssselect("[data-bulk-action-button]")
    offered = {button.get("href").split("/")[-2] for button in bar}
    assert offered - {"publish", "unpublish"} == {"suggest_tags", "add_tags", "remove_tags", "set_author", "bin"}
    assert (offered >= {"publish", "unpublish"}) is publishes
    for action in ("publish", "unpublish"):
        response = client.post(f"/admin/bulk/blog/postpage/{action}/?id={post.pk}&next=/admin/posts/")
        assert response.headers["Location"] == ("/admin/posts/" if publishes else "/admin/")
    post.refresh_from_db()
    assert post.live is not publishes
