import pytest
from wagtail.models import PageViewRestriction, Site

from blog.models import BlogPage
from mail.compose import compose
from mail.models import Delivery
from signup.digests import editions
from signup.digests.editions import SETTLING
from signup.models import Edition, News, Rhythm, State, Subscriber, Subscription
from tests.support.digest_clock import DAY, HOUR, MINUTE, MONDAY, Clock, posts_sent
from tests.support.factories import make_blog, make_post
from tests.support.outbox_factories import claim, make_subscriber
from tests.support.signup_factories import make_subscription


@pytest.fixture
def clock(blog: BlogPage) -> Clock:
    return Clock(MONDAY)


def test_posts_from_before_the_confirmation_are_not_sent(blog: BlogPage, clock: Clock) -> None:
    make_subscriber(confirmed_at=clock.now + HOUR)
    clock.publish(blog)
    clock.publish(blog, published=clock.now + 59 * MINUTE)
    assert clock.wait(DAY) == 0


def test_what_an_import_brought_or_an_editor_excluded_is_no_news(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    for age in range(15, 25):
        make_post(blog, published=clock.now - age * DAY, unannounced=True)
    fresh = clock.publish(blog)
    clock.wait(SETTLING)
    assert posts_sent(reader) == [[fresh.pk]]


def test_post_dated_back_some_days_is_news(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    clock.publish(blog)
    clock.wait(SETTLING)
    dated_back = clock.publish(blog, published=clock.now - 3 * DAY)
    clock.wait(SETTLING)
    assert posts_sent(reader)[1:] == [[dated_back.pk]]


def test_post_unpublished_while_settling_is_sent_once_published_again(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    post = clock.publish(blog)
    clock.wait(MINUTE)
    post.unpublish()
    clock.look()
    for _day in range(3):
        clock.wait(DAY)
    assert posts_sent(reader) == []
    post.save_revision().publish()
    clock.look()
    clock.wait(SETTLING)
    clock.wait(DAY)
    assert posts_sent(reader) == [[post.pk]]


def test_post_hidden_when_a_digest_is_written_is_not_sent(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    clock.look()
    post = clock.publish(blog)
    clock.wait(HOUR)
    post.unpublish()
    assert clock.wait(DAY) == 0
    assert posts_sent(reader) == []


def test_post_hidden_when_a_digest_is_written_is_sent_once_it_is_shown_again(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(rhythm=Rhythm.DAILY)
    at_once = make_subscriber()
    clock.look()
    post = clock.publish(blog)
    clock.wait(HOUR)
    post.unpublish()
    assert clock.wait(DAY) == 0
    post.save_revision().publish()
    assert [clock.wait(MINUTE), clock.wait(DAY), clock.wait(DAY)] == [0, 1, 0]
    assert [posts_sent(reader), posts_sent(at_once)] == [[[post.pk]], [[post.pk]]]


def test_post_hidden_when_an_email_is_sent_is_sent_once_it_is_shown_again(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    shown, hidden = clock.publish(blog, title="Shown"), clock.publish(blog, title="Hidden")
    clock.wait(SETTLING)
    hidden.unpublish()
    claimed = claim(Delivery.objects.get())
    body = compose(claimed).body
    assert ("Shown" in body, "Hidden" in body) == (True, False)
    clock.look()
    hidden.save_revision().publish()
    assert [clock.wait(MINUTE), clock.wait(SETTLING), clock.wait(DAY)] == [0, 1, 0]
    assert posts_sent(reader) == [[shown.pk], [hidden.pk]]


def test_post_of_several_subscriptions_comes_once_in_one_email(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(expression="a")
    make_subscription(reader, "b")
    make_subscription(reader, "a+b", rhythm=Rhythm.WEEKLY)
    clock.look()
    both, one = clock.publish(blog, "a b"), clock.publish(blog, "b")
    assert [clock.wait(SETTLING), clock.wait(8 * DAY)] == [1, 0]
    assert posts_sent(reader) == [[one.pk, both.pk]]
    brought_by = Delivery.objects.get().context["subscriptions"]
    assert brought_by == list(reader.subscriptions.exclude(rhythm=Rhythm.WEEKLY).values_list("pk", flat=True))


def test_hidden_posts_are_sent_only_once_public(blog: BlogPage, clock: Clock) -> None:
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
    assert posts_sent(reader) == [[private.pk]]


def test_post_of_an_old_date_is_news_when_it_appears(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber()
    old = clock.publish(blog, published=clock.now - 200 * DAY)
    clock.wait(SETTLING)
    assert posts_sent(reader) == [[old.pk]]


@pytest.mark.parametrize("change", ["republished", "saved", "retagged", "dated anew"])
def test_post_sent_once_is_not_sent_again_when_it_is(blog: BlogPage, clock: Clock, change: str) -> None:
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
    assert posts_sent(reader) == [[post.pk]]


def test_wider_selection_brings_no_old_posts(blog: BlogPage, clock: Clock) -> None:
    reader = make_subscriber(expression="rust")
    clock.publish(blog, "python")
    clock.wait(SETTLING)
    Subscription.objects.update(expression="")
    assert clock.wait(HOUR) == 0
    new = clock.publish(blog, "python")
    clock.wait(SETTLING)
    assert posts_sent(reader) == [[new.pk]]


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
    assert posts_sent(reader) == [[post.pk]]


def test_subscriber_of_one_site_hears_nothing_of_another(blog: BlogPage, clock: Clock) -> None:
    other = make_blog("other.example", default=False)
    here = make_subscriber(site=Site.objects.get(root_page=blog))
    there = make_subscriber(site=Site.objects.get(root_page=other))
    ours, theirs = clock.publish(blog), clock.publish(other)
    clock.wait(SETTLING)
    assert [posts_sent(here), posts_sent(there)] == [[[ours.pk]], [[theirs.pk]]]


def test_an_edition_notes_each_post_once(blog: BlogPage) -> None:
    post = make_post(blog, published=MONDAY)
    assert [editions.publish(MONDAY), editions.publish(MONDAY + DAY)] == [1, 0]
    later = make_post(blog, published=MONDAY + DAY)
    assert editions.publish(MONDAY + DAY) == 1
    assert list(Edition.objects.values_list("number", "seen")) == [(1, MONDAY), (2, MONDAY + DAY)]
    assert list(News.objects.order_by("pk").values_list("post_id", "edition")) == [(post.pk, 1), (later.pk, 2)]
