"""What a member of each group may do on a new site."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

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
