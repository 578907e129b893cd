from typing import Any

import pytest

from blog.models import BlogPage
from mail import outbox
from mail.models import Delivery
from signup.digests import digester
from signup.digests.digester import Digester
from signup.digests.editions import SETTLING
from signup.models import Edition, Rhythm, State, Subscription
from tests.support.digest_clock import DAY, HOUR, MINUTE, MONDAY, SECOND, Clock, posts_sent
from tests.support.factories import make_post
from tests.support.outbox_factories import make_subscriber


@pytest.fixture
def clock(blog: BlogPage) -> Clock:
    return Clock(MONDAY)


def test_each_new_post_is_sent_once_it_has_settled(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.EACH)
    first = clock.publish(blog)
    assert clock.wait(SETTLING - SECOND) == 0
    assert clock.wait(SECOND) == 1
    assert clock.wait(DAY) == 0
    second, third = clock.publish(blog), clock.publish(blog)
    assert clock.wait(SETTLING) == 1
    assert posts_sent(reader) == [[first.pk], [third.pk, second.pk]]
    reader.refresh_from_db()
    assert reader.last_digest_at == clock.now


def test_digest_holds_the_subscribers_selection_alone(blog: BlogPage, clock: Clock) -> None:
    python, other, everything = (make_subscriber(expression=expression) for expression in ("python+-email", "rust", ""))
    wanted = clock.publish(blog, "python web")
    unwanted = clock.publish(blog, "python email")
    assert clock.wait(SETTLING) == 2
    assert [posts_sent(reader) for reader in (python, other, everything)] == [[[wanted.pk]], [], [[unwanted.pk, wanted.pk]]]


def test_nothing_to_say_is_no_mail_but_is_not_looked_at_again(
    blog: BlogPage, clock: Clock, django_assert_num_queries: Any
) -> None:
    make_subscriber(expression="rust")
    clock.publish(blog, "python")
    assert clock.wait(SETTLING) == 0
    with django_assert_num_queries(5):  # the revision, what is held, the last edition, what has no time yet, what is due
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
    assert posts_sent(reader) == [[second.pk, first.pk]]


def test_weekly_digest_comes_on_monday_at_six(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.WEEKLY)
    clock.look()
    post = clock.publish(blog)
    assert clock.wait(6 * DAY + 17 * HOUR + 59 * MINUTE) == 0
    assert clock.wait(MINUTE) == 1
    assert posts_sent(reader) == [[post.pk]]


def test_post_of_an_afternoon_waits_for_the_next_daily_digest_even_after_quiet_days(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.publish(blog, unannounced=True)
    for _day in range(3):
        clock.wait(DAY)
    post = clock.publish(blog)
    assert clock.wait(HOUR) == 0
    assert clock.wait(17 * HOUR) == 1
    assert posts_sent(reader) == [[post.pk]]


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
    assert posts_sent(reader) == [posts[::-1]]


def test_change_of_rhythm_sends_nothing_twice(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.EACH)
    posts = []
    for rhythm in (Rhythm.EACH, Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.DAILY, Rhythm.EACH, Rhythm.WEEKLY):
        Subscription.objects.update(rhythm=rhythm, next_at=None)
        posts.append(clock.publish(blog).pk)
        clock.wait(HOUR)
    for _day in range(8):
        clock.wait(DAY)
    assert sorted(post for email in posts_sent(reader) for post in email) == posts


def test_selection_that_cannot_be_read_stops_nobody_elses_digest(
    blog: BlogPage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, contradictory, reader = make_subscriber(expression="year:2"), make_subscriber(expression="a+-a"), make_subscriber()
    post = clock.publish(blog, "a")
    assert clock.wait(SETTLING) == 1
    assert [posts_sent(broken), posts_sent(contradictory), posts_sent(reader)] == [[], [], [[post.pk]]]
    assert "The selection 'year:2' of a subscription cannot be read" in caplog.text


def test_two_workers_write_one_email(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    clock.now += SETTLING
    assert [Digester().send_due(clock.now), Digester().send_due(clock.now)] == [1, 0]
    assert posts_sent(reader) == [[post.pk]]


def test_workers_that_meet_over_a_mark_write_one_email(blog: BlogPage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_subscriber()
    clock.publish(blog)
    clock.now += SETTLING
    put = outbox.put_many

    def put_while_another_looks(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(outbox, "put_many", put)
        assert Digester().send_due(clock.now) == 0
        put(*args, **more)

    monkeypatch.setattr(outbox, "put_many", put_while_another_looks)
    assert clock.look() == 1
    assert len(posts_sent(reader)) == 1


def test_email_and_mark_are_written_in_one_transaction(blog: BlogPage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)

    def fail(*args: Any, **more: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "put_many", fail)
        with pytest.raises(MemoryError):
            clock.wait(SETTLING)
    assert Subscription.objects.get().edition == 0
    assert clock.look() == 1
    assert posts_sent(reader) == [[post.pk]]


def test_clear_of_the_outbox_lets_no_digest_be_written_again(blog: BlogPage, clock: Clock) -> None:
    make_subscriber()
    clock.publish(blog)
    assert clock.wait(SETTLING) == 1
    Delivery.objects.all().delete()
    assert clock.wait(HOUR) == 0


def test_marks_of_subscriptions_without_news_move_together(
    blog: BlogPage, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_subscriber(expression=f"python+-t{number}")
    reader = make_subscriber(expression="rust")
    post = clock.publish(blog, "rust")
    with django_assert_max_num_queries(40):
        assert clock.wait(SETTLING) == 1
    assert set(Subscription.objects.values_list("edition", flat=True)) == {Edition.objects.count()}
    assert posts_sent(reader) == [[post.pk]]


def test_stopped_run_goes_on_where_it_ended(blog: BlogPage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digester, "BATCH_SIZE", 1)
    readers = [make_subscriber() for _reader in range(3)]
    post = clock.publish(blog)
    clock.now += SETTLING
    assert Digester(stopping=iter([False, True]).__next__).send_due(clock.now) == 1
    assert clock.look() == 2
    assert [posts_sent(reader) for reader in readers] == [[[post.pk]]] * 3
