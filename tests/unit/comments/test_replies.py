"""E-mails about replies: asked for, confirmed by the owner of the address, one for what came in an hour, ended by a click."""

from datetime import timedelta
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction

from blog.models import Comment, CommentState, PostPage
from blog.services.bin import move_to_bin
from comments.services import moderation, replies, writing
from kimonote.tasks import tidy_up
from mail import compose, signals
from mail.bounces import Kind
from mail.models import Delivery
from signup.models import State, Subscriber
from signup.services import suppression
from tests.support.comment_factories import make_comment
from tests.support.comment_forms import FORM, link, send
from tests.support.factories import make_author
from tests.support.html import soup, words
from tests.support.signup_factories import make_subscriber
from tests.support.tokens import make_token

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"
UNSUBSCRIBE = {"List-Unsubscribe": "One-Click"}


def make_followed(post: PostPage, **fields: Any) -> Comment:
    """An approved comment of Ada's, who has confirmed that she wants to know of replies."""
    return make_comment(post, **{"name": "Ada", "address": ADA, "replies_confirmed": timezone.now(), **fields})


def make_reply(comment: Comment, text: str = "Is it?", **fields: Any) -> Comment:
    """A reply that was approved long enough ago to be told of."""
    return make_comment(comment.post, text, reply_to=comment, **{"decided": timezone.now() - timedelta(hours=1), **fields})


def told() -> list[tuple[str, list[int]]]:
    """To whom emails about replies were written, and about which."""
    replies.notify_commenters()
    found = Delivery.objects.filter(kind="comment_replies").order_by("pk")
    return [(delivery.to, delivery.context["replies"]) for delivery in found]


def page_of(comment: Comment) -> str:
    return f"/comments/replies/{make_token('replies', comment)}/"


def is_followed(comment: Comment) -> bool:
    return Comment.objects.followed().filter(pk=comment.pk).exists()


def unwanted() -> str:
    """Why the email about replies is not sent."""
    with pytest.raises(compose.Unwanted) as caught:
        compose.compose(Delivery.objects.get(kind="comment_replies"))
    return str(caught.value)


def test_new_address_confirms_comment_and_emails_by_one_button(client: Client, post: PostPage) -> None:
    assert soup(client.get(FORM)).select_one("#replies").get("checked") is None
    send(client, replies="1")
    address = link(Delivery.objects.get(), "publish")
    box = soup(client.get(address)).select_one("form [name=replies]")
    assert (box.get("checked"), Comment.objects.get().replies_confirmed) == ("", None)
    client.post(address, {"replies": "1"})
    comment = Comment.objects.get()
    assert (comment.state, is_followed(comment), Delivery.objects.count()) == (CommentState.WAITING, True, 1)


def test_who_thinks_better_of_it_when_confirming_is_sent_nothing(client: Client, post: PostPage) -> None:
    send(client, replies="1")
    client.post(link(Delivery.objects.get(), "publish"))
    comment = Comment.objects.get()
    assert (comment.state, comment.replies_asked, is_followed(comment)) == (CommentState.WAITING, False, False)


def test_without_the_box_nothing_is_offered(client: Client, post: PostPage) -> None:
    send(client)
    assert soup(client.get(link(Delivery.objects.get(), "publish"))).select("[name=replies]") == []


def test_owner_of_a_known_address_is_asked_in_the_email_that_the_comment_is_shown(client: Client, post: PostPage) -> None:
    """Anybody may type a known address: the form alone brings no email, and no reply is told of before its owner confirms."""
    make_followed(post)
    send(client, replies="1")
    comment = Comment.objects.latest("pk")
    assert (Delivery.objects.count(), is_followed(comment)) == (0, False)
    moderation.decide([comment.pk], CommentState.APPROVED, "mo")
    make_reply(comment)
    assert told() == []
    address = link(Delivery.objects.get(), "replies")
    assert "No e-mails about replies to this comment go to ada@example.org." in words(client.get(address))
    assert not is_followed(comment)
    strict = Client(enforce_csrf_checks=True)
    assert (strict.post(address, {"on": "1"}).status_code, is_followed(comment)) == (303, True)
    assert [to for to, _ in told()] == [ADA]


def test_shown_email_offers_nothing_that_was_not_asked_for_or_is_confirmed(post: PostPage) -> None:
    for fields in ({}, {"replies_asked": True, "replies_confirmed": timezone.now()}):
        comment = make_comment(post, state=CommentState.WAITING, **fields)
        moderation.decide([comment.pk], CommentState.APPROVED, "mo")
        assert "/comments/replies/" not in str(compose.compose(Delivery.objects.latest("pk")).body)


def test_replies_are_bundled_and_told_once(post: PostPage) -> None:
    comment = make_followed(post)
    other = make_followed(post, address="bo@example.org")
    make_comment(post, reply_to=make_comment(post))
    first, second, third = make_reply(comment, name="Bo"), make_reply(comment, name="Cy"), make_reply(other)
    waiting = make_reply(comment, state=CommentState.WAITING)
    fresh = make_reply(comment, decided=timezone.now())
    assert told() == told() == [(ADA, [first.pk, second.pk]), ("bo@example.org", [third.pk])]
    Comment.objects.filter(pk__in=(fresh.pk, waiting.pk)).update(
        decided=timezone.now() - timedelta(minutes=6), state=CommentState.APPROVED
    )
    assert len(told()) == 2  # within the hour
    Comment.objects.exclude(writer_told=None).update(writer_told=timezone.now() - timedelta(minutes=61))
    assert told()[2:] == [(ADA, [waiting.pk, fresh.pk])]
    message = compose.compose(Delivery.objects.filter(to=ADA).earliest("pk"))
    assert message.subject == "2 replies to your comment on “Harbour”"
    body = str(message.body)
    assert [f"{name} wrote:" in body for name in ("Bo", "Cy", "Reader")] == [True, True, False]
    assert f"http://testserver/harbour/#comment-{first.pk}" in body
    assert ADA not in body


def test_nobody_is_told_of_their_own_replies(post: PostPage) -> None:
    """By another spelling of the same mailbox, or as an author of the blog."""
    comment = make_followed(post)
    make_reply(comment, address="Ada+notes@example.org")
    make_reply(comment, author=make_author("ada", user=User.objects.create_user("ada", email=ADA)))
    assert told() == []
    assert Comment.objects.filter(writer_told=None).count() == 1


def test_author_s_reply_is_told_of(post: PostPage) -> None:
    comment = make_followed(post)
    reply = make_reply(comment, author=make_author("maren", name="Maren Holt"))
    assert told() == [(ADA, [reply.pk])]
    message = compose.compose(Delivery.objects.get())
    assert (message.subject, "Maren Holt wrote:" in str(message.body)) == ("A reply to your comment on “Harbour”", True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda reply: moderation.decide([reply.pk], CommentState.SPAM, "mo"), "The replies are not shown any more."),
        (lambda reply: moderation.decide([reply.reply_to_id], CommentState.REJECTED, "mo"), "in another state"),
        (lambda reply: reply.post.unpublish(), "Not everyone may read the post now."),
        (lambda reply: move_to_bin([reply.post.pk]), "Not everyone may read the post now."),
        (
            lambda reply: PageViewRestriction.objects.create(page=reply.post.page_ptr, restriction_type="login"),
            "Not everyone may read the post now.",
        ),
        (lambda reply: replies.end(reply.reply_to), "Its writer wants to know of replies no more."),
        (lambda reply: make_subscriber(ADA, state=State.SUPPRESSED), "must not be written to"),
    ],
)
def test_what_has_changed_until_it_is_sent_is_not_told_of(post: PostPage, change: Any, why: str) -> None:
    reply = make_reply(make_followed(post))
    assert len(told()) == 1
    change(reply)
    assert why in unwanted()


def test_one_click_ends_the_emails(client: Client, post: PostPage, settings: Settings) -> None:
    settings.BOUNCE_DOMAIN = settings.BOUNCE_MAILDIR = ""
    comment, other = make_followed(post), make_followed(post)
    make_reply(comment)
    told()
    message = compose.compose(Delivery.objects.get())
    url = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert (url, message.extra_headers["List-Unsubscribe-Post"]) == (page_of(comment), "List-Unsubscribe=One-Click")
    assert [url in str(text) for text in (message.body, message.alternatives[0][0])] == [True, True]
    assert "You are told of replies to one other comment of yours, too." in words(client.get(url))
    assert is_followed(comment)
    response = Client(enforce_csrf_checks=True).post(url, UNSUBSCRIBE)
    assert (response.status_code, response["Cache-Control"], is_followed(comment)) == (200, "private, no-store", False)
    assert is_followed(other)
    client.post(url, {"all": "1"})
    assert list(Comment.objects.followed()) == []


def test_emails_end_by_mail_by_a_service_and_by_what_comes_back(post: PostPage) -> None:
    comment = make_followed(post)
    answers = signals.unsubscribing.send(sender=None, token=make_token("replies", comment))
    assert sorted(theirs for _receiver, theirs in answers) == [False, True]
    assert not is_followed(comment)
    for event, reason in (
        (EventType.UNSUBSCRIBED, None),
        (EventType.COMPLAINED, None),
        (EventType.BOUNCED, "bounced"),
    ):
        Comment.objects.update(replies_confirmed=timezone.now())
        tracking.send(
            sender=None,
            event=AnymailTrackingEvent(event_type=event, recipient=ADA, reject_reason=reason, esp_event={"event": "bounce"}),
            esp_name="test",
        )
        assert (event, is_followed(comment)) == (event, False)
    assert Subscriber.objects.get().suppressed_because == "complaint"


def test_soft_bounce_ends_nothing(post: PostPage) -> None:
    comment = make_followed(post)
    signals.bounced.send(sender=None, address=ADA, kind=Kind.SOFT, when=timezone.now(), detail="452 full")
    assert is_followed(comment)


def test_link_of_a_deleted_comment_says_so(client: Client, post: PostPage) -> None:
    comment = make_followed(post)
    address, reply = page_of(comment), make_reply(comment)
    told()
    writing.erase(comment)
    assert (client.post(address, UNSUBSCRIBE).status_code, Delivery.objects.count()) == (410, 0)
    assert Comment.objects.get() == reply


def test_page_tells_nothing_of_a_post_that_not_everyone_may_read(client: Client, post: PostPage) -> None:
    comment = make_followed(post)
    assert "Harbour" in words(client.get(page_of(comment)))
    post.unpublish()
    assert "Harbour" not in client.get(page_of(comment)).content.decode()
    assert (client.post(page_of(comment)).status_code, is_followed(comment)) == (200, False)


def test_suppressed_address_is_refused_in_words(client: Client, post: PostPage) -> None:
    comment = make_comment(post, address=ADA)
    make_subscriber(ADA, state=State.SUPPRESSED)
    response = client.post(page_of(comment), {"on": "1"})
    assert (response.status_code, is_followed(comment)) == (410, False)
    assert "This address is on our list of those we never write to." in words(response)


def test_erasing_an_address_takes_its_wish_and_emails_along(client: Client, post: PostPage) -> None:
    ada, comment = make_subscriber(ADA), make_followed(post)
    make_reply(comment)
    told()
    held = client.get(f"/signup/manage/{make_token('manage', ada)}/subscription.json").json()["comments"]
    assert [row["replies_confirmed"] is not None for row in held] == [True]
    suppression.erase(ada)
    assert (is_followed(comment), Delivery.objects.count()) == (False, 0)
    assert client.post(page_of(comment), {"on": "1"}).status_code == 410


def test_confirmation_holds_for_a_year(post: PostPage) -> None:
    old, kept = make_followed(post, replies_confirmed=timezone.now() - timedelta(days=366)), make_followed(post)
    tidy_up()
    assert (is_followed(old), is_followed(kept)) == (False, True)


def test_neither_readers_nor_moderators_see_who_is_told(client: Client, post: PostPage) -> None:
    comment = make_followed(post, replies_asked=True)
    make_reply(comment)
    pages: list[HttpResponse] = [client.get(path) for path in ("/harbour/", "/comments/", "/harbour/feed.json")]
    assert [ADA in page.content.decode() for page in pages] == [False] * 3
    moderator = Client()
    moderator.force_login(User.objects.create_superuser("mo"))
    listed = b"".join(moderator.get("/admin/comments/?export=csv").streaming_content).decode()
    assert ("replies" in listed.lower(), "replies" in moderator.get(f"/admin/comments/{comment.pk}/").content.decode()) == (
        False,
        False,
    )
