"""No address of the admin tells an account that may only enter it of a hidden post, its tags or its author."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from wagtail.models import PageViewRestriction

from blog.models import Author, BlogPage, PostPage, Tag
from tests.support.factories import make_author, make_post

WORDS = ("xylophone", "zeppelin", "Eve Hidden")  # title, tag and author of the hidden post
OFFERING = ("choose", "autocomplete", "pages/search", "api/")  # in addresses that offer something to choose
HIDING = ("draft", "for those signed in", "behind a password")


@pytest.fixture
def hidden(blog: BlogPage) -> PostPage:
    make_post(blog, "zebra", title="Visible", author=make_author("ada"))
    return make_post(
        blog, "zeppelin", title="The xylophone", slug="the-xylophone", author=make_author("eve", name="Eve Hidden")
    )


def hide(post: PostPage, how: str) -> None:
    if how == "draft":
        post.unpublish()
    else:
        kind = "password" if "password" in how else "login"
        PageViewRestriction(page=post, restriction_type=kind, password="secret").save()


@pytest.fixture
def guest(client: Client, blog: BlogPage) -> Client:
    """A browser of whoever may enter the admin, and no more."""
    user = User.objects.create_user("guest")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return client


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif route.startswith("admin/") and any(word in route for word in OFFERING):
            yield "/" + route


def admin_addresses(post: PostPage) -> list[str]:
    """Return every address of the admin that offers a choice, with the hidden post, its tag and author as parameters."""
    keys = {post.pk, Tag.objects.get(slug="zeppelin").pk, Author.objects.get(handle="eve").pk}
    named = {"app_label": "blog", "app_name": "blog", "model_name": "postpage", "content_type_app_name": "blog"}
    named |= {"content_type_model_name": "postpage", "path": "the-xylophone"}
    found = set()
    for route in routes(get_resolver().url_patterns):
        for key in keys if "<" in route else [0]:
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match, key=key: named.get(match[1], str(key)), route)
            found |= {address, f"{address}?id={key}&q=the&term=zep"}
    found |= {f"/admin/choose-page/?page_type=blog.{kind}" for kind in ("postpage", "plainpage", "blogpage")}
    return sorted(found | {"/admin/tag-autocomplete/blog/tag/?term=z"})


@pytest.mark.parametrize("how", HIDING)
def test_whoever_may_only_enter_the_admin_learns_of_no_hidden_post(
    guest: Client, hidden: PostPage, blog: BlogPage, how: str
) -> None:
    hide(hidden, how)
    guest.raise_request_exception = False  # some addresses want what a browser would send along
    leaks = {}
    for address in admin_addresses(hidden):
        text = guest.get(address).getvalue().decode(errors="replace")
        told = [word for word in WORDS if word in text]
        if told:
            leaks[address] = told
    assert leaks == {}


def test_whoever_may_only_enter_the_admin_chooses_public_pages(guest: Client, hidden: PostPage, blog: BlogPage) -> None:
    hide(hidden, "draft")
    assert "Visible" in guest.get(f"/admin/choose-page/{blog.pk}/").json()["html"]
    assert guest.get(f"/admin/choose-page/chosen-multiple/?id={hidden.pk}").status_code == 404


def test_editor_chooses_drafts_and_completes_their_tags(client: Client, hidden: PostPage, blog: BlogPage) -> None:
    hide(hidden, "draft")
    editor = User.objects.create_user("editor")
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    assert "xylophone" in client.get(f"/admin/choose-page/{blog.pk}/").json()["html"]
    assert "xylophone" in client.get(f"/admin/choose-page/chosen-multiple/?id={hidden.pk}").content.decode()
    assert client.get("/admin/tag-autocomplete/blog/tag/?term=zep").json() == ["zeppelin"]
