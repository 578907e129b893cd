"""Comments as visitors write them: the form and its refusals, one answer for all, the letter, the page behind its link."""

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction, Site

from blog.models import Appearance, BlogPage, Comment, CommentState, PostPage
from comments import writing
from signup import delivery, subscriptions, tokens
from signup.models import Mail, Reason, State, Subscriber
from signup.rates import read_limits
from tests.comment_factories import make_comment
from tests.factories import make_author, make_post
from tests.signup_factories import make_subscriber, signed_at, stamp

pytestmark = pytest.mark.django_db
FORM, SENT = "/harbour/comment/", "/harbour/comment/sent/"


@pytest.fixture
def post(blog: BlogPage) -> PostPage:
    return make_post(blog, "common", title="Harbour", slug="harbour", body="Ships.")


def soup(response: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def words(response: HttpResponse) -> str:
    return " ".join(soup(response).select_one("main").get_text().split())


def send(client: Client, text: str = "Well said.", **more: str) -> Any:
    """Send the form as someone does who took a minute over it."""
    return client.post(FORM, {"name": "Ada", "email": "ada@example.org", "text": text, "stamp": stamp(), **more})


def link(mail: Mail, view: str) -> str:
    """The address a letter leads to, as it is sent."""
    found = re.search(rf"http://testserver(/comments/{view}/\S+)", str(delivery.compose(mail).body))
    assert found
    return found[1]


def test_the_form_is_whole_without_script(client: Client, post: PostPage) -> None:
    response = client.get(FORM)
    page = soup(response)
    assert [label["for"] for label in page.select("form label")] == ["name", "email", "text", "website"]
    assert page.select_one("[name=website]").find_parent(hidden=True)
    assert page.select("script, [style], [onclick]") == []
    assert page.title.get_text() == "Write a comment · Harbour · Notes"
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    assert response["Cache-Control"] == "private, no-store"


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
    assert list(Mail.objects.values_list("kind", "to")) == [("comment_confirm", "ada@example.org")]
    assert words(client.get(SENT)).startswith("Thank you")


def test_letter_holds_nothing_that_its_sender_chose(client: Client, post: PostPage) -> None:
    send(client, "Buy https://spam.example/ now", name="Spammer")
    message = delivery.compose(Mail.objects.get())
    everything = f"{message.subject}{message.body}{message.alternatives[0][0]}"
    assert [word for word in ("spam", "Spammer", "Buy") if word in everything] == []
    assert message.subject == "Please confirm: your comment on “Harbour”"
    assert "It was sent on" in message.body
    assert "from the network 127.0.0.0/24" in message.body


def test_following_the_link_does_nothing_and_its_button_confirms(client: Client, post: PostPage) -> None:
    send(client)
    address = link(Mail.objects.get(), "publish")
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
    address = f"/comments/publish/{tokens.make(tokens.PUBLISH, comment)}/"
    assert said in words(client.get(address))
    client.post(address, {"disown": "1"})
    assert Comment.objects.get().state == state


def test_disowning_deletes_the_comment_and_ends_all_letters(client: Client, post: PostPage) -> None:
    send(client)
    address = link(Mail.objects.get(), "publish")
    assert "The comment is deleted" in words(client.post(address, {"disown": "1"}))
    subscriber = Subscriber.objects.get()
    assert (subscriber.address, subscriber.state, subscriber.suppressed_because) == (
        "ada@example.org",
        State.SUPPRESSED,
        Reason.REFUSED,
    )
    assert (list(Comment.objects.all()), list(Mail.objects.all())) == ([], [])
    assert client.get(address).status_code == 410
    send(client)
    assert (list(Comment.objects.all()), list(Mail.objects.all())) == ([], [])


def test_expired_broken_and_foreign_links_explain_themselves(client: Client, post: PostPage) -> None:
    comment = make_comment(post, state=CommentState.UNCONFIRMED)
    old = signed_at(timezone.now() - timedelta(days=8), lambda: tokens.make(tokens.PUBLISH, comment))
    other = tokens.make(tokens.WITHDRAW, comment)
    found = {token: client.post(f"/comments/publish/{token}/").status_code for token in (old, other, "x")}
    assert found == {old: 410, other: 404, "x": 404}
    assert Comment.objects.get().state == CommentState.UNCONFIRMED
    token = tokens.make(tokens.PUBLISH, comment)
    Comment.objects.all().delete()
    Comment.objects.create(pk=comment.pk, post=post, name="Bo", text="Another.")
    assert client.post(f"/comments/publish/{token}/").status_code == 410


def test_writer_withdraws_a_comment(client: Client, post: PostPage) -> None:
    comment = make_comment(post, "A xylophone.", address="ada@example.org")
    reply = make_comment(post, reply_to=comment)
    address = f"/comments/withdraw/{tokens.make(tokens.WITHDRAW, comment)}/"
    assert "Delete your comment?" in words(client.get(address))
    assert b"xylophone" in client.get("/harbour/").content
    assert "Your comment is deleted" in words(client.post(address))
    assert b"xylophone" not in client.get("/harbour/").content
    assert b"1 comment<" in client.get("/").content
    assert list(Comment.objects.values_list("pk", "reply_to")) == [(reply.pk, None)]


def test_known_address_goes_straight_to_the_moderators(client: Client, post: PostPage) -> None:
    make_comment(post, address="Ada@example.org", state=CommentState.REJECTED)
    send(client)
    assert Comment.objects.latest("pk").state == CommentState.WAITING
    assert list(Mail.objects.all()) == []
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
                subscriptions.erase(make_subscriber("ada@example.org"))
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


def test_commenter_who_is_suppressed_gets_no_letter(client: Client, post: PostPage) -> None:
    make_subscriber("ada@example.org", state=State.SUPPRESSED)
    assert send(client).status_code == 303
    assert (list(Comment.objects.all()), list(Mail.objects.all())) == ([], [])


def test_letter_is_not_sent_once_its_address_is_suppressed(client: Client, post: PostPage) -> None:
    send(client)
    make_subscriber("ada@example.org", state=State.SUPPRESSED)
    with pytest.raises(delivery.Unwanted, match="must not be written to"):
        delivery.compose(Mail.objects.get())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " \u200b", "Please give a name; it is shown with your comment."),
        ("name", "x" * 101, "The name is too long: at most 100 characters can be shown."),
        ("email", "ada@exmaple", "This cannot be an address"),
        ("email", "ada@gmial.com", "Did you mean ada@gmail.com?"),
        ("text", " \r\n ", "Please write something."),
        ("text", "![](https://x.example/p.png)", "Please write something."),
        ("text", "x" * 5_001, "The comment has 5,001 characters; at most 5,000 can be taken. Please shorten it."),
        ("stamp", "", "This form was open for long. Please look through it and send it once more."),
    ],
)
def test_refusal_says_why_and_keeps_what_was_written(client: Client, post: PostPage, field: str, value: str, said: str) -> None:
    given = {"name": "Ada", "email": "ada@example.org", "text": "Well <b>said</b>.", "stamp": stamp(), field: value}
    response = client.post(FORM, given)
    page = soup(response)
    assert response.status_code == 422
    assert said in " ".join(page.select_one("#errors").get_text().split())
    (entry,) = page.select("#errors a")
    assert page.select_one(entry["href"]) is not None
    assert page.title.get_text().startswith("Error: ")
    assert page.select_one("#email")["value"] == given["email"]
    if field != "text":
        assert page.select_one("textarea").get_text().strip() == "Well <b>said</b>."
    assert list(Comment.objects.all()) == []


def test_quick_machine_and_one_in_the_trap_get_nowhere(client: Client, post: PostPage) -> None:
    assert "That was quick." in words(send(client, stamp=stamp(timedelta(0))))
    assert send(client, website="https://spam.example")["Location"] == SENT
    assert list(Comment.objects.all()) == []


def test_suggested_address_is_taken_by_its_button(client: Client, post: PostPage) -> None:
    button = soup(send(client, email="ada@gmial.com")).select("form button")[1]
    given = {"name": "Ada", "text": "Well said.", "stamp": stamp(), "email": ["ada@gmial.com", button["value"]]}
    assert client.post(FORM, given).status_code == 303
    assert Comment.objects.get().address == "ada@gmail.com"


def test_reply_is_kept_with_what_it_answers(client: Client, post: PostPage, blog: BlogPage) -> None:
    ada = make_comment(post, "Well said.", name="Ada")
    page = soup(client.get(f"{FORM}?to={ada.pk}"))
    assert (page.h1.get_text(), page.select_one("blockquote").get_text(strip=True)) == ("Reply to Ada", "Well said.")
    send(client, "Indeed.", to=page.select_one("[name=to]")["value"])
    assert Comment.objects.latest("pk").reply_to == ada


def test_hidden_comment_and_one_on_another_post_cannot_be_answered(client: Client, post: PostPage, blog: BlogPage) -> None:
    hidden = make_comment(post, "A xylophone.", state=CommentState.WAITING)
    elsewhere = make_comment(make_post(blog, slug="lighthouse"), "A xylophone.")
    plain = client.get(FORM)
    for number in (hidden.pk, elsewhere.pk, 999_999, "x", "9" * 40, "²"):
        page = client.get(FORM, {"to": str(number)})
        assert (page.status_code, soup(page).h1, b"xylophone" in page.content) == (200, soup(plain).h1, False)
        send(client, to=str(number), email=f"ada{number if str(number).isascii() else 'x'}@example.org")
    assert set(Comment.objects.exclude(pk__in=(hidden.pk, elsewhere.pk)).values_list("reply_to", flat=True)) == {None}


@pytest.mark.parametrize("switch", ["post", "site"])
def test_closed_comments_stay_shown_and_take_no_more(client: Client, blog: BlogPage, post: PostPage, switch: str) -> None:
    make_comment(post, "Well said.", name="Ada")
    if switch == "post":
        post.comments_allowed = False
        post.save_revision().publish()
    else:
        Appearance(site=Site.objects.get(), comments_allowed=False).save()
    page = soup(client.get("/harbour/"))
    assert [link["href"] for link in page.select('#comments a[href*="/comment/"]')] == []
    assert " ".join(page.select_one("#comments").get_text().split()) == (
        "1 comment Ada · 1 February 2018 Well said. Follow the comments: RSS · Atom · JSON Feed"
    )
    for response in (client.get(FORM), send(client, "More.")):
        assert (response.status_code, soup(response).h1.get_text()) == (403, "Comments are closed")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("kind", ["draft", "private", "password", "unknown"])
def test_post_that_a_reader_may_not_open_takes_no_comment(client: Client, blog: BlogPage, post: PostPage, kind: str) -> None:
    unknown = client.get("/nowhere/comment/")
    comment = make_comment(post)
    if kind == "draft":
        post.unpublish()
    elif kind == "unknown":
        post.delete()
    else:
        restriction = {"private": PageViewRestriction.LOGIN, "password": PageViewRestriction.PASSWORD}[kind]
        PageViewRestriction.objects.create(page=post, restriction_type=restriction, password="secret")
    for address in (FORM, SENT, f"{FORM}?to={comment.pk}"):
        response = client.get(address)
        assert (response.status_code, response.content) == (404, unknown.content.replace(b"nowhere", b"harbour"))
    assert send(client).status_code == 404
    assert client.get("/harbour/feed.atom").status_code == 404
    assert list(Mail.objects.all()) == []


def test_private_post_takes_comments_of_whoever_may_read_it(client: Client, admin_client: Client, post: PostPage) -> None:
    PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    make_comment(post, "A xylophone.")
    assert b"xylophone" in admin_client.get("/harbour/").content
    assert b"xylophone" in admin_client.get("/comments/").content
    assert admin_client.get(FORM).status_code == 200
    assert b"xylophone" not in client.get("/comments/").content
    reader = Client()
    reader.force_login(User.objects.create_user("reader"))
    assert send(reader).status_code == 303
    assert Comment.objects.latest("pk").state == CommentState.UNCONFIRMED


def test_author_s_comment_is_shown_at_once(client: Client, post: PostPage) -> None:
    maren = User.objects.create_user("maren")
    make_author("maren", name="Maren Holt", user=maren)
    ada = make_comment(post, name="Ada")
    signed_in = Client()
    signed_in.force_login(maren)
    page = soup(signed_in.get(f"{FORM}?to={ada.pk}"))
    assert [field["name"] for field in page.select("form [name]")] == ["csrfmiddlewaretoken", "to", "text"]
    assert "You write as Maren Holt, and what you write is shown at once." in " ".join(page.main.get_text().split())
    response = signed_in.post(FORM, {"to": ada.pk, "text": "Thank *you*."})
    reply = Comment.objects.latest("pk")
    assert (response.status_code, response["Location"]) == (303, f"/harbour/#comment-{reply.pk}")
    assert (reply.reply_to, reply.author.handle, reply.address, reply.decided_by) == (ada, "maren", "", "maren")
    shown = soup(client.get("/harbour/"))
    assert [comment["id"] for comment in shown.select("#comments .h-cite")] == [f"comment-{ada.pk}", f"comment-{reply.pk}"]
    assert "Maren Holt (author)" in shown.select_one(f"#comment-{reply.pk} .meta").get_text()
    assert b"2 comments" in client.get("/").content


def test_author_s_empty_comment_is_refused(admin_client: Client, post: PostPage) -> None:
    assert "Please write something." in words(admin_client.post(FORM, {"text": " "}))
    assert list(Comment.objects.all()) == []


def test_forged_request_in_an_author_s_name_is_refused(post: PostPage) -> None:
    maren = User.objects.create_user("maren")
    make_author("maren", user=maren)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maren)
    assert strict.post(FORM, {"text": "Forged."}).status_code == 403
    assert list(Comment.objects.all()) == []


def test_moderator_without_a_byline_writes_under_the_blog_s_name(client: Client, admin_client: Client, post: PostPage) -> None:
    admin_client.post(FORM, {"text": "From the admin."})
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


def test_other_methods_and_slugs_are_refused(client: Client, post: PostPage) -> None:
    assert client.put(FORM).status_code == 405
    assert client.post(SENT).status_code == 405
    assert client.get("/harbour/comment").status_code == 301
    assert client.get("/tags/comment/").status_code == 404


def test_erasing_a_subscriber_takes_the_address_off_their_comments(client: Client, post: PostPage) -> None:
    ada = make_subscriber("ada@example.org")
    shown = make_comment(post, "A xylophone.", name="Ada", address="Ada@example.org")
    make_comment(post, address="ada@example.org", state=CommentState.WAITING)
    reply = make_comment(post, author=make_author("maren"))
    send(client, "More.")
    kept = client.get(f"/signup/manage/{tokens.make(tokens.MANAGE, ada)}/subscription.json").json()
    assert [comment["text"] for comment in kept["comments"]] == ["A xylophone.", "Well said.", "More."]
    subscriptions.erase(ada)
    assert list(Comment.objects.order_by("pk").values_list("pk", "address")) == [(shown.pk, ""), (reply.pk, "")]
    assert b"xylophone" in client.get("/harbour/").content
    assert list(Mail.objects.all()) == []
