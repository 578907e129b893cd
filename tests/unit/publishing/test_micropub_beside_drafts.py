"""Updates of a published post whose newest draft says something else: what nobody has reviewed stays unpublished."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import WorkflowState

from blog.models import BlogPage, PostPage
from tests.support.editors import member_of
from tests.support.factories import make_post
from tests.support.programs import Program

ENDPOINT, ADDRESS = "/micropub/", "http://testserver/mine/"


@pytest.fixture
def post(blog: BlogPage) -> PostPage:
    return make_post(blog, "a", title="Mine", body="Public", slug="mine")


def update(program: Client, **operations: Any) -> Any:
    return program.post(ENDPOINT, {"action": "update", "url": ADDRESS, **operations}, content_type="application/json")


def properties(program: Client) -> Any:
    return program.get(ENDPOINT, {"q": "source", "url": ADDRESS}).json()["properties"]


def versions(post: PostPage) -> list[tuple[str, str, list[str]]]:
    """Return the text, the summary and the tags of what is public, and of the newest draft."""
    public = PostPage.objects.get(pk=post.pk)
    both = (public, public.get_latest_revision_as_object())
    return [(one.body, one.summary, sorted(tag.name for tag in one.tags.all())) for one in both]


def test_tag_does_not_publish_what_waits_for_a_moderator(post: PostPage, moderator: User) -> None:
    editor = Program(member_of("Editors"))
    assert update(editor, replace={"content": ["Unreviewed"]}).status_code == 202
    assert update(Program(moderator), add={"category": ["x"]}).status_code == 204
    assert versions(post) == [("Public", "", ["a", "x"]), ("Unreviewed", "", ["a", "x"])]
    assert b"Unreviewed" not in Client().get("/mine/").content
    waiting = WorkflowState.objects.active().get()
    assert waiting.object_id == str(post.pk)
    waiting.current_task_state.specific.approve(user=moderator)
    assert versions(post) == [("Unreviewed", "", ["a", "x"])] * 2


def test_nor_what_was_only_saved_in_the_admin(post: PostPage, moderator: User) -> None:
    draft = post.get_latest_revision_as_object()
    draft.body = "Unfinished"
    draft.save_revision()
    program = Program(moderator)
    assert update(program, replace={"summary": ["Short"]}, delete={"category": ["a"]}).status_code == 204
    assert versions(post) == [("Public", "Short", []), ("Unfinished", "Short", [])]
    assert PostPage.objects.get(pk=post.pk).has_unpublished_changes


@pytest.mark.parametrize("operation", [{"replace": {"content": ["Third"]}}, {"delete": ["content"]}])
def test_what_the_draft_has_otherwise_is_not_replaced(post: PostPage, moderator: User, operation: dict[str, Any]) -> None:
    assert update(Program(member_of("Editors")), replace={"content": ["Unreviewed"]}).status_code == 202
    refused = update(Program(moderator), **operation)
    assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
    assert "content" in refused.json()["error_description"]
    assert versions(post) == [("Public", "", ["a"]), ("Unreviewed", "", ["a"])]


def test_source_is_the_version_that_an_update_changes(post: PostPage, moderator: User) -> None:
    editor, program = Program(member_of("Editors")), Program(moderator)
    draft = post.get_latest_revision_as_object()
    draft.body = "Unreviewed"
    draft.save_revision()
    for owner, text, status in ((program, "Public", "published"), (editor, "Unreviewed", "draft")):
        found = properties(owner)
        assert (found["content"], found["post-status"]) == ([text], [status])
        (listed,) = owner.get(ENDPOINT, {"q": "source"}).json()["items"]
        assert (listed["properties"]["content"], listed["properties"]["post-status"]) == ([text], [status])
    assert update(editor, add={"category": ["y"]}, replace={"post-status": ["published"]}).status_code == 202
    assert versions(post) == [("Public", "", ["a"]), ("Unreviewed", "", ["a", "y"])]


def test_later_time_is_refused_beside_a_draft(post: PostPage, moderator: User) -> None:
    assert update(Program(member_of("Editors")), replace={"content": ["Unreviewed"]}).status_code == 202
    later = update(Program(moderator), replace={"published": ["2999-01-01T00:00:00+00:00"]})
    assert (later.status_code, later.json()["error"]) == (409, "conflict")
