"""The mailing of a post: who would get it, hold, release, send now, a test, and what became of its emails."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from blog.models import BlogPage, PostPage, Stream
from blog.selections.selection import Selection
from blog.tagindex.store import PUBLIC, snapshot
from mail.models import Delivery, Result
from mail.worker import Sender
from signup.admin.mailing import label, sentence
from signup.digests import mailing
from signup.digests.audience import Audience, audience_of
from signup.digests.editions import SETTLING
from signup.digests.mailing import Stage
from signup.models import EmailCount, Rhythm
from tests.support.digest_clock import DAY, MINUTE, MONDAY, Clock, posts_sent
from tests.support.editors import client_of, editor_of, member_of
from tests.support.factories import make_author, make_post
from tests.support.signup_factories import make_subscriber, make_subscription

MORNING = datetime(2018, 1, 30, 6, tzinfo=UTC)


@pytest.fixture
def clock(blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(MONDAY)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def test_audience_counts_each_reader_once_and_at_the_soonest(blog: BlogPage, clock: Clock) -> None:
    stream = Stream.objects.create(blog=blog, name="Both", slug="both", expression="design+-web")
    for fields in (
        {"expression": "design"},
        {"expression": "design|web"},
        {"expression": "-web"},
        {"expression": "design+source:internal+year:2018+month:1"},
        {"expression": "@ada"},
        {"expression": "", "stream": stream},
    ):
        make_subscriber(**fields)
    for fields in ({"expression": "web"}, {"expression": "design+-type"}, {"expression": "@ben"}, {"expression": "a+-a"}):
        make_subscriber(**fields)
    make_subscriber(expression="design", state="unsubscribed")
    daily = make_subscriber(expression="type", rhythm=Rhythm.DAILY)
    make_subscription(daily, "design", rhythm=Rhythm.WEEKLY)
    both = make_subscriber(expression="type", rhythm=Rhythm.DAILY)
    make_subscription(both, "design")
    post = make_post(blog, "design type", published=clock.now)
    post.authors = [make_author("ada")]
    post.save()
    assert audience_of(post, clock.now) == Audience(7, ((MORNING, 1),))


def test_audience_is_of_the_year_that_it_is_at_the_site(blog: BlogPage, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    post = make_post(blog, published=datetime(2018, 12, 31, 23, 30, tzinfo=UTC))
    for expression, number in (("year:2018", 0), ("year:2019", 1), ("year:2019+month:1", 2)):
        make_subscriber(expression=expression)
        assert audience_of(post, timezone.now()) == Audience(number, ())
        assert len(snapshot(blog.path, PUBLIC).select(Selection.parse(expression))) == min(number, 1)  # as digests have it


def test_audience_is_whom_the_emails_go_to(blog: BlogPage, clock: Clock) -> None:
    for number, rhythm in enumerate(3 * [*Rhythm.values]):
        make_subscriber(expression=("", "a", "b")[number // 3], rhythm=rhythm)
    clock.wait(MINUTE)
    post = clock.publish(blog, "a")
    audience = audience_of(post, clock.now)
    assert clock.wait(SETTLING) == audience.at_once == 2
    assert clock.wait(8 * DAY) == sum(number for _moment, number in audience.later) == 4


def test_sentence_names_numbers_and_times(clock: Clock) -> None:
    assert sentence(Audience(0, ())) == "Will be mailed to nobody"
    assert sentence(Audience(31, ((MORNING, 214),))).startswith("Will be mailed to 214 readers at 6 a.m., to 31 at once,")
    many = tuple((MORNING + number * DAY, 1) for number in range(7))
    assert sentence(Audience(0, many)).endswith("to 2 readers later")


def test_held_post_is_news_when_it_is_released(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    assert mailing.stage_of(post, clock.now) == Stage.SETTLING
    assert mailing.hold(post, "eve", clock.now)
    assert clock.wait(SETTLING) == clock.wait(DAY) == 0
    other = clock.publish(blog)
    assert clock.wait(SETTLING) == 1
    assert mailing.stage_of(post, clock.now) == Stage.HELD
    assert mailing.release(post, clock.now)
    assert not mailing.release(post, clock.now)
    assert clock.wait(SETTLING) == 1
    assert posts_sent(reader) == [[other.pk], [post.pk]]
    assert mailing.stage_of(post, clock.now) == Stage.MAILED
    assert not mailing.hold(post, "eve", clock.now)


def test_post_held_and_released_between_two_looks_of_the_worker_is_mailed(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.now += MINUTE
    post = clock.publish(blog)
    assert mailing.hold(post, "eve", clock.now)
    assert mailing.release(post, clock.now)
    assert mailing.stage_of(post, clock.now) == Stage.SETTLING
    assert clock.wait(SETTLING) == 1
    assert posts_sent(reader) == [[post.pk]]


def test_post_held_before_it_is_published_stays_so(blog: BlogPage, clock: Clock) -> None:
    make_subscriber()
    post = make_post(blog, published=clock.now, live=False)
    assert mailing.stage_of(post, clock.now) == Stage.UNPUBLISHED
    mailing.hold(post, "eve", clock.now)
    post.save_revision().publish()
    clock.look()
    assert clock.wait(SETTLING) == 0


def test_send_now_waits_no_longer(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.now += MINUTE
    post = clock.publish(blog)
    clock.now += MINUTE
    assert mailing.send_now(post, clock.now)
    assert clock.look() == 1
    assert not mailing.send_now(post, clock.now)
    assert posts_sent(reader) == [[post.pk]]


def test_send_now_needs_no_look_of_the_worker(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.look()
    clock.now += MINUTE
    post = make_post(blog, published=clock.now)
    assert mailing.stage_of(post, clock.now) == Stage.EXPECTED
    assert mailing.send_now(post, clock.now)
    assert clock.look() == 1
    assert posts_sent(reader) == [[post.pk]]


def test_excluded_post_says_so(blog: BlogPage, clock: Clock) -> None:
    post = clock.publish(blog, unannounced=True)
    assert mailing.stage_of(post, clock.now) == Stage.EXCLUDED
    assert label(post) == "Is not mailed"


def test_do_not_mail_holds_for_the_emails_that_are_not_written_yet(blog: BlogPage, clock: Clock) -> None:
    at_once, daily = (make_subscriber(rhythm=rhythm, confirmed_at=MONDAY - DAY) for rhythm in (Rhythm.EACH, Rhythm.DAILY))
    clock.look()
    post = clock.publish(blog)
    clock.wait(SETTLING)
    post.unannounced = True
    post.save()
    clock.wait(2 * DAY)
    assert (posts_sent(at_once), posts_sent(daily)) == ([[post.pk]], [])
    assert mailing.stage_of(post, clock.now) is Stage.EXCLUDED
    form = client_of(member_of("Editors")).get(f"/admin/pages/{post.pk}/edit/").content.decode()
    assert "On: no letter written from now on tells subscribers of this post." in form


def test_emails_are_counted_by_post_and_domain(blog: BlogPage, mailoutbox: Any) -> None:
    clock = Clock(timezone.now() - DAY)
    for address in ("a@one.example", "b@one.example", "c@two.example"):
        make_subscriber(address, confirmed_at=clock.now)
    clock.now += MINUTE
    post = clock.publish(blog)
    assert clock.wait(SETTLING) == 3
    assert Sender().send_due() == 3
    assert mailing.outcome(post) == {"one.example": {Result.ACCEPTED: 2}, "two.example": {Result.ACCEPTED: 1}}
    assert EmailCount.objects.count() == 2


@pytest.mark.parametrize("whole", [False, True])
def test_editor_is_sent_a_test_of_a_draft(blog: BlogPage, mailoutbox: Any, whole: bool) -> None:
    post = make_post(blog, "design", title="Live")
    post.title = "As it will be"
    post.body = "Beginning.\n\n" + "Word after word. " * 60 + "\n\nEnd."
    post.save_revision()
    mailing.send_test(post, "eve@example.org", whole=whole)
    assert Sender().send_due() == 1
    (sent,) = mailoutbox
    assert (sent.subject, sent.to) == ("As it will be", ["eve@example.org"])
    assert "design" in sent.body
    for text in (sent.body, sent.alternatives[0].content):
        assert ("Beginning." in text, "End." in text) == (True, whole)
        assert "eve@example.org" in text
    assert Delivery.objects.get().is_bulk is False


def test_page_and_menu_say_what_comes_and_buttons_change_it(blog: BlogPage) -> None:
    make_subscriber()
    post = make_post(blog, live=False)
    moderator = member_of("Moderators")
    User.objects.filter(pk=moderator.pk).update(email="mo@example.org")
    browser, url = client_of(moderator), f"/admin/mailing/{post.pk}/"
    assert f'src-value="{url}label/"' in browser.get(f"/admin/pages/{post.pk}/edit/").content.decode()
    assert "Will be mailed to 1 at once" in browser.get(f"{url}label/").content.decode()
    page = browser.get(url).content.decode()
    assert "Will be mailed to 1 at once" in page
    assert 'value="hold"' in page
    for do, stage in (("hold", Stage.HELD), ("release", Stage.UNPUBLISHED), ("test_whole", Stage.UNPUBLISHED)):
        assert browser.post(url, {"do": do}).status_code == 302
        assert mailing.stage_of(post, timezone.now()) == stage
    assert Delivery.objects.values_list("to", "context").get() == ("mo@example.org", {"post": post.pk, "whole": True})
    assert "It is too late for that" in browser.post(url, {"do": "now"}, follow=True).content.decode()


def test_who_may_not_publish_only_looks_and_who_may_not_edit_does_not(blog: BlogPage) -> None:
    post = make_post(blog)
    url = f"/admin/mailing/{post.pk}/"
    editor = client_of(editor_of(blog))
    assert editor.get(url).status_code == 200
    assert editor.post(url, {"do": "hold"}).status_code != 200
    assert mailing.stage_of(post, timezone.now()) == Stage.EXPECTED
    other = PostPage.objects.get(pk=make_post(blog).pk)
    author = client_of(member_of("Authors"))
    for address in ("", "label/"):
        assert "mailed" not in author.get(f"/admin/mailing/{other.pk}/{address}", follow=True).content.decode()
    assert client_of(member_of("Moderators")).get("/admin/mailing/0/label/").status_code == 404
