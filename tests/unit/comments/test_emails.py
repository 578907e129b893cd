"""The emails about a comment to its writer, and the pages behind their links."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from blog.models import Comment, CommentState, PostPage
from comments.services import writing
from mail import compose
from mail.models import Delivery, SuppressionReason
from signup.models import State, Subscriber
from signup.services import suppression
from tests.support.comment_factories import make_comment
from tests.support.comment_forms import link, send
from tests.support.factories import make_author
from tests.support.html import words
from tests.support.signup_factories import make_subscriber, signed_at
from tests.support.tokens import make_token
from web.tokens import Claim

pytestmark = pytest.mark.django_db


def test_email_holds_nothing_that_its_sender_chose(client: Client, post: PostPage) -> None:
    send(client, "Buy https://spam.example/ now", name="Spammer")
    message = compose.compose(Delivery.objects.get())
    everything = f"{message.subject}{message.body}{message.alternatives[0][0]}"
    assert [word for word in ("spam", "Spammer", "Buy") if word in everything] == []
    assert message.subject == "Please confirm: your comment on “Harbour”"
    assert "It was sent on" in message.body
    assert "from the network 127.0.0.0/24" in message.body


def test_following_the_link_does_nothing_and_its_button_confirms(client: Client, post: PostPage) -> None:
    send(client)
    address = link(Delivery.objects.get(), "publish")
    asked = client.get(address)
    assert "Did you write this, as Ada from ada@example.org?" in words(asked)
    assert Comment.objects.get().state == CommentState.UNCONFIRMED
    assert (asked["Referrer-Policy"], asked["X-Robots-Tag"], asked["Cache-Control"]) == (
        "no-referrer",
        "noindex",
        "private, no-store",
    )
    strict = Client(enforce_csrf_checks=True)
    assert (strict.post(address).status_code, strict.post(address).status_code) == (303, 303)
    comment = Comment.objects.get()
    assert (comment.state, comment.confirmed is not None) == (CommentState.WAITING, True)
    assert "It is confirmed, and awaits somebody" in words(client.get(address))
    assert b"Well said." not in client.get("/harbour/").content


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CommentState.APPROVED, "It is shown below the note."),
        (CommentState.REJECTED, "It is not shown: whoever looks after the comments here decided so."),
        (CommentState.SPAM, "It is not shown: whoever looks after the comments here decided so."),
    ],
)
def test_link_says_what_became_of_a_comment(client: Client, post: PostPage, state: CommentState, said: str) -> None:
    comment = make_comment(post, state=state)
    address = f"/comments/publish/{make_token('publish', comment)}/"
    assert said in words(client.get(address))
    client.post(address, {"disown": "1"})
    assert Comment.objects.get().state == state


def test_disowning_deletes_the_comment_and_ends_all_emails(client: Client, post: PostPage) -> None:
    send(client)
    address = link(Delivery.objects.get(), "publish")
    assert "The comment is deleted" in words(client.post(address, {"disown": "1"}))
    subscriber = Subscriber.objects.get()
    assert (subscriber.address, subscriber.state, subscriber.suppressed_because) == (
        "ada@example.org",
        State.SUPPRESSED,
        SuppressionReason.REFUSED,
    )
    assert (list(Comment.objects.all()), list(Delivery.objects.all())) == ([], [])
    assert client.get(address).status_code == 410
    send(client)
    assert (list(Comment.objects.all()), list(Delivery.objects.all())) == ([], [])


def test_expired_broken_and_foreign_links_explain_themselves(client: Client, post: PostPage) -> None:
    comment = make_comment(post, state=CommentState.UNCONFIRMED)
    old = signed_at(timezone.now() - timedelta(days=8), lambda: make_token("publish", comment))
    other = make_token("withdraw", comment)
    found = {token: client.post(f"/comments/publish/{token}/").status_code for token in (old, other, "x")}
    assert found == {old: 410, other: 404, "x": 404}
    assert Comment.objects.get().state == CommentState.UNCONFIRMED
    token = make_token("publish", comment)
    Comment.objects.all().delete()
    Comment.objects.create(pk=comment.pk, post=post, name="Bo", text="Another.")
    assert client.post(f"/comments/publish/{token}/").status_code == 410


def test_writer_withdraws_a_comment(client: Client, post: PostPage) -> None:
    comment = make_comment(post, "A xylophone.", address="ada@example.org")
    reply = make_comment(post, reply_to=comment)
    address = f"/comments/withdraw/{make_token('withdraw', comment)}/"
    assert "Delete your comment?" in words(client.get(address))
    assert b"xylophone" in client.get("/harbour/").content
    assert "Your comment is deleted" in words(client.post(address))
    assert b"xylophone" not in client.get("/harbour/").content
    assert b"1 comment<" in client.get("/").content
    assert list(Comment.objects.values_list("pk", "reply_to")) == [(reply.pk, None)]


@pytest.mark.parametrize(
    ("page", "given", "state", "said", "status"),
    [
        ("publish", {}, CommentState.UNCONFIRMED, "Nothing is kept any more", 410),
        ("publish", {"disown": "1"}, CommentState.UNCONFIRMED, "The comment is deleted", 200),
        ("withdraw", {}, CommentState.APPROVED, "Your comment is deleted", 200),
        ("replies", {}, CommentState.APPROVED, "Nothing is kept any more", 410),
    ],
)
def test_second_click_on_a_comment_deleted_meanwhile_is_no_error(
    client: Client,
    post: PostPage,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    given: dict[str, str],
    state: CommentState,
    said: str,
    status: int,
) -> None:
    comment = make_comment(post, address="ada@example.org", state=state)

    def delete_after_reading(claim: Claim) -> Comment:
        found = read(claim)
        Comment.objects.filter(pk=found.pk).delete()
        return found

    read = writing.comment_of
    monkeypatch.setattr(writing, "comment_of", delete_after_reading)
    response = client.post(f"/comments/{page}/{make_token(page, comment)}/", given)
    assert response.status_code == status
    assert said in words(response)


@pytest.mark.parametrize("page", ["publish", "withdraw"])
@pytest.mark.parametrize("state", [CommentState.UNCONFIRMED, CommentState.APPROVED])
def test_pages_tell_nothing_of_a_post_that_their_reader_may_not_open(
    client: Client, admin_client: Client, post: PostPage, page: str, state: CommentState
) -> None:
    comment = make_comment(post, "Well [said](there).", state=state)
    PostPage.objects.filter(pk=post.pk).update(title="Zeppelin", slug="zeppelin")
    PageViewRestriction.objects.create(page=post.page_ptr, restriction_type="login")
    address = f"/comments/{page}/{make_token(page, comment)}/"
    shown = client.get(address).content.decode()
    assert "Well" in shown
    assert "zeppelin" not in shown.lower()
    assert "Zeppelin" in words(admin_client.get(address))


def test_commenter_who_is_suppressed_gets_no_email(client: Client, post: PostPage) -> None:
    make_subscriber("ada@example.org", state=State.SUPPRESSED)
    assert send(client).status_code == 303
    assert (list(Comment.objects.all()), list(Delivery.objects.all())) == ([], [])


def test_email_is_not_sent_once_its_address_is_suppressed(client: Client, post: PostPage) -> None:
    send(client)
    make_subscriber("ada@example.org", state=State.SUPPRESSED)
    with pytest.raises(compose.Unwanted, match="must not be written to"):
        compose.compose(Delivery.objects.get())


def test_erasing_a_subscriber_takes_the_address_off_their_comments(client: Client, post: PostPage) -> None:
    ada = make_subscriber("ada@example.org")
    shown = make_comment(post, "A xylophone.", name="Ada", address="Ada@example.org")
    make_comment(post, address="ada@example.org", state=CommentState.WAITING)
    reply = make_comment(post, author=make_author("maren"))
    send(client, "More.")
    kept = client.get(f"/signup/manage/{make_token('manage', ada)}/subscription.json").json()
    assert [comment["text"] for comment in kept["comments"]] == ["A xylophone.", "Well said.", "More."]
    suppression.erase(ada)
    assert list(Comment.objects.order_by("pk").values_list("pk", "address")) == [(shown.pk, ""), (reply.pk, "")]
    assert b"xylophone" in client.get("/harbour/").content
    assert list(Delivery.objects.all()) == []
