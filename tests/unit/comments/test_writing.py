"""What becomes of comments as visitors and authors send them: known or not, within limits, kept for how long."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from blog.models import Comment, CommentState, PostPage
from comments.services import writing
from mail.models import Delivery
from signup.models import State, Subscriber
from signup.services import suppression
from tests.support.comment_factories import make_comment
from tests.support.comment_forms import FORM, SENT, send
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author
from tests.support.html import soup, words
from tests.support.signup_factories import make_subscriber, stamp
from web.rates import read_limits

pytestmark = pytest.mark.django_db


def test_comment_waits_for_its_writer(client: Client, post: PostPage) -> None:
    response = send(client, "One\r\n*two*", name=" Ada \u0007 Byron ")
    assert (response.status_code, response["Location"], response.content) == (303, SENT, b"")
    comment = Comment.objects.get()
    assert (comment.name, comment.address, comment.text, comment.html, comment.state) == (
        "Ada Byron",
        "ada@example.org",
        "One\n*two*",
        "<p>One\n<em>two</em></p>",
        CommentState.UNCONFIRMED,
    )
    assert list(Delivery.objects.values_list("kind", "to")) == [("comment_confirm", "ada@example.org")]
    assert words(client.get(SENT)).startswith("Thank you")


def test_known_address_goes_straight_to_the_moderators(client: Client, post: PostPage) -> None:
    make_comment(post, address="Ada@example.org", state=CommentState.REJECTED)
    send(client)
    assert Comment.objects.latest("pk").state == CommentState.WAITING
    assert list(Delivery.objects.all()) == []
    assert b"Well said." not in client.get("/harbour/").content


@pytest.mark.parametrize("state", [CommentState.UNCONFIRMED, CommentState.SPAM])
def test_address_of_spam_or_never_confirmed_is_not_known(client: Client, post: PostPage, state: CommentState) -> None:
    make_comment(post, address="ada@example.org", state=state)
    send(client)
    assert Comment.objects.latest("pk").state == CommentState.UNCONFIRMED


def answer(client: Client) -> tuple[object, ...]:
    """All that a visitor sees of the answer to a comment from ada@example.org, and the page after it."""
    response = send(client)
    after = client.get(response["Location"])
    return (response.status_code, dict(response.headers), response.content, dict(response.cookies), after.content)


def test_every_address_gets_the_same_answer_by_the_same_work(client: Client, post: PostPage, settings: Settings) -> None:
    answers, work = {}, {}
    client.get(FORM)
    for number, case in enumerate(("new", "pending", "known", "suppressed", "erased", "subscribed", "spam", "limited")):
        Comment.objects.all().delete()
        Subscriber.objects.all().delete()
        match case:
            case "pending" | "known" | "spam":
                state = {"pending": CommentState.UNCONFIRMED, "known": CommentState.APPROVED, "spam": CommentState.SPAM}[case]
                make_comment(post, address="ada@example.org", state=state)
            case "suppressed":
                make_subscriber("ada@example.org", state=State.SUPPRESSED)
            case "subscribed":
                make_subscriber("ada@example.org")
            case "erased":
                suppression.erase(make_subscriber("ada@example.org"))
        client.get(SENT)  # brings what the process remembers of the revision up to date
        settings.COMMENT_LIMITS = read_limits("address:1/day" if case == "limited" else f"address:{10 + number}/day")
        if case == "limited":
            send(client)
        with CaptureQueriesContext(connection) as captured:
            answers[case] = answer(client)
        work[case] = len(captured)
    assert {case for case, given in answers.items() if given != answers["new"]} == set()
    assert {case: count for case, count in work.items() if count != work["new"]} == {}


def test_comments_beyond_the_limits_are_dropped_and_counted_apart_from_sign_ups(
    client: Client, post: PostPage, settings: Settings
) -> None:
    settings.COMMENT_LIMITS = read_limits("network:2/hour")
    settings.SIGNUP_LIMITS = read_limits("network:1/hour")
    for number in range(4):
        assert send(client, f"Number {number}", email=f"reader{number}@example.org").status_code == 303
    assert Comment.objects.count() == 2
    client.post("/signup/", {"email": "ada@example.org", "tags": "", "stamp": stamp()})
    assert Subscriber.objects.count() == 1


def test_author_s_comment_is_shown_at_once(client: Client, post: PostPage) -> None:
    maren = User.objects.create_user("maren")
    make_author("maren", name="Maren Holt", user=maren)
    ada = make_comment(post, name="Ada")
    signed_in = Client()
    signed_in.force_login(maren)
    page = soup(signed_in.get(f"{FORM}?to={ada.pk}"))
    assert [field["name"] for field in page.select("main form [name]")] == ["csrfmiddlewaretoken", "to", "text"]
    assert "You write as Maren Holt, and what you write is shown at once." in " ".join(page.main.get_text().split())
    response = signed_in.post(FORM, {"to": ada.pk, "text": "Thank *you*."})
    reply = Comment.objects.latest("pk")
    assert (response.status_code, response["Location"]) == (303, f"/harbour/#comment-{reply.pk}")
    assert (reply.reply_to, reply.author.handle, reply.address, reply.decided_by) == (ada, "maren", "", "maren")
    shown = soup(client.get("/harbour/"))
    assert [comment["id"] for comment in shown.select("#comments .h-cite")] == [f"comment-{ada.pk}", f"comment-{reply.pk}"]
    assert "Maren Holt (author)" in shown.select_one(f"#comment-{reply.pk} .meta").get_text()
    assert b"2 comments" in client.get("/").content


def test_author_s_empty_comment_is_refused(post: PostPage) -> None:
    moderator = client_of(member_of("Moderators"))
    assert "Please write something." in words(moderator.post(FORM, {"text": " "}))
    assert list(Comment.objects.all()) == []


def test_forged_request_in_an_author_s_name_is_refused(post: PostPage) -> None:
    maren = User.objects.create_user("maren")
    make_author("maren", user=maren)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maren)
    assert strict.post(FORM, {"text": "Forged."}).status_code == 403
    assert list(Comment.objects.all()) == []


def test_moderator_without_a_byline_writes_under_the_blog_s_name(client: Client, post: PostPage) -> None:
    moderator = client_of(member_of("Moderators"))
    moderator.post(FORM, {"text": "From the admin."})
    assert Comment.objects.get().name == "Notes"


def test_what_nobody_confirmed_or_somebody_turned_down_is_deleted_in_time(post: PostPage) -> None:
    long_ago, lately = timezone.now() - timedelta(days=31), timezone.now() - timedelta(days=29)
    for sent in (long_ago, lately):
        for state in CommentState:
            decided = sent if state in (CommentState.APPROVED, CommentState.REJECTED, CommentState.SPAM) else None
            make_comment(post, state=state, sent=sent, decided=decided)
    assert writing.forget(timezone.now()) == 3
    kept = Comment.objects.filter(sent__lt=lately).values_list("state", flat=True)
    assert sorted(kept) == ["approved", "waiting"]
    assert Comment.objects.filter(sent=lately).count() == 5


def test_addresses_show_nowhere(client: Client, post: PostPage) -> None:
    comment = make_comment(post, address="ada@example.org")
    pages = ["/harbour/", "/", "/harbour/feed.json", "/comments/", f"{FORM}?to={comment.pk}"]
    assert [page for page in pages if b"ada@example.org" in client.get(page).content] == []
