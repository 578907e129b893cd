"""Tags suggested for the text in the form: with reasons, for editors, and of what is public alone."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PostPage, Tag
from blog.suggestions import stored
from blog.suggestions.stored import refresh
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post, rename_tag
from tests.unit.blog.suggestions.planted import planted_posts

pytestmark = pytest.mark.django_db

URL = "/admin/suggested-tags/"
AT_SEA = {"title": "At sea", "body": "The mast and the jib, the tide, a buoy: tacking to the harbour", "tags": ""}


@pytest.fixture
def posts(blog: BlogPage, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[PostPage]:
    settings.VAR = tmp_path
    monkeypatch.setattr(stored, "PAUSE", 0)
    return [make_post(blog, " ".join(post.tags), title=post.title, body=post.text) for post in planted_posts(12)]


def suggested(client: Client, **fields: object) -> dict[str, str]:
    response = client.post(URL, {**AT_SEA, **fields})
    assert response.status_code == 200
    return {each["name"]: each["reason"] for each in response.json()["suggestions"]}


def restrict(*posts: PostPage) -> None:
    for post in posts:
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)


def test_tags_are_suggested_with_reasons(editor: Client, blog: BlogPage, posts: list[PostPage]) -> None:
    assert suggested(editor) == {}  # the worker has learnt nothing yet
    refresh()
    found = suggested(editor, page=blog.pk)
    assert next(iter(found)) == "sailing"
    assert found["sailing"].startswith("like ‘Number ")
    assert len(found) <= 5
    assert "sailing" not in suggested(editor, tags="Sailing, new")
    assert suggested(editor, title="Gardening", body="")["gardening"] == "in the title"
    assert suggested(editor, title="", body="") == {}
    assert editor.post(URL, {**AT_SEA, "page": "x"}).status_code == 400


def test_hidden_posts_are_not_learnt_from(editor: Client, posts: list[PostPage]) -> None:
    restrict(*(post for post in posts if "sailing" in map(str, post.tags.all())))
    refresh()
    assert "sailing" not in suggested(editor)


def test_posts_hidden_since_show_in_no_suggestion_or_reason(editor: Client, posts: list[PostPage]) -> None:
    refresh()
    sailing = [post for post in posts if "sailing" in map(str, post.tags.all())]
    named = suggested(editor)["sailing"]
    closest = next(post for post in sailing if f"‘{post.title}’" in named)
    restrict(closest)
    assert closest.title not in str(suggested(editor))
    restrict(*(post for post in sailing if post != closest))
    found = suggested(editor)
    assert "sailing" not in found
    assert not any(f"‘{post.title}’" in str(found) for post in sailing)


def test_models_follow_changes(editor: Client, posts: list[PostPage]) -> None:
    refresh()
    rename_tag(Tag.objects.get(name="sailing"), "yachts")
    assert "sailing" not in suggested(editor)
    refresh()
    assert "yachts" in suggested(editor)


def test_only_editors_ask(blog: BlogPage) -> None:
    user = User.objects.create_user("guest")
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    assert client_of(user).post(URL, AT_SEA).status_code in (302, 403)
    assert client_of(member_of("Editors")).get(URL).status_code == 405
    assert Client(enforce_csrf_checks=True).post(URL, AT_SEA).status_code in (302, 403)
