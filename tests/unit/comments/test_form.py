"""The form of a comment: whole without script, refusals in words, replies, and where there is none."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import PageViewRestriction, Site

from blog.models import Appearance, BlogPage, Comment, CommentState, PostPage
from mail.models import Delivery
from tests.support.comment_factories import make_comment
from tests.support.comment_forms import FORM, SENT, send
from tests.support.factories import make_post
from tests.support.html import soup, words
from tests.support.signup_factories import stamp

pytestmark = pytest.mark.django_db


def test_the_form_is_whole_without_script(client: Client, post: PostPage) -> None:
    response = client.get(FORM)
    page = soup(response)
    assert [label["for"] for label in page.select("main form label")] == ["name", "email", "text", "replies", "website"]
    assert page.select_one("[name=website]").find_parent(hidden=True)
    assert page.select("script, [style], [onclick]") == []
    assert page.title.get_text() == "Write a comment · Harbour · Notes"
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
    assert response["Cache-Control"] == "private, no-store"


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
    with time_machine.travel(datetime.now(UTC), tick=False):
        assert "That was quick." in words(send(client, stamp=stamp(timedelta(0))))
    assert send(client, website="https://spam.example")["Location"] == SENT
    assert list(Comment.objects.all()) == []


def test_suggested_address_is_taken_by_its_button(client: Client, post: PostPage) -> None:
    button = soup(send(client, email="ada@gmial.com")).select("main form button")[1]
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
    comment = make_comment(post)
    if kind == "draft":
        post.unpublish()
    elif kind == "unknown":
        post.delete()
    else:
        restriction = {"private": PageViewRestriction.LOGIN, "password": PageViewRestriction.PASSWORD}[kind]
        PageViewRestriction.objects.create(page=post, restriction_type=restriction, password="secret")
    for address in (FORM, SENT, f"{FORM}?to={comment.pk}"):
        response, unknown = client.get(address), client.get(address.replace("harbour", "nowhere"))
        assert (response.status_code, response.content) == (404, unknown.content.replace(b"nowhere", b"harbour"))
    assert send(client).status_code == 404
    assert client.get("/harbour/feed.atom").status_code == 404
    assert list(Delivery.objects.all()) == []


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


def test_other_methods_and_slugs_are_refused(client: Client, post: PostPage) -> None:
    assert client.put(FORM).status_code == 405
    assert client.post(SENT).status_code == 405
    assert client.get("/harbour/comment").status_code == 301
    assert client.get("/tags/comment/").status_code == 404
