"""What the tag field is told while somebody types, and what is hidden from whoever may not see the posts."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PlainPage, Tag
from blog.services.tags import merge
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_post

pytestmark = pytest.mark.django_db

SUGGESTIONS, COMPLETION = "/admin/tag-suggestions/", "/admin/tag-autocomplete/blog/tag/"


def about(client: Client, text: str) -> Any:
    return client.get(SUGGESTIONS, {"q": text}).json()["results"][0]


def options(client: Client, text: str) -> list[tuple[str, str]]:
    return [(option["name"], option["hint"]) for option in about(client, text)["options"]]


def test_tags_that_begin_so_are_suggested_with_counts(editor: Client, blog: BlogPage) -> None:
    for tags in ("read reading", "reading", "reader proof-reading"):
        make_post(blog, tags)
    assert options(editor, "Rea") == [
        ("reading", "2 posts"),
        ("read", "1 post"),
        ("reader", "1 post"),
        ("proof-reading", "1 post"),
        ("Rea", ""),
    ]


def test_nearly_the_same_names_are_named(editor: Client, blog: BlogPage) -> None:
    make_post(blog, "color")
    for text in ("colour", "Colors", "clor", "co-lor"):
        found = about(editor, text)
        assert (found["name"], found["note"]) == ("", "Nearly the same: color (1 post).")
        assert ("color", "nearly the same, 1 post") in options(editor, text)


@pytest.mark.parametrize("text", ["COLOR", "color", "colour", "Colour"])
def test_other_spelling_and_old_name_are_the_present_tag(editor: Client, blog: BlogPage, text: str) -> None:
    make_post(blog, "color")
    merge(Tag.objects.create(name="colour"), Tag.objects.get(name="color"))
    found = about(editor, text)
    assert found["name"] == "color"
    notes = {"color": "", "COLOR": "“COLOR” becomes the tag “color”."}
    assert found["note"] == notes.get(text, f"“{text}” is called “color” now.")
    assert options(editor, text) == [("color", "1 post")]


def test_what_no_tag_can_be_called_is_said(editor: Client) -> None:
    assert about(editor, 'say "hi"')["fault"] == 'A tag\'s name cannot have “"”, as “say "hi"” has: leave it out.'


def test_several_names_are_asked_for_at_once(editor: Client, blog: BlogPage) -> None:
    make_post(blog, "color")
    found = editor.get(SUGGESTIONS, {"q": ["Color", "new"]}).json()["results"]
    assert [(each["typed"], each["name"]) for each in found] == [("Color", "color"), ("new", "")]


def test_only_editors_are_told(blog: BlogPage) -> None:
    user = User.objects.create_user("guest")
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    assert client_of(user).get(SUGGESTIONS, {"q": "a"}).status_code in (302, 403)


def test_tags_of_hidden_posts_are_unknown_to_whoever_may_not_see_those(blog: BlogPage) -> None:
    """An editor of one page learns of the public posts' tags alone, by no suggestion, note or count."""
    make_post(blog, "zeppelin-public shared")
    make_post(blog, "zeppelin-draft shared", live=False)
    private = make_post(blog, "zeppelin-private shared")
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    Tag.objects.create(name="zeppelin-orphan")
    merge(Tag.objects.create(name="zeppelin-old"), Tag.objects.get(name="zeppelin-draft"))
    own = blog.add_child(instance=PlainPage(title="Own", slug="own"))
    client = client_of(editor_of(own))
    assert options(client, "zeppelin") == [("zeppelin-public", "1 post"), ("zeppelin", "")]
    assert options(client, "shared") == [("shared", "1 post")]
    for hidden in ("zeppelin-draft", "zeppelin-draf", "zeppelin-private", "zeppelin-orphan", "zeppelin-old"):
        assert about(client, hidden)["name"] == about(client, hidden)["note"] == ""
        assert client.get(COMPLETION, {"term": hidden}).json() == []
    assert client.get(COMPLETION, {"term": "Zeppelin"}).json() == ["zeppelin-public"]
    editor = client_of(member_of("Editors"))
    names = ["zeppelin-draft", "zeppelin-private", "zeppelin-public", "zeppelin-orphan", "zeppelin"]
    assert [name for name, _hint in options(editor, "zeppelin")] == names
    assert options(editor, "shared") == [("shared", "3 posts")]
