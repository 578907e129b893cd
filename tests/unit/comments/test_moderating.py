"""Comments in the admin: found, decided on singly and in bulk, undone, deleted; by whom; and who is told."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone, translation
from wagtail.users.models import UserProfile

from blog.models import BlogPage, Comment, CommentState, PostPage
from blog.services.bin import move_to_bin
from comments.services import moderation
from kimonote.tasks import tidy_up
from mail import compose
from mail.models import Delivery
from signup.models import State
from tests.support.comment_factories import make_comment
from tests.support.editors import account_with, client_of
from tests.support.factories import make_author, make_post
from tests.support.html import soup
from tests.support.signup_factories import make_subscriber

pytestmark = pytest.mark.django_db
LISTING = "/admin/comments/"
WAITING, APPROVED, REJECTED, SPAM = CommentState.WAITING, CommentState.APPROVED, CommentState.REJECTED, CommentState.SPAM


def make_moderator(*permissions: str, name: str = "mo", email: str = "") -> User:
    return account_with("blog", *permissions, name=name, email=email)


@pytest.fixture
def moderator(db: None) -> Client:
    return client_of(make_moderator("view_comment", "change_comment", "delete_comment"))


def listed(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LISTING}{query}")
    assert response.status_code == 200
    return sorted(comment.name for comment in response.context_data["object_list"])


def decide(client: Client, comment: Comment, action: str) -> int:
    """Press the button behind an action's question."""
    address = f"{LISTING}{comment.pk}/{action}/"
    asked = client.get(address)
    if asked.status_code == 200:
        assert soup(asked).select_one("form[method=post] button[type=submit]")
    return int(client.post(address).status_code)


def state_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).state


def shown(client: Client) -> list[str]:
    """The names under the post, and what its card says."""
    page, card = soup(client.get("/harbour/")), soup(client.get("/tags/common/"))
    names = [name.get_text() for name in page.select("#comments .p-name")]
    return [*names, *(link.get_text() for link in card.select('.note a[href$="#comments"]'))]


def test_listing_filters_by_state_and_searches(moderator: Client, blog: BlogPage, post: PostPage) -> None:
    make_comment(post, "A xylophone.", name="Ada", state=WAITING)
    make_comment(post, name="Bo", address="bo@example.net")
    make_comment(make_post(blog, title="Lighthouse"), name="Cy", state=SPAM)
    assert listed(moderator) == ["Ada", "Bo", "Cy"]
    assert listed(moderator, "?state=waiting") == ["Ada"]
    assert listed(moderator, "?state=waiting&state=spam") == ["Ada", "Cy"]
    assert [listed(moderator, f"?q={words}") for words in ("XYLO", "example.net", "lighthouse", "cy")] == [
        ["Ada"],
        ["Bo"],
        ["Cy"],
        ["Cy"],
    ]


def test_one_comment_is_approved_undone_rejected_and_marked(client: Client, moderator: Client, post: PostPage) -> None:
    comment = make_comment(post, name="Ada", state=WAITING)
    seen = []
    for action in ("approve", "undo", "reject", "spam", "approve"):
        assert decide(moderator, comment, action) == 302
        seen.append((state_of(comment), shown(client)))
    on, off = ["Ada", "1 comment"], []
    assert seen == [("approved", on), ("waiting", off), ("rejected", off), ("spam", off), ("approved", on)]
    decided = Comment.objects.get()
    assert (decided.decided_by, decided.decided is not None) == ("mo", True)


def test_what_is_done_already_is_not_offered(moderator: Client, post: PostPage) -> None:
    waiting, unconfirmed = make_comment(post, state=WAITING), make_comment(post, state=CommentState.UNCONFIRMED)
    offered = {}
    for comment in (waiting, unconfirmed):
        page = soup(moderator.get(f"{LISTING}{comment.pk}/"))
        links = [link["href"] for link in page.select(f'a[href^="{LISTING}{comment.pk}/"]')]
        offered[comment.pk] = {link.split("/")[-2] for link in links}
    assert offered == {waiting.pk: {"approve", "reject", "spam", "erase", "edit"}, unconfirmed.pk: {"erase"}}
    assert decide(moderator, unconfirmed, "approve") == 302
    assert state_of(unconfirmed) == "unconfirmed"


def test_shown_comment_is_answered_from_its_page(moderator: Client, post: PostPage) -> None:
    comment, waiting = make_comment(post), make_comment(post, state=WAITING)
    address = f"http://testserver/harbour/comment/?to={comment.pk}"
    assert soup(moderator.get(f"{LISTING}{comment.pk}/")).select_one(f'a[href="{address}"]')
    assert not soup(moderator.get(f"{LISTING}{waiting.pk}/")).select_one('a[href*="/comment/?to"]')
    assert moderator.get(address).status_code == 200


def test_deleting_takes_emails_along_and_leaves_replies(client: Client, moderator: Client, post: PostPage) -> None:
    comment = make_comment(post, name="Ada", state=WAITING)
    decide(moderator, comment, "approve")
    make_comment(post, name="Bo", reply_to=comment)
    assert (shown(client), Delivery.objects.count()) == (["Ada", "Bo", "2 comments"], 1)
    assert decide(moderator, comment, "erase") == 302
    assert (shown(client), Delivery.objects.count()) == (["Bo", "1 comment"], 0)


def in_bulk(client: Client, action: str, comments: list[Comment] | str, following: str = LISTING) -> HttpResponse:
    chosen = "id=all" if isinstance(comments, str) else "&".join(f"id={comment.pk}" for comment in comments)
    address = f"/admin/bulk/blog/comment/{action}/?next={following.replace('&', '%26')}&{chosen}"
    assert soup(client.get(address)).select_one("form[method=post] button[type=submit]")
    return client.post(address)


def test_many_are_decided_on_at_once(client: Client, moderator: Client, post: PostPage) -> None:
    comments = [make_comment(post, name=name, state=WAITING) for name in ("Ada", "Bo", "Cy")]
    never = make_comment(post, name="Di", state=CommentState.UNCONFIRMED)
    response = in_bulk(moderator, "approve", [*comments, never])
    assert (response.status_code, response["Location"]) == (302, LISTING)
    assert "3 comments: approved." in moderator.get(LISTING).content.decode()
    assert shown(client) == ["Ada", "Bo", "Cy", "3 comments"]
    in_bulk(moderator, "spam", comments[:1])
    in_bulk(moderator, "reject", comments[1:2])
    in_bulk(moderator, "undo", comments[2:])
    states = [state_of(comment) for comment in (*comments, never)]
    assert (states, shown(client)) == (["spam", "rejected", "waiting", "unconfirmed"], [])


def test_all_means_what_the_listing_held(moderator: Client, post: PostPage) -> None:
    ada, bo = make_comment(post, name="Ada", state=WAITING), make_comment(post, name="Bo", state=WAITING)
    rejected = make_comment(post, name="Ada", state=REJECTED)
    in_bulk(moderator, "approve", "all", f"{LISTING}?state=waiting&q=ada")
    assert [state_of(comment) for comment in (ada, bo, rejected)] == ["approved", "waiting", "rejected"]


def test_many_are_deleted_by_whoever_may(client: Client, moderator: Client, blog: BlogPage, post: PostPage) -> None:
    binned = make_comment(make_post(blog, title="Lighthouse"), name="Di")
    move_to_bin([binned.post.pk])
    shown_one = make_comment(post, name="Ada", address="ada@example.org")
    reply = make_comment(post, name="Bo", reply_to=shown_one)
    unconfirmed = make_comment(post, name="Cy", state=CommentState.UNCONFIRMED)
    eve = client_of(make_moderator("view_comment", "change_comment", name="eve"))
    address = f"/admin/bulk/blog/comment/delete/?next={LISTING}&id={shown_one.pk}"
    assert (eve.get(address).status_code, eve.post(address).status_code, Comment.objects.count()) == (302, 302, 4)
    in_bulk(moderator, "delete", [shown_one, unconfirmed])
    assert "2 comments are deleted." in moderator.get(LISTING).content.decode()
    assert (shown(client), Comment.objects.get(pk=reply.pk).reply_to) == (["Bo", "1 comment"], None)
    in_bulk(moderator, "delete", "all")
    assert list(Comment.objects.all()) == [binned]


def test_listing_offers_decisions_on_many(moderator: Client, post: PostPage) -> None:
    make_comment(post, state=WAITING)
    page = soup(moderator.get(LISTING))
    assert [link["href"].split("?")[0].split("/")[-2] for link in page.select(".bulk-actions-buttons a")] == [
        "approve",
        "reject",
        "spam",
        "undo",
        "delete",
    ]
    box = page.select_one("td [data-bulk-action-checkbox]")
    assert page.find(id=box["aria-describedby"]) is not None


@pytest.mark.parametrize("permissions", [(), ("view_comment",)])
def test_without_the_permission_nothing_is_shown_or_done(post: PostPage, permissions: tuple[str, ...]) -> None:
    comment = make_comment(post, "A xylophone.", state=WAITING)
    client = client_of(make_moderator(*permissions, name="eve"))
    addresses = [f"{LISTING}{comment.pk}/approve/", f"/admin/bulk/blog/comment/approve/?next=/admin/&id={comment.pk}"]
    addresses += [] if permissions else [LISTING, f"{LISTING}{comment.pk}/"]
    for address in addresses:
        for response in (client.get(address), client.post(address)):
            assert b"xylophone" not in response.content
    assert state_of(comment) == "waiting"
    assert "awaits moderation" not in client.get("/admin/").content.decode()
    assert ("Comments" in client.get("/admin/").content.decode()) is bool(permissions)


def test_export_holds_no_formula(moderator: Client, post: PostPage) -> None:
    make_comment(post, "=1+1", name="@Ada", state=WAITING)
    response = moderator.get(f"{LISTING}?export=csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode()))
    assert (row["Name"], row["Text"]) == ("'@Ada", "'=1+1")


def test_dashboard_says_what_awaits(moderator: Client, post: PostPage) -> None:
    assert "comments" not in [panel.get("id") for panel in soup(moderator.get("/admin/")).select("section")]
    make_comment(post, state=WAITING)
    make_comment(post, state=SPAM)
    link = soup(moderator.get("/admin/")).select_one(f'a[href="{LISTING}?state=waiting"]')
    assert link.get_text() == "1 comment awaits moderation"


def test_moderators_get_one_notice_of_all_waiting_comments(post: PostPage) -> None:
    mo = make_moderator("change_comment", email="mo@example.org")
    make_moderator("view_comment", name="eve", email="eve@example.org")
    quiet = make_moderator("change_comment", name="quiet", email="quiet@example.org")
    UserProfile.objects.create(user=quiet, submitted_notifications=False)
    make_moderator("change_comment", name="nowhere")
    User.objects.create_superuser("root", email="root@example.org")
    User.objects.create_superuser("gone", email="gone@example.org", is_active=False)
    ada = make_comment(post, "One.\n\nTwo.", name="Ada", address="ada@example.org", state=WAITING)
    bo = make_comment(post, "Three.", name="Bo", state=WAITING)
    make_comment(post, name="Cy", state=CommentState.UNCONFIRMED)
    assert (moderation.notify_moderators(), moderation.notify_moderators()) == (2, 0)
    assert sorted(Delivery.objects.values_list("to", flat=True)) == ["mo@example.org", "root@example.org"]
    message = compose.compose(Delivery.objects.get(to="mo@example.org"))
    assert message.subject == "2 comments await you"
    body = [line for line in str(message.body).splitlines() if line]
    assert body[:4] == ["Ada (ada@example.org) on “Harbour”:", "One.", "Two.", f"http://testserver{LISTING}{ada.pk}/"]
    assert f"http://testserver{LISTING}{bo.pk}/" in body
    assert body[-1] == f"http://testserver{LISTING}?state=waiting"
    UserProfile.objects.create(user=mo, preferred_language="de")
    compose.compose(Delivery.objects.get(to="mo@example.org"))
    assert translation.get_language() == "en"


def test_notice_lists_only_comments_still_waiting(post: PostPage) -> None:
    make_moderator("change_comment", email="mo@example.org")
    ada, bo = make_comment(post, name="Ada", state=WAITING), make_comment(post, name="Bo", state=WAITING)
    moderation.notify_moderators()
    moderation.decide([ada.pk], APPROVED, "mo")
    message = compose.compose(Delivery.objects.get(kind="comment_notice"))
    assert (message.subject, "Ada" in str(message.body)) == ("A comment awaits you", False)
    moderation.decide([bo.pk], SPAM, "mo")
    with pytest.raises(compose.Unwanted, match="Nothing awaits"):
        compose.compose(Delivery.objects.get(kind="comment_notice"))


def test_notice_is_sent_once_there_is_a_moderator(post: PostPage) -> None:
    make_comment(post, state=WAITING)
    assert moderation.notify_moderators() == 0
    make_moderator("change_comment", email="mo@example.org")
    assert moderation.notify_moderators() == 1


def test_writer_is_notified_once_and_after_the_undo_period(post: PostPage) -> None:
    comment = make_comment(post, address="ada@example.org", state=WAITING)
    for state in (APPROVED, WAITING, APPROVED):
        moderation.decide([comment.pk], state, "mo")
    mail = Delivery.objects.get()
    assert (mail.kind, mail.to, mail.due - mail.created > timedelta(minutes=4)) == ("comment_shown", "ada@example.org", True)
    message = compose.compose(mail)
    assert message.subject == "Your comment on “Harbour” is shown"
    assert f"http://testserver/harbour/#comment-{comment.pk}" in str(message.body)
    moderation.decide([comment.pk], SPAM, "mo")
    with pytest.raises(compose.Unwanted, match="in another state"):
        compose.compose(mail)


def test_comment_of_a_suppressed_writer_is_shown_without_an_email(client: Client, post: PostPage) -> None:
    comment = make_comment(post, name="Ada", address="ada@example.org", state=WAITING)
    make_subscriber("ada@example.org", state=State.SUPPRESSED)
    moderation.decide([comment.pk], APPROVED, "mo")
    assert shown(client) == ["Ada", "1 comment"]
    with pytest.raises(compose.Unwanted, match="must not be written to"):
        compose.compose(Delivery.objects.get())


def test_author_s_own_comment_brings_no_email(post: PostPage) -> None:
    reply = make_comment(post, author=make_author("maren"))
    moderation.decide([reply.pk], REJECTED, "mo")
    moderation.decide([reply.pk], APPROVED, "mo")
    assert list(Delivery.objects.all()) == []


def test_hourly_task_deletes_what_was_turned_down_long_ago(post: PostPage) -> None:
    make_comment(post, state=REJECTED, decided=timezone.now() - timedelta(days=31))
    kept = make_comment(post, state=REJECTED)
    tidy_up()
    assert list(Comment.objects.all()) == [kept]
