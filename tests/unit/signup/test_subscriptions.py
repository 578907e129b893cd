from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import Site

from blog.models import BlogPage
from mail.models import Delivery, SuppressionReason
from mail.suppression import is_suppressed
from signup.models import AnyOf, ConsentRecord, Event, Rhythm, State, Subscriber, Subscription
from signup.services import managing, subscriptions, suppression
from signup.services.managing import SubscriptionDraft
from signup.services.subscriptions import Refused, SignupRequest
from tests.support.signup_factories import make_subscriber, make_subscription, selections_of
from web.addresses import normalise
from web.models import Counter
from web.rates import read_limits
from web.tokens import Claim

pytestmark = pytest.mark.django_db


def ask(address: str = "ada@example.org", tags: str = "", network: str = "192.0.2.0/24") -> None:
    site = Site.objects.first()
    subscriptions.request(SignupRequest(normalise(address), AnyOf.parse(tags), site, "en", "I agree.", network))


def emails() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("kind", "to"))


def events(subscriber: Subscriber) -> list[str]:
    return list(subscriber.consents.order_by("pk").values_list("event", flat=True))


def state(subscriber: Subscriber) -> str:
    return Subscriber.objects.get(pk=subscriber.pk).state


def test_request_makes_a_pending_subscriber_a_record_and_an_email(blog: BlogPage) -> None:
    ask(tags="b a -c")
    ada = Subscriber.objects.get()
    assert (ada.address, ada.state, ada.site) == ("ada@example.org", State.PENDING, Site.objects.get())
    asked = ada.subscriptions.get()
    assert (asked.expression, asked.rhythm, asked.site, asked.confirmed_at) == ("a+b+-c", Rhythm.EACH, Site.objects.get(), None)
    record = ada.consents.get()
    assert (record.event, record.expression, record.wording, record.network, record.actor) == (
        Event.REQUESTED,
        "a+b+-c",
        "I agree.",
        "192.0.2.0/24",
        "",
    )
    mail = Delivery.objects.get()
    assert (mail.kind, mail.to) == ("confirm", "ada@example.org")
    assert mail.context == {
        "subscriber": ada.pk,
        "subscription": asked.pk,
        "asked_at": record.at.isoformat(),
        "network": "192.0.2.0/24",
    }


def test_request_of_a_pending_address_adds_to_the_first_and_writes_again(blog: BlogPage) -> None:
    ask(tags="a")
    ask("ADA@example.org", tags="b")
    assert selections_of(subscriber=Subscriber.objects.get()) == ["a", "b"]
    assert emails() == [("confirm", "ada@example.org")] * 2


def test_request_of_a_confirmed_address_changes_nothing_but_offers_by_email_to_add_it(blog: BlogPage) -> None:
    ada = make_subscriber("ada@example.org", expression="a")
    ask(tags="b")
    assert Subscriber.objects.get().state == State.CONFIRMED
    assert [selections_of(confirmed_at=None), selections_of()] == [["b"], ["a", "b"]]
    assert emails() == [("add", "ada@example.org")]
    assert events(ada) == [Event.REQUESTED]


def test_request_of_what_is_confirmed_already_says_so_by_email(blog: BlogPage) -> None:
    ask(tags="a")
    subscriptions.confirm(Subscription.objects.get())
    ask(tags="a")
    assert (emails()[1:], selections_of()) == ([("already", "ada@example.org")], ["a"])


def test_request_of_someone_who_left_asks_to_confirm(blog: BlogPage) -> None:
    subscriptions.leave(make_subscriber("ada@example.org"))
    ask(tags="b")
    assert Subscriber.objects.get().state == State.PENDING
    subscriptions.confirm(Subscription.objects.get(expression="b"))
    assert selections_of() == ["b"]
    assert emails() == [("confirm", "ada@example.org")]


def test_request_of_a_suppressed_address_leaves_no_trace(blog: BlogPage) -> None:
    ada = make_subscriber(
        "ada@example.org", state=State.SUPPRESSED, suppressed_because=SuppressionReason.BOUNCE, expression="a"
    )
    ask(tags="b")
    assert (Subscriber.objects.get().state, selections_of()) == (State.SUPPRESSED, ["a"])
    assert (emails(), events(ada)) == ([], [])


def test_an_erased_address_that_signs_up_anew_may_confirm() -> None:
    suppression.erase(make_subscriber("ada@example.org"))
    ask("Ada@example.org")
    assert Subscriber.objects.values_list("state", "address").get() == (State.PENDING, "Ada@example.org")
    assert emails() == [("confirm", "Ada@example.org")]
    assert is_suppressed("ada@example.org")
    subscriptions.confirm(Subscription.objects.get())
    assert not is_suppressed("ada@example.org")


@pytest.mark.parametrize("reason", [SuppressionReason.REFUSED, SuppressionReason.COMPLAINT])
def test_who_said_never_does_not_come_back_by_an_erasure(reason: SuppressionReason) -> None:
    ada = make_subscriber("ada@example.org")
    suppression.suppress(ada, reason)
    suppression.erase(ada)
    ask("ada@example.org")
    assert (emails(), ConsentRecord.objects.count()) == ([], 0)


def test_request_beyond_the_pace_is_kept_and_its_email_waits(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:20/hour domain:2/hour all:3/hour")
    before = timezone.now()
    for number in range(6):
        ask(f"ada{number}@example.org", network=f"192.0.{number}.0/24")
    waits = [
        round((due - before).total_seconds() / 3600) for due in Delivery.objects.order_by("pk").values_list("due", flat=True)
    ]
    assert (waits, Subscriber.objects.count()) == ([0, 0, 1, 1, 2, 2], 6)


def test_variants_of_one_mailbox_count_together(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("address:3/day")
    spellings = [*(f"ada+{number}@gmail.com" for number in range(5)), "a.d.a@gmail.com", "ad.a@googlemail.com"]
    for number, address in enumerate(spellings):
        ask(address, network=f"192.0.{number}.0/24")
    ask("ad.a@example.org")
    assert sorted(to for _kind, to in emails()) == ["ad.a@example.org", "ada+0@gmail.com", "ada+1@gmail.com", "ada+2@gmail.com"]


@pytest.mark.parametrize("variant", ["ada+more@gmail.com", "a.d.a@gmail.com", "ADA@googlemail.com"])
def test_never_write_to_me_holds_for_the_mailbox(variant: str) -> None:
    suppression.suppress(make_subscriber("ada+spam@gmail.com", state=State.PENDING), SuppressionReason.REFUSED)
    ask(variant)
    ask("ada@example.org")
    assert emails() == [("confirm", "ada@example.org")]


def test_request_beyond_a_limit_leaves_no_trace(settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("network:1/hour")
    ask("ada@example.org")
    ask("bob@example.org")
    assert emails() == [("confirm", "ada@example.org")]
    assert Subscriber.objects.count() == ConsentRecord.objects.count() == 1


def make_case(case: str) -> None:
    """Bring ada@example.org into a state."""
    if case == "erased":
        suppression.erase(make_subscriber("ada@example.org"))
    elif case == "limited":
        for _attempt in range(3):
            ask("ada@example.org", network="203.0.113.0/24")
    elif case != "new":
        make_subscriber("ada@example.org", state=case)


def shapes(statements: list[dict[str, str]]) -> list[str]:
    """What each statement does to which table; a savepoint ends by one statement, kept or not."""
    firsts = [" ".join(statement["sql"].replace('"', "").split()[:3]) for statement in statements]
    return ["SAVEPOINT" if "SAVEPOINT" in first else first for first in firsts]


def test_request_works_the_same_for_every_state(blog: BlogPage, settings: Settings) -> None:
    settings.SIGNUP_LIMITS = read_limits("address:3/day all:1000/day")
    found: dict[str, Any] = {}
    for case in ("new", *State.values, "erased", "limited"):
        Subscriber.objects.all().delete()
        Counter.objects.all().delete()
        make_case(case)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask("ada@example.org", tags="a")
        found[case] = shapes(captured.captured_queries)
    assert {case: done for case, done in found.items() if done != found["new"]} == {}
    assert len(found["new"]) >= 8


def test_confirm_counts_once() -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING, bounce_score=2)
    before = timezone.now()
    for _press in range(2):
        subscriptions.confirm(ada.subscriptions.get(), "192.0.2.0/24", "Yes")
    ada.refresh_from_db()
    assert (ada.state, ada.bounce_score) == (State.CONFIRMED, 0)
    assert ada.confirmed_at is not None
    assert ada.confirmed_at >= before
    assert [(record.event, record.wording, record.network) for record in ada.consents.all()] == [
        (Event.CONFIRMED, "Yes", "192.0.2.0/24")
    ]


@pytest.mark.parametrize("held", [State.UNSUBSCRIBED, State.SUPPRESSED])
def test_confirm_brings_nobody_back(held: State) -> None:
    ada = make_subscriber(state=held)
    with pytest.raises(Refused):
        subscriptions.confirm(ada.subscriptions.get())
    assert state(ada) == held


def test_change_notes_what_was_changed_once() -> None:
    ada = make_subscriber(expression="a")
    for _press in range(2):
        managing.change(ada.subscriptions.get(), SubscriptionDraft(AnyOf.parse("-b"), rhythm="weekly"), "192.0.2.0/24")
    assert list(Subscription.objects.values_list("expression", "rhythm")) == [("-b", "weekly")]
    assert list(ada.consents.values_list("event", "expression", "rhythm")) == [(Event.CHANGED, "-b", "weekly")]


def test_nothing_is_done_to_a_subscription_dropped_meanwhile() -> None:
    ada = make_subscriber(expression="a")
    make_subscription(ada, "b")
    read_before = ada.subscriptions.get(expression="a")
    managing.drop(ada.subscriptions.get(expression="a"))
    managing.drop(read_before)
    managing.pause(ada, ada.today, only=read_before)
    connection.check_constraints()
    with pytest.raises(Refused, match="left this subscription"):
        managing.change(read_before, SubscriptionDraft(AnyOf.parse("c")))
    assert (selections_of(), events(ada), state(ada)) == (["b"], [Event.UNSUBSCRIBED], State.CONFIRMED)


@pytest.mark.parametrize(
    ("held", "then", "noted"),
    [
        (State.CONFIRMED, State.UNSUBSCRIBED, [Event.UNSUBSCRIBED]),
        (State.PENDING, State.UNSUBSCRIBED, [Event.UNSUBSCRIBED]),
        (State.UNSUBSCRIBED, State.UNSUBSCRIBED, []),
        (State.SUPPRESSED, State.SUPPRESSED, []),
    ],
)
def test_leave_ends_what_there_is_to_end(held: State, then: State, noted: list[str]) -> None:
    ada = make_subscriber(state=held)
    subscriptions.leave(ada)
    assert (state(ada), events(ada)) == (then, noted)


def test_come_back_is_for_who_left() -> None:
    left, refused = make_subscriber(state=State.UNSUBSCRIBED), make_subscriber(state=State.SUPPRESSED)
    for subscriber in (left, refused):
        subscriptions.come_back(subscriber)
    assert (state(left), state(refused)) == (State.CONFIRMED, State.SUPPRESSED)


def test_resend_writes_to_who_has_not_confirmed() -> None:
    ada, bob = make_subscriber("ada@example.org", state=State.PENDING), make_subscriber()
    subscriptions.resend(ada, "eve")
    with pytest.raises(Refused):
        subscriptions.resend(bob, "eve")
    assert emails() == [("confirm", "ada@example.org")]
    assert list(ConsentRecord.objects.values_list("event", "actor")) == [(Event.RESENT, "eve")]


def test_again_asks_as_the_form_does(blog: BlogPage) -> None:
    ada = make_subscriber("ada@münchen.de", state=State.PENDING, expression="a", site=Site.objects.get())
    subscriptions.request_again(ada.subscriptions.get(), "192.0.2.0/24")
    assert emails() == [("confirm", "ada@münchen.de")]
    assert Counter.objects.filter(key__endswith=":xn--mnchen-3ya.de", count=1).exists()
    assert selections_of() == ["a"]


def test_subscriber_of_knows_nobody_by_another_nonce() -> None:
    ada = make_subscriber()
    assert subscriptions.subscriber_of(Claim(ada.pk, ada.nonce)) == ada
    for claim in (Claim(ada.pk, "other"), Claim(ada.pk, ""), Claim(0, ada.nonce)):
        with pytest.raises(Refused):
            subscriptions.subscriber_of(claim)


def test_forget_unconfirmed_keeps_who_may_still_confirm() -> None:
    old = timezone.now() - timedelta(days=31)
    gone, asked_again = make_subscriber(state=State.PENDING, created=old), make_subscriber(state=State.PENDING, created=old)
    kept = [asked_again, make_subscriber(state=State.PENDING), make_subscriber(created=old)]
    ConsentRecord.objects.create(subscriber=gone, event=Event.REQUESTED, at=old)
    ConsentRecord.objects.create(subscriber=asked_again, event=Event.REQUESTED)
    assert subscriptions.forget_unconfirmed(timezone.now()) == 1
    assert set(Subscriber.objects.all()) == set(kept)
