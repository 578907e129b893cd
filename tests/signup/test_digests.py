from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from wagtail.models import PageViewRestriction, Site

from blog.models import BlogPage, PostPage
from signup import editions, outbox
from signup.digests import Digester
from signup.editions import SETTLING
from signup.models import DigestMark, Edition, Mail, News, Rhythm, State, Subscriber
from tests.factories import make_blog, make_post
from tests.signup.outbox_factories import make_subscriber

MONDAY = datetime(2018, 1, 29, 12, tzinfo=UTC)  # noon
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Clock:
    """Days in which posts appear and digests are written."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.digester = Digester()
        self.digester.send_due(now)

    def publish(self, blog: BlogPage, tags: str = "", **fields: Any) -> PostPage:
        """A post that appears now, and the worker's next look."""
        post = make_post(blog, tags, **{"published": self.now, **fields})
        self.look()
        return post

    def look(self) -> int:
        return self.digester.send_due(self.now)

    def wait(self, span: timedelta) -> int:
        """Let time pass, then look."""
        self.now += span
        return self.look()


@pytest.fixture
def clock(blog: BlogPage) -> Clock:
    return Clock(MONDAY)


def told(subscriber: Subscriber) -> list[list[int]]:
    """The posts of each letter to a subscriber."""
    return [mail.context["posts"] for mail in Mail.objects.filter(subscriber=subscriber).order_by("pk")]


def test_each_new_post_is_told_once_it_has_settled(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.EACH)
    first = clock.publish(blog)
    assert clock.wait(SETTLING - SECOND) == 0
    assert clock.wait(SECOND) == 1
    assert clock.wait(DAY) == 0
    second, third = clock.publish(blog), clock.publish(blog)
    assert clock.wait(SETTLING) == 1
    assert told(reader) == [[first.pk], [third.pk, second.pk]]
    reader.refresh_from_db()
    assert reader.last_digest_at == clock.now


def test_digest_holds_the_subscribers_selection_alone(blog: BlogPage, clock: Clock) -> None:
    python, other, everything = (make_subscriber(expression=expression) for expression in ("python+-email", "rust", ""))
    wanted = clock.publish(blog, "python web")
    unwanted = clock.publish(blog, "python email")
    assert clock.wait(SETTLING) == 2
    assert [told(reader) for reader in (python, other, everything)] == [[[wanted.pk]], [], [[unwanted.pk, wanted.pk]]]


def test_nothing_to_say_is_no_mail_but_is_not_looked_at_again(
    blog: BlogPage, clock: Clock, django_assert_num_queries: Any
) -> None:
    make_subscriber(expression="rust")
    clock.publish(blog, "python")
    assert clock.wait(SETTLING) == 0
    with django_assert_num_queries(8):  # the revision, the last edition, and for each rhythm the new and the waiting
        clock.look()


@pytest.mark.parametrize("state", [State.PENDING, State.UNSUBSCRIBED, State.SUPPRESSED])
def test_only_the_confirmed_are_written_to(blog: BlogPage, clock: Clock, state: State) -> None:
    make_subscriber(state=state)
    clock.publish(blog)
    assert clock.wait(SETTLING) == 0


def test_daily_digest_comes_at_six_with_all_of_a_day(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.look()
    first = clock.publish(blog)
    clock.now += HOUR
    second = clock.publish(blog)
    assert clock.wait(16 * HOUR + 59 * MINUTE) == 0
    assert clock.wait(MINUTE) == 1
    assert clock.wait(DAY) == 0
    assert told(reader) == [[second.pk, first.pk]]


def test_weekly_digest_comes_on_monday_at_six(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.WEEKLY)
    clock.look()
    post = clock.publish(blog)
    assert clock.wait(6 * DAY + 17 * HOUR + 59 * MINUTE) == 0
    assert clock.wait(MINUTE) == 1
    assert told(reader) == [[post.pk]]


def test_post_of_an_afternoon_waits_for_the_next_daily_digest_even_after_quiet_days(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.publish(blog, published=datetime(2017, 1, 1, tzinfo=UTC))
    for _day in range(3):
        clock.wait(DAY)
    post = clock.publish(blog)
    assert clock.wait(HOUR) == 0
    assert clock.wait(17 * HOUR) == 1
    assert told(reader) == [[post.pk]]


def test_worker_that_slept_for_days_writes_one_digest(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.look()
    posts = []
    for _day in range(3):
        posts.append(make_post(blog, published=clock.now).pk)
        clock.now += DAY
    assert clock.look() == 0  # seen only now: they have not settled
    assert clock.wait(SETTLING) == 0
    assert clock.wait(DAY) == 1
    assert told(reader) == [posts[::-1]]


def test_change_of_rhythm_tells_nothing_twice(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.EACH)
    posts = []
    for rhythm in (Rhythm.EACH, Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.DAILY, Rhythm.EACH, Rhythm.WEEKLY):
        Subscriber.objects.update(rhythm=rhythm)
        posts.append(clock.publish(blog).pk)
        clock.wait(HOUR)
    for _day in range(8):
        clock.wait(DAY)
    assert sorted(post for letter in told(reader) for post in letter) == posts


def test_posts_from_before_the_confirmation_are_not_told(blog: BlogPage, clock: Clock) -> None:
    make_subscriber(confirmed_at=clock.now + HOUR)
    clock.publish(blog)
    clock.publish(blog, published=clock.now + 59 * MINUTE)
    assert clock.wait(DAY) == 0


def test_mass_import_of_old_posts_is_no_news(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    for age in range(15, 25):
        make_post(blog, published=clock.now - age * DAY)
    fresh = clock.publish(blog)
    clock.wait(SETTLING)
    assert told(reader) == [[fresh.pk]]


def test_post_dated_back_some_days_is_news(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.publish(blog)
    clock.wait(SETTLING)
    dated_back = clock.publish(blog, published=clock.now - 3 * DAY)
    clock.wait(SETTLING)
    assert told(reader)[1:] == [[dated_back.pk]]


def test_post_taken_back_while_it_settles_is_told_once_it_is_shown_for_good(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    clock.wait(MINUTE)
    post.unpublish()
    clock.look()
    for _day in range(3):
        clock.wait(DAY)
    assert told(reader) == []
    post.save_revision().publish()
    clock.look()
    clock.wait(SETTLING)
    clock.wait(DAY)
    assert told(reader) == [[post.pk]]


def test_post_hidden_when_a_digest_is_written_is_not_told(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.look()
    post = clock.publish(blog)
    clock.wait(HOUR)
    post.unpublish()
    assert clock.wait(DAY) == 0
    assert told(reader) == []


def test_hidden_posts_are_never_told_and_told_when_they_are_shown(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    make_post(blog, title="Draft", live=False)
    make_post(blog, title="Scheduled", live=False, go_live_at=clock.now + DAY)
    make_post(blog, title="Expired", live=False, expired=True)
    private = make_post(blog, title="Private", published=clock.now)
    restriction = PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    private.save()
    clock.look()
    assert clock.wait(HOUR) == 0
    restriction.delete()
    private.save()
    clock.look()
    assert clock.wait(SETTLING) == 1
    assert told(reader) == [[private.pk]]


@pytest.mark.parametrize("change", ["republished", "saved", "retagged", "dated anew"])
def test_post_told_once_is_not_told_again_when_it_is(blog: BlogPage, clock: Clock, change: str) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    clock.wait(SETTLING)
    if change == "republished":
        post.unpublish()
        clock.wait(HOUR)
        post.save_revision().publish()
    if change == "retagged":
        post.tags.add("python")
    if change == "dated anew":
        post.published = clock.now + HOUR
    if change != "republished":
        post.save()
    for _day in range(3):
        clock.wait(DAY)
    assert told(reader) == [[post.pk]]


def test_wider_selection_brings_no_old_posts(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(expression="rust")
    clock.publish(blog, "python")
    clock.wait(SETTLING)
    Subscriber.objects.update(expression="")
    assert clock.wait(HOUR) == 0
    new = clock.publish(blog, "python")
    clock.wait(SETTLING)
    assert told(reader) == [[new.pk]]


def test_return_after_leaving_brings_nothing_of_the_time_between(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.look()
    Subscriber.objects.update(state=State.UNSUBSCRIBED, confirmed_at=None)
    clock.publish(blog)
    clock.wait(HOUR)
    Subscriber.objects.update(state=State.CONFIRMED, confirmed_at=clock.now)
    assert clock.wait(HOUR) == 0
    post = clock.publish(blog)
    clock.wait(SETTLING)
    assert told(reader) == [[post.pk]]


def test_subscriber_of_one_site_hears_nothing_of_another(blog: BlogPage, clock: Clock) -> None:
    other = make_blog("other.example", default=False)
    here = make_subscriber(site=Site.objects.get(root_page=blog))
    there = make_subscriber(site=Site.objects.get(root_page=other))
    ours, theirs = clock.publish(blog), clock.publish(other)
    clock.wait(SETTLING)
    assert [told(here), told(there)] == [[[ours.pk]], [[theirs.pk]]]


def test_selection_that_cannot_be_read_stops_nobody_elses_digest(
    blog: BlogPage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, reader = make_subscriber(expression="a+-a"), make_subscriber()
    post = clock.publish(blog, "a")
    assert clock.wait(SETTLING) == 1
    assert [told(broken), told(reader)] == [[], [[post.pk]]]
    assert f"Subscriber {broken.pk} has a selection that cannot be read" in caplog.text


def test_two_workers_write_one_letter(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    clock.now += SETTLING
    assert [Digester().send_due(clock.now), Digester().send_due(clock.now)] == [1, 0]
    assert told(reader) == [[post.pk]]


def test_workers_that_meet_over_a_mark_write_one_letter(blog: BlogPage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_subscriber()
    clock.publish(blog)
    clock.now += SETTLING
    put = outbox.put

    def put_while_another_looks(*args: Any, **more: Any) -> Mail:
        monkeypatch.setattr(outbox, "put", put)
        assert Digester().send_due(clock.now) == 0
        return put(*args, **more)

    monkeypatch.setattr(outbox, "put", put_while_another_looks)
    assert clock.look() == 1
    assert len(told(reader)) == 1


def test_letters_are_whole_or_not_at_all(blog: BlogPage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)

    def fail(*args: Any, **more: Any) -> Mail:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "put", fail)
        with pytest.raises(MemoryError):
            clock.wait(SETTLING)
    assert DigestMark.objects.get().edition == 0
    assert clock.look() == 1
    assert told(reader) == [[post.pk]]


def test_an_edition_notes_each_post_once(blog: BlogPage) -> None:
    post = make_post(blog, published=MONDAY)
    assert [editions.publish(MONDAY), editions.publish(MONDAY + DAY)] == [1, 0]
    later = make_post(blog, published=MONDAY + DAY)
    assert editions.publish(MONDAY + DAY) == 1
    assert list(Edition.objects.values_list("number", "seen")) == [(1, MONDAY), (2, MONDAY + DAY)]
    assert list(News.objects.order_by("pk").values_list("post_id", "edition")) == [(post.pk, 1), (later.pk, 2)]


def test_clear_of_the_outbox_lets_no_digest_be_written_again(blog: BlogPage, clock: Clock) -> None:
    make_subscriber()
    clock.publish(blog)
    assert clock.wait(SETTLING) == 1
    Mail.objects.all().delete()
    assert clock.wait(HOUR) == 0
