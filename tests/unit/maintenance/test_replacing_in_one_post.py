"""Find and replace in one post: what is said of it, and the draft above it that waits for a moderator."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import WorkflowState
from wagtail.users.models import UserProfile

from blog.models import BlogPage, PostPage
from tests.support.editors import member_of
from tests.support.factories import make_post
from tests.unit.maintenance.test_replacing import find, mona, replace, texts

__all__ = ["mona"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "language", "listed", "done"),
    [
        ("A cat.", "en", "1 time in 1 post", "1 time replaced in 1 post"),
        ("A cat, a cat.", "en", "2 times in 1 post", "2 times replaced in 1 post"),
        ("A cat.", "de", "1 Mal in 1 Beitrag", "1 Mal in 1 Beitrag ersetzt"),
        ("A cat, a cat.", "de", "2 Mal in 1 Beitrag", "2 Mal in 1 Beitrag ersetzt"),
    ],
)
def test_numbers_in_words(mona: Client, blog: BlogPage, body: str, language: str, listed: str, done: str) -> None:
    make_post(blog, body=body)
    user = User.objects.get(username="mona")
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    job = find(mona)
    assert f"<p>{listed}</p>" in mona.get(f"/admin/jobs/{job.pk}/").content.decode()
    page = mona.get(f"/admin/jobs/{replace(mona, job).pk}/").content.decode()
    assert done in page
    assert f"{done}s" not in page


def test_a_draft_that_waits_for_a_moderator_goes_on_waiting(mona: Client, blog: BlogPage) -> None:
    post = make_post(blog, body="A cat.")
    newer = PostPage.objects.get(pk=post.pk)
    newer.body = "A cat and a dog."
    newer.save_revision()
    newer.get_workflow().start(newer, member_of("Editors"))
    replace(mona, find(mona))
    assert texts(post) == ("A catcat.", "A catcat and a dog.")
    assert WorkflowState.objects.active().get().object_id == str(post.pk)
