from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from mail import outbox
from mail.models import Delivery, SuppressionReason
from mail.suppression import MAX_SOFT_BOUNCES
from signup.models import ConsentRecord, Event, State, Subscriber, Subscription
from signup.services import managing, suppression
from tests.support.signup_factories import make_subscriber

pytestmark = pytest.mark.django_db


def standing(subscriber: Subscriber) -> tuple[str, str]:
    fresh = Subscriber.objects.get(pk=subscriber.pk)
    return fresh.state, fresh.suppressed_because


def test_a_hard_bounce_suppresses_and_is_noted() -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org")
    suppression.record_bounce("ADA@example.org", "hard", timezone.now(), "550 5.1.1 No such user")
    assert (standing(ada), standing(bob)) == ((State.SUPPRESSED, SuppressionReason.BOUNCE), (State.CONFIRMED, ""))
    assert list(ada.consents.order_by("pk").values_list("event", "detail")) == [
        (Event.BOUNCED, "hard: 550 5.1.1 No such user"),
        (Event.SUPPRESSED, "550 5.1.1 No such user"),
    ]


def test_a_complaint_suppresses() -> None:
    ada = make_subscriber()
    suppression.record_bounce(ada, "complaint")
    assert standing(ada) == (State.SUPPRESSED, SuppressionReason.COMPLAINT)


def test_soft_bounces_suppress_when_they_do_not_end() -> None:
    ada = make_subscriber()
    found = [
        suppression.record_bounce(ada, "soft", timezone.now() + timedelta(days=7 * week)) for week in range(MAX_SOFT_BOUNCES)
    ]
    assert [held and held.state for held in found] == [State.CONFIRMED] * (MAX_SOFT_BOUNCES - 1) + [State.SUPPRESSED]


def test_soft_bounces_long_apart_begin_anew() -> None:
    ada = make_subscriber()
    for month in range(MAX_SOFT_BOUNCES + 1):
        suppression.record_bounce(ada, "soft", timezone.now() + timedelta(days=31 * month))
    ada.refresh_from_db()
    assert (ada.state, ada.bounce_score) == (State.CONFIRMED, 1)


def test_a_bounce_of_nobody_changes_nothing() -> None:
    make_subscriber("ada@example.org")
    assert suppression.record_bounce("eve@example.org", "hard") is None
    assert (Subscriber.objects.confirmed().count(), ConsentRecord.objects.count()) == (1, 0)


def test_a_bounce_of_someone_erased_notes_nothing() -> None:
    ada = make_subscriber("ada@example.org")
    suppression.erase(ada)
    for whom in (ada, "ada@example.org"):
        suppression.record_bounce(whom, "hard", detail="<ada@example.org> unknown")
    assert (standing(ada), ConsentRecord.objects.count()) == ((State.SUPPRESSED, SuppressionReason.ERASED), 0)


def test_the_first_reason_to_suppress_stays() -> None:
    ada = make_subscriber()
    suppression.suppress(ada, SuppressionReason.REFUSED)
    suppression.suppress(ada, SuppressionReason.EDITOR, actor="eve")
    suppression.record_bounce(ada, "complaint")
    assert standing(ada) == (State.SUPPRESSED, SuppressionReason.REFUSED)
    assert ada.consents.filter(event=Event.SUPPRESSED).count() == 1


@pytest.mark.parametrize(
    ("reason", "then"),
    [
        (SuppressionReason.BOUNCE, State.CONFIRMED),
        (SuppressionReason.EDITOR, State.CONFIRMED),
        (SuppressionReason.REFUSED, State.UNSUBSCRIBED),
        (SuppressionReason.COMPLAINT, State.UNSUBSCRIBED),
    ],
)
def test_lift_goes_on_only_where_nobody_said_no(reason: SuppressionReason, then: State) -> None:
    ada = make_subscriber(bounce_score=3)
    suppression.suppress(ada, reason)
    suppression.lift(ada, "eve")
    assert standing(ada) == (then, "")
    assert Subscriber.objects.get().bounce_score == 0


def test_lift_confirms_nobody() -> None:
    ada = make_subscriber(state=State.PENDING)
    suppression.suppress(ada, SuppressionReason.EDITOR)
    suppression.lift(ada, "eve")
    assert standing(ada) == (State.UNSUBSCRIBED, "")


def test_lift_of_someone_erased_forgets_them() -> None:
    ada = make_subscriber()
    suppression.erase(ada)
    suppression.lift(ada, "eve")
    assert not Subscriber.objects.exists()


def test_erase_leaves_an_hmac_alone() -> None:
    ada = make_subscriber("ada@example.org", expression="secret", language="de", rhythm="weekly", bounce_score=1)
    managing.pause(ada, None, "192.0.2.0/24")
    outbox.put("one", "confirm", ada.address, {"subscriber": ada.pk})
    kept = Subscriber.objects.get()
    suppression.erase(ada)
    left = Subscriber.objects.get()
    default = Subscriber(
        pk=kept.pk,
        address_hmac=kept.address_hmac,
        state=State.SUPPRESSED,
        suppressed_because=SuppressionReason.ERASED,
        created=left.created,
        nonce=left.nonce,
    )
    names = [field.attname for field in Subscriber._meta.fields]
    assert {name: getattr(left, name) for name in names} == {name: getattr(default, name) for name in names}
    assert left.nonce != kept.nonce
    assert left.created > kept.created
    assert (Delivery.objects.count(), ConsentRecord.objects.count(), Subscription.objects.count()) == (0, 0, 0)


def test_an_erased_address_is_known_under_a_new_secret_key(settings: Settings) -> None:
    ada = make_subscriber("ada@example.org")
    suppression.erase(ada)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert Subscriber.objects.known_as("Ada@example.org").get() == ada
