"""A post in the bin has everything it had; restoring it gives back the public pages byte for byte."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry, PageViewRestriction, Revision

from blog.admin.tags.counts import counted
from blog.models import BinnedPost, BlogPage, Comment, CommentState, Pin, PostPage, Tag
from blog.models.bin import KEPT, bin_roots
from blog.services.bin import delete_for_good, empty_bin, move_to_bin, restore
from blog.services.scheduling import publish_scheduled
from tests.support.comment_factories import make_comment
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_author, make_post

PUBLIC = ("/", "/feed.rss", "/feed.atom", "/feed.json", "/tags/", "/tags/a/", "/tags/a/feed.rss", "/@ada/", "/?view=full")
PUBLIC += ("/one/", "/one.md", "/two/", "/two/?in=a", "/comments/", "/comments/feed.rss", "/sitemap.xml", "/sitemap-posts.xml")
PUBLIC += ("/?q=wording", "/linking/", "/former/", "/closed/")


@pytest.fixture
def post(blog: BlogPage) -> PostPage:
    """A post with a comment, a pin, a draft beside it, an alias elsewhere and a redirect; others link to it or stand by it."""
    author = make_author("ada")
    one = make_post(blog, "a b", title="One wording", slug="one", authors=[author], body="Wording.")
    make_post(blog, "a", title="Two", slug="two", authors=[author])
    make_post(blog, "c", slug="linking", body=f"[to](page:{one.pk})")
    closed = make_post(blog, "a", slug="closed", title="Closed")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    make_comment(one, "A remark.")
    Pin.objects.create(tag=Tag.objects.get(slug="a"), post=one)
    Redirect.objects.create(old_path="/former", redirect_page=one)
    one.save_revision()
    one.title = "Not yet published"
    one.save_revision()
    return PostPage.objects.get(pk=one.pk)


def pages(client: Client) -> dict[str, tuple[int, bytes, str]]:
    found = {}
    for address in PUBLIC:
        response = client.get(address)
        found[address] = (response.status_code, response.getvalue(), response.headers.get("Location", ""))
    return found


def test_restoring_gives_back_the_public_pages_byte_for_byte(client: Client, post: PostPage) -> None:
    before, rows = pages(client), list(PostPage.objects.order_by("pk").values())
    revisions = Revision.objects.for_instance(post).count()
    closed = PostPage.objects.get(slug="closed")
    batch = move_to_bin([post.pk, closed.pk])
    hidden = pages(client)
    assert [hidden[address][0] for address in ("/one/", "/one.md", "/former/", "/closed/", "/two/")] == [
        404,
        404,
        404,
        404,
        200,
    ]
    assert all(hidden[address] != before[address] for address in ("/", "/feed.rss", "/tags/a/", "/linking/", "/comments/"))
    assert b"One wording" not in b"".join(content for _status, content, _to in hidden.values())
    restore(BinnedPost.objects.filter(batch=batch))
    assert pages(client) == before
    assert list(PostPage.objects.order_by("pk").values()) == rows
    assert Revision.objects.for_instance(post).count() == revisions
    assert Page.find_problems() == ([], [], [], [], [])


def test_log_names_who_moved_and_who_restored(post: PostPage) -> None:
    user = member_of("Moderators")
    restore(BinnedPost.objects.filter(batch=move_to_bin([post.pk], user)), user)
    entries = PageLogEntry.objects.filter(page=post.pk, user=user).order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["blog.bin", "blog.restore"]
    assert entries[0].label == "Not yet published"


def test_slug_is_free_meanwhile_and_the_post_gets_another(client: Client, blog: BlogPage, post: PostPage) -> None:
    batch = move_to_bin([post.pk])
    make_post(blog, "a", slug="one", title="Successor")
    [restored] = restore(BinnedPost.objects.filter(batch=batch))
    assert (restored.slug, restored.former_slug) == ("one-2", "one")
    assert [b"<title>Successor" in client.get(f"/{slug}/").content for slug in ("one", "one-2")] == [True, False]
    post.refresh_from_db()
    post.get_latest_revision().publish()
    assert b"<title>Not yet published" in client.get("/one-2/").content
    assert Page.find_problems() == ([], [], [], [], [])


def test_scheduled_post_is_not_published_from_the_bin(client: Client, blog: BlogPage) -> None:
    draft = make_post(blog, slug="later", live=False)
    draft.go_live_at = timezone.now() + timedelta(days=1)
    draft.save_revision(approved_go_live_at=draft.go_live_at)
    batch = move_to_bin([draft.pk])
    Revision.objects.update(approved_go_live_at=None)
    entry = BinnedPost.objects.get(batch=batch)
    assert entry.scheduled_at == draft.go_live_at
    publish_scheduled()
    assert not PostPage.objects.get().live
    restore([entry])
    assert PostPage.objects.get().scheduled_revision.approved_go_live_at == draft.go_live_at


def test_alias_goes_with_its_original(client: Client, blog: BlogPage, post: PostPage) -> None:
    other = bin_parent = blog.get_parent().add_child(instance=BlogPage(title="Other", slug="other"))
    alias = post.create_alias(parent=bin_parent)
    batch = move_to_bin([post.pk])
    assert set(BinnedPost.objects.values_list("post", flat=True)) == {post.pk, alias.pk}
    restore(BinnedPost.objects.filter(batch=batch))
    assert Page.objects.get(pk=alias.pk).get_parent().pk == other.pk


def test_worker_deletes_what_has_been_there_for_thirty_days(blog: BlogPage, post: PostPage) -> None:
    move_to_bin([post.pk])
    BinnedPost.objects.update(binned_at=timezone.now() - KEPT + timedelta(minutes=1))
    assert empty_bin() is False
    assert PostPage.objects.filter(pk=post.pk).exists()
    BinnedPost.objects.update(binned_at=timezone.now() - KEPT)
    empty_bin()
    assert not PostPage.objects.filter(pk=post.pk).exists()
    assert bin_roots().get().numchild == 0
    assert PageLogEntry.objects.filter(page=post.pk, action="wagtail.delete").exists()


def test_who_may_restore(blog: BlogPage) -> None:
    """Whoever might have deleted it: a published post whoever may publish, a draft whoever may edit it."""
    author = member_of("Authors")
    live, draft, own = make_post(blog), make_post(blog, live=False), make_post(blog, live=False, owner=author)
    move_to_bin([live.pk, draft.pk, own.pk])
    elsewhere = blog.get_parent().add_child(instance=BlogPage(title="Elsewhere", slug="elsewhere"))
    users = (member_of("Moderators"), member_of("Editors"), author, editor_of(elsewhere), editor_of(blog))
    found = [set(BinnedPost.objects.restorable_by(user).values_list("post", flat=True)) for user in users]
    assert found == [{live.pk, draft.pk, own.pk}, {draft.pk, own.pk}, {own.pk}, set(), {draft.pk, own.pk}]


def test_deleting_for_good_leaves_nothing(post: PostPage) -> None:
    move_to_bin([post.pk])
    assert delete_for_good(BinnedPost.objects.all(), member_of("Moderators")) == 1
    assert not BinnedPost.objects.exists()
    assert not Revision.objects.filter(object_id=str(post.pk)).exists()
    assert not Redirect.objects.exists()


def test_lists_of_the_admin_leave_it_out(post: PostPage) -> None:
    """Comments, those that wait, and the counts of tags: nobody can do anything there for a post in the bin."""
    user = member_of("Moderators")
    moderator = client_of(user)
    make_comment(post, "To be decided.", state=CommentState.WAITING)
    assert "To be decided." in moderator.get("/admin/comments/").content.decode()
    move_to_bin([post.pk])
    assert "To be decided." not in moderator.get("/admin/comments/").content.decode()
    assert not Comment.objects.waiting().exists()
    assert counted(user).get(slug="b").post_count == 0
    restore(BinnedPost.objects.all())
    assert Comment.objects.waiting().count() == 1
    assert counted(user).get(slug="b").post_count == 1
