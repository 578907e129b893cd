"""Verbs on subscribers, comments and deliveries lock them in one order: no two of them wait for each other.

On PostgreSQL each of two verbs locks its first row, waits for the other to have locked its own, and goes on.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.models import BlogPage, Comment, CommentState, Tag
from blog.models.revision import locked_revision
from blog.services import tags
from comments.services import moderation, replies, writing
from mail import outbox
from mail.models import Delivery, DeliveryState, RecentBounce
from mail.worker import Outcome, Sender, Verdict
from signup.digests import digester, editions
from signup.models import AnyOf, ConsentRecord, State, Subscriber
from signup.services import managing, subscriptions, suppression
from signup.services.subscriptions import SignupRequest
from tests.integration.test_lock_order import transactions
from tests.support.comment_factories import make_comment
from tests.support.factories import make_blog, make_post
from tests.support.signup_factories import make_subscriber
from web.addresses import normalise

Verb = tuple[str, Callable[[], object]]

SECONDS = 1  # that a verb waits for the other's first lock, which may be of a row that it holds itself

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
    pytest.mark.django_db(transaction=True),
]


class PauseAfterLock:
    """Wait, after the first statement that locks a row of a table, until the other verb has locked its own."""

    def __init__(self, table: str, has_locked: Event, other_has_locked: Event) -> None:
        self.table, self.has_locked, self.other_has_locked = f'"{table}"', has_locked, other_has_locked

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        is_lock = "FOR UPDATE" in sql or sql.startswith(("UPDATE", "DELETE"))
        if is_lock and self.table in sql and not self.has_locked.is_set():
            self.has_locked.set()
            self.other_has_locked.wait(SECONDS)
        return result


def at_once(one: Verb, other: Verb) -> None:
    """Do two verbs, the other when the one has locked a row of its table; each then pauses, until both have or in vain."""
    first, second = Event(), Event()

    def act(verb: Verb, has_locked: Event, other_has_locked: Event) -> None:
        table, do = verb
        try:
            with connection.execute_wrapper(PauseAfterLock(table, has_locked, other_has_locked)):
                do()
        finally:
            has_locked.set()
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        begun = threads.submit(act, one, first, second)
        first.wait()
        threads.submit(act, other, second, first).result()
        begun.result()


@pytest.fixture
def blog(transactional_db: None) -> BlogPage:
    return make_blog()


def claimed(address: str) -> Delivery:
    """A delivery that a worker has claimed."""
    outbox.put(f"digest:{address}", "digest", address, {})
    Delivery.objects.filter(to=address).update(state=DeliveryState.SENDING, worker=f"worker of {address}")
    return Delivery.objects.get(to=address)


def test_refusal_and_the_erasure_of_its_reader(blog: BlogPage) -> None:
    reader, delivery = make_subscriber("ada@example.org"), claimed("ada@example.org")
    refused = Outcome(Verdict.REFUSED, "550 5.1.1 no such user")
    at_once(
        ("mail_delivery", lambda: Sender()._record(delivery, refused)), ("signup_subscriber", lambda: suppression.erase(reader))
    )
    assert (Subscriber.objects.get().erased, Delivery.objects.count()) == (True, 0)


def test_bounce_that_is_withdrawn_and_another_of_its_reader(blog: BlogPage) -> None:
    reader = make_subscriber("ada@example.org")
    suppression.record_bounce(reader, "hard")
    (address_hmac,) = RecentBounce.objects.values_list("address_hmac", flat=True)
    at_once(
        ("mail_suppression", lambda: suppression._withdraw_bounce(address_hmac, "example.org")),
        ("signup_subscriber", lambda: suppression.record_bounce(reader, "soft")),
    )
    assert Subscriber.objects.get().state == State.CONFIRMED


def test_deleting_a_comment_and_erasing_its_writer(blog: BlogPage) -> None:
    post, reader = make_post(blog), make_subscriber("ada@example.org")
    comment = make_comment(post, address="ada@example.org", state=CommentState.WAITING)
    moderation.decide([comment.pk], CommentState.APPROVED, "mo")
    at_once(("mail_delivery", lambda: writing.erase(comment)), ("blog_comment", lambda: suppression.erase(reader)))
    assert not Comment.objects.exists()


def test_digests_and_merging_several_tags(blog: BlogPage) -> None:
    make_post(blog, "a b c")
    readers = [make_subscriber(f"{name}@example.org", expression=name) for name in ("b", "a")]
    editions.publish(timezone.now())
    now = timezone.now() + timedelta(days=1)

    def merge() -> None:
        with locked_revision():
            for slug in ("a", "b"):
                tags.merge(Tag.objects.get(slug=slug), Tag.objects.get(slug="c"))

    at_once(("signup_subscriber", merge), ("mail_delivery", lambda: digester.Digester().send_due(now)))
    digester.Digester().send_due(now)
    assert sorted(Delivery.objects.values_list("to", flat=True)) == sorted(reader.address for reader in readers)


def test_forgetting_who_never_confirmed_and_their_new_request(blog: BlogPage) -> None:
    wanted = SignupRequest(normalise("ada@example.org"), AnyOf.parse(""))
    subscriptions.request(wanted)
    long_ago = timezone.now() - 2 * subscriptions.PENDING_RETENTION
    Subscriber.objects.update(created=long_ago)
    ConsentRecord.objects.update(at=long_ago)
    at_once(
        ("signup_subscriber", lambda: subscriptions.request(wanted)),
        ("signup_subscription", lambda: subscriptions.forget_unconfirmed(timezone.now())),
    )
    assert (Subscriber.objects.get().state, Delivery.objects.exists()) == (State.PENDING, True)


LATE: dict[str, Callable[[Subscriber], object]] = {
    "a bounce": lambda reader: suppression.record_bounce(reader, "hard"),
    "leaving": subscriptions.leave,
    "a pause": lambda reader: managing.pause(reader, timezone.localdate()),
    "another time zone": lambda reader: managing.move(reader, "Asia/Tokyo"),
}


@pytest.mark.parametrize("late", LATE)
def test_what_comes_while_a_reader_is_erased_changes_nothing(blog: BlogPage, late: str) -> None:
    reader = make_subscriber("ada@example.org")
    at_once(
        ("signup_subscriber", lambda: suppression.erase(reader)),
        ("mail_delivery", lambda: LATE[late](reader)),
    )
    assert (Subscriber.objects.get().erased, ConsentRecord.objects.count()) == (True, 0)


def forget_turned_down(comment: Comment) -> None:
    moderation.decide([comment.pk], CommentState.REJECTED, "mo")
    assert writing.forget(timezone.now() + timedelta(days=60)) == 1


VERBS: dict[str, Callable[[Comment], object]] = {
    "deciding": lambda comment: moderation.decide([comment.pk], CommentState.REJECTED, "mo"),
    "notifying moderators": lambda comment: moderation.notify_moderators(),
    "notifying commenters": lambda comment: replies.notify_commenters(),
    "ending e-mails about replies": lambda comment: replies.end_all(comment.address),
    "ending old ones": lambda comment: replies.forget(timezone.now()),
    "forgetting those turned down": forget_turned_down,
    "erasing": writing.erase,
    "erasing the writer": lambda comment: suppression.erase(make_subscriber(comment.address)),
}


@pytest.mark.parametrize("verb", VERBS)
def test_who_changes_several_comments_locks_the_revision_first(blog: BlogPage, verb: str) -> None:
    User.objects.create_superuser("mo", "mo@example.org", "password")
    comment = make_comment(
        make_post(blog), state=CommentState.WAITING, address="ada@example.org", replies_confirmed=timezone.now()
    )
    with CaptureQueriesContext(connection) as captured:
        VERBS[verb](comment)
    changing = [found for found in transactions(captured) if any('"blog_comment"' in sql for sql in found)]
    assert [found for found in changing if '"blog_indexrevision"' not in found[0]] == []
