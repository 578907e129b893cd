"""Deleting in the admin, from each place, moves a post to the bin; one button undoes it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from blog.models import BinnedPost, BlogPage, PlainPage, PostPage
from blog.services.bin import move_to_bin
from tests.support.editors import client_of, member_of
from tests.support.factories import make_post


def bulk(action: str, *pks: int, model: str = "wagtailcore/page") -> str:
    return f"/admin/bulk/{model}/{action}/?next=/admin/posts/&" + "&".join(f"id={pk}" for pk in pks)


def undo(client: Client, page: str) -> Any:
    """Press the button of the message."""
    [address] = re.findall(r'action="(/admin/bin/restore/[^"]+)"', page)
    return client.post(address, {"next": "/admin/posts/"}, follow=True)


@pytest.fixture
def posts(blog: BlogPage) -> list[PostPage]:
    return [make_post(blog, "a", title=f"Kite {number}") for number in range(3)]


def test_deleting_one_moves_it_to_the_bin_and_the_message_undoes_it(
    moderator: Client, client: Client, posts: list[PostPage]
) -> None:
    address = reverse("wagtailadmin_pages:delete", args=[posts[0].pk]) + "?next=/admin/posts/"
    assert "thirty days" in moderator.get(address).content.decode()
    page = moderator.post(address, {"next": "/admin/posts/"}, follow=True).content.decode()
    assert "1 post is in the bin." in page
    assert [client.get(f"/{post.slug}/").status_code for post in posts] == [404, 200, 200]
    assert "1 post is restored." in undo(moderator, page).content.decode()
    assert client.get(f"/{posts[0].slug}/").status_code == 200


def test_deleting_pages_in_the_explorer_moves_posts_alone(moderator: Client, blog: BlogPage, posts: list[PostPage]) -> None:
    plain = blog.add_child(instance=PlainPage(title="About", slug="about"))
    address = bulk("delete", posts[0].pk, posts[1].pk, plain.pk)
    assert "Posts among these go to the bin" in moderator.get(address).content.decode()
    page = moderator.post(address, follow=True).content.decode()
    assert "2 posts are in the bin." in page
    assert "1 page has been deleted" in page
    assert not PlainPage.objects.exists()
    undo(moderator, page)
    assert not BinnedPost.objects.exists()


@pytest.mark.parametrize("action", ["publish", "move", "delete"])
def test_actions_on_pages_of_the_explorer_lead_from_the_bin(blog: BlogPage, posts: list[PostPage], action: str) -> None:
    superuser = client_of(User.objects.create_superuser("root"))
    posts[0].unpublish()
    move_to_bin([post.pk for post in posts[:2]])
    before = list(Page.objects.order_by("pk").values())
    page = superuser.post(bulk(action, *(post.pk for post in posts)), {"chooser": blog.pk}, follow=True)
    assert page.redirect_chain == [("/admin/bin/", 302)]
    assert "restore it first" in page.content.decode()
    assert list(Page.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("who", ["superuser", "Moderators"])
def test_post_in_the_bin_shows_in_its_listing_alone(blog: BlogPage, posts: list[PostPage], who: str) -> None:
    user = User.objects.create_superuser("root") if who == "superuser" else member_of(who)
    client = client_of(user)
    move_to_bin([posts[0].pk], user)
    addresses = ["/admin/posts/", f"/admin/pages/{blog.pk}/", "/admin/pages/search/?q=Kite", "/admin/pages/"]
    addresses += [f"/admin/choose-page/{blog.pk}/", "/admin/choose-page/search/?q=Kite", "/admin/api/main/pages/?search=Kite"]
    addresses += [
        "/admin/post-titles/?q=Kite",
        "/admin/api/main/pages/?child_of=1",
        "/admin/choose-page/?page_type=blog.postpage",
    ]
    shown = {address: client.get(address).content.decode() for address in addresses}
    assert [address for address, page in shown.items() if "Kite 0" in page] == []
    assert sum("Kite 1" in page for page in shown.values()) > 4
    assert "Kite 0" in client.get("/admin/bin/").content.decode()
    for view in ("edit", "delete", "history", "view_draft"):
        response = client.get(reverse(f"wagtailadmin_pages:{view}", args=[posts[0].pk]))
        assert (response.status_code, response.headers["Location"]) == (302, "/admin/bin/")


def test_each_sees_and_restores_in_the_bin_what_is_theirs(blog: BlogPage, posts: list[PostPage]) -> None:
    author = member_of("Authors")
    own = make_post(blog, title="Kite own", live=False, owner=author)
    client = client_of(author)
    move_to_bin([own.pk, *(post.pk for post in posts)], author)
    page = client.get("/admin/bin/?q=kite").content.decode()
    assert [title in page for title in ("Kite own", "Kite 0")] == [True, False]
    for action in ("restore", "delete"):
        assert client.post(f"/admin/bin/{posts[0].pk}/{action}/").status_code == 404
        client.post(bulk(action, posts[0].pk, posts[1].pk, model="blog/binnedpost"))
    assert BinnedPost.objects.count() == 4
    client.post(f"/admin/bin/restore/{BinnedPost.objects.first().batch}/")
    assert set(BinnedPost.objects.values_list("post", flat=True)) == {post.pk for post in posts}


def test_many_are_restored_or_deleted_for_good(moderator: Client, posts: list[PostPage]) -> None:
    move_to_bin([post.pk for post in posts])
    assert "cannot be undone" in moderator.get(f"/admin/bin/{posts[0].pk}/delete/").content.decode()
    assert "is deleted for good" in moderator.post(f"/admin/bin/{posts[0].pk}/delete/", follow=True).content.decode()
    question = moderator.get(bulk("restore", posts[1].pk, model="blog/binnedpost")).content.decode()
    assert "Kite 1" in question
    assert "This concerns 1 post:" in question
    assert (
        "1 post is restored"
        in moderator.post(bulk("restore", posts[1].pk, model="blog/binnedpost"), follow=True).content.decode()
    )
    moderator.post("/admin/bulk/blog/binnedpost/delete/?id=all&next=/admin/bin/")
    assert list(PostPage.objects.values_list("title", flat=True)) == ["Kite 1"]


def test_restoring_needs_a_post_request_and_rights(blog: BlogPage, moderator: Client, posts: list[PostPage]) -> None:
    batch = move_to_bin([posts[0].pk])
    assert moderator.get(f"/admin/bin/restore/{batch}/").status_code == 405
    assert moderator.get(f"/admin/bin/{posts[0].pk}/restore/").status_code == 405
    assert client_of(member_of("Editors")).get("/admin/bin/").status_code == 200
    guest = client_of(User.objects.create_user("guest"))
    assert guest.get("/admin/bin/").status_code == 302


@pytest.mark.parametrize(("hours", "days"), [(0, 30), (23, 30), (25, 29), (30 * 24 - 1, 1), (30 * 24, 0), (31 * 24, 0)])
def test_days_left_count_the_one_that_has_begun(hours: int, days: int) -> None:
    assert BinnedPost(binned_at=timezone.now() - timedelta(hours=hours)).days_left == days
