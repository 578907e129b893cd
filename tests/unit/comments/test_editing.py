"""A moderator edits a comment: what is shown changes at once, and the log has who did it."""

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from blog.models import BlogPage, Comment, CommentState
from tests.support.comment_factories import make_comment
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post

pytestmark = pytest.mark.django_db


def test_what_readers_see_changes_at_once(blog: BlogPage) -> None:
    post = make_post(blog, title="Post")
    comment = make_comment(post, "Rude words", state=CommentState.APPROVED)
    mona = client_of(member_of("Moderators", name="mona"))
    assert "Rude words" in Client().get(f"/{post.slug}/").content.decode()
    address = f"/admin/comments/{comment.pk}/edit/"
    assert address in mona.get(f"/admin/comments/{comment.pk}/").content.decode()
    assert "Rude words" in mona.get(address).content.decode()
    done = mona.post(address, {"name": "Ben", "text": "*Kind* words"}, follow=True)
    assert "The comment is changed." in done.content.decode()
    page = Client().get(f"/{post.slug}/").content.decode()
    assert "<em>Kind</em> words" in page
    assert "Rude" not in page
    entry = ModelLogEntry.objects.get(content_type__model="comment")
    assert (entry.action, entry.user.username, entry.object_id) == ("wagtail.edit", "mona", str(comment.pk))


def test_it_is_said_in_the_language_of_whoever_edits(blog: BlogPage) -> None:
    comment = make_comment(make_post(blog), "Words", state=CommentState.APPROVED)
    user = member_of("Moderators", name="heidi")
    UserProfile.objects.create(user=user, preferred_language="de")
    heidi = client_of(user)
    done = heidi.post(f"/admin/comments/{comment.pk}/edit/", {"name": "Ben", "text": "Other"}, follow=True).content.decode()
    assert "Der Kommentar ist geändert." in done
    assert "<dd>None</dd>" not in "".join(done.split())


def test_what_cannot_be_shown_is_refused(blog: BlogPage) -> None:
    comment = make_comment(make_post(blog), "Words", state=CommentState.WAITING)
    mona = client_of(member_of("Moderators"))
    page = mona.post(f"/admin/comments/{comment.pk}/edit/", {"name": "", "text": " "}).content.decode()
    assert "Please write something." in page
    comment.refresh_from_db()
    assert comment.text == "Words"


def test_a_comment_deleted_meanwhile_is_said_to_be_gone(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    comment = make_comment(make_post(blog), "Words", state=CommentState.WAITING)
    mona = client_of(member_of("Moderators"))

    def delete_meanwhile(rendered: Comment) -> None:
        Comment.objects.filter(pk=comment.pk).delete()

    monkeypatch.setattr(Comment, "render", delete_meanwhile)
    done = mona.post(f"/admin/comments/{comment.pk}/edit/", {"name": "Ben", "text": "Other"}, follow=True)
    assert (done.status_code, done.redirect_chain) == (200, [("/admin/comments/", 302)])
    assert "This comment has been deleted meanwhile." in done.content.decode()
    assert not ModelLogEntry.objects.exists()


def test_an_author_keeps_their_name(blog: BlogPage) -> None:
    comment = make_comment(make_post(blog), "Words", author=make_author("ada"), state=CommentState.APPROVED)
    name = comment.name
    client_of(member_of("Moderators")).post(f"/admin/comments/{comment.pk}/edit/", {"name": "Eve", "text": "Other"})
    comment.refresh_from_db()
    assert (comment.name, comment.text) == (name, "Other")


def test_whoever_may_not_moderate_edits_nothing(blog: BlogPage) -> None:
    comment = make_comment(make_post(blog), "Words", state=CommentState.APPROVED)
    editor = client_of(member_of("Editors"))
    for response in (
        editor.get(f"/admin/comments/{comment.pk}/edit/"),
        editor.post(f"/admin/comments/{comment.pk}/edit/", {"name": "x", "text": "x"}),
    ):
        assert response.status_code == 302
    comment.refresh_from_db()
    assert comment.text == "Words"
