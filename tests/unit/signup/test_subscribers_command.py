"""`manage.py subscribers`: what it does by --write, what it says otherwise, what it refuses."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Site

from blog.models import BlogPage
from mail.models import Delivery
from signup.models import ConsentRecord, Event, State, Subscriber, Subscription
from signup.services import suppression
from tests.support.factories import make_post
from tests.support.signup_factories import make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]
ACTOR = "manage.py subscribers"
DRY = "Nothing was changed: this was a dry run. Use --write to do it."


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("subscribers", *arguments, stdout=out)
    return out.getvalue().splitlines()


def states() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("address", "state"))


def test_one_is_added_who_is_asked_for_the_confirmation(blog: BlogPage) -> None:
    make_post(blog, "python")
    asked = ("add", "Ada@example.org", "--tags=python", "--rhythm=weekly", "--notes=Asked at the fair.")
    said = "Ada@example.org is sent a letter that asks for the confirmation."
    assert run(*asked) == [said, DRY]
    assert (Subscriber.objects.count(), Delivery.objects.count()) == (0, 0)
    assert run(*asked, "--write") == [said, "Done."]
    assert Subscription.objects.values_list("expression", "rhythm", "confirmed_at").get() == ("python", "weekly", None)
    assert Subscriber.objects.values_list("state", "notes").get() == (State.PENDING, "Asked at the fair.")
    assert ConsentRecord.objects.values_list("event", "actor").get() == (Event.REQUESTED, ACTOR)
    assert Delivery.objects.values_list("kind", "to").get() == ("confirm", "Ada@example.org")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "nobody"), "address 'nobody': This cannot be an address"),
        (("add", "ada@example.org", "--tags=unknown"), "tags 'unknown': No note is tagged “unknown”."),
        (("add", "ada@example.org", "--site=elsewhere.example"), "There is no site 'elsewhere.example': there are testserver."),
        (("add", "never@example.org"), "never@example.org is suppressed, or was erased"),
        (("remark", "nobody@example.org", "x"), "No subscriber has the address nobody@example.org."),
        (("suppress",), "Name addresses, or choose by"),
        (("suppress", "here@example.org", "--all"), "Name addresses, or choose by"),
        (("suppress", "here@example.org", "nobody@example.org"), "No subscriber has the address nobody@example.org."),
        (("pause", "here@example.org", "--until=2000-01-01"), "Please give a day from tomorrow on"),
        (("pause", "here@example.org", "--until=soon"), "Enter a valid date."),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(arguments: tuple[str, ...], words: str) -> None:
    make_subscriber("here@example.org")
    make_subscriber("never@example.org", state=State.SUPPRESSED)
    before = states()
    with pytest.raises(CommandError) as refused:
        run(*arguments, "--write")
    assert words in str(refused.value)
    assert (states(), Delivery.objects.count()) == (before, 0)


def test_many_are_named_before_anything_is_done() -> None:
    make_subscriber("ada@example.org", expression="food")
    make_subscriber("bob@example.org", state=State.PENDING, expression="food")
    make_subscriber("cyd@example.org", state=State.UNSUBSCRIBED, expression="food")
    make_subscriber("dan@example.net", expression="food")
    asked = ("unsubscribe", "--tag=Food", "--containing=@example.org")
    concerned = ["unsubscribe: 2 of 3 chosen.", "  ada@example.org", "  bob@example.org"]
    others = ["Stay as they are: 1 unsubscribed."]
    before = states()
    assert run(*asked) == [*concerned, *others, DRY]
    assert (states(), ConsentRecord.objects.count()) == (before, 0)
    assert run(*asked, "--write") == [*concerned, *others, "unsubscribe: 2 of 2.", "Done."]
    assert [address for address, state in states().items() if state != State.UNSUBSCRIBED] == ["dan@example.net"]
    assert set(ConsentRecord.objects.values_list("event", "actor")) == {(Event.UNSUBSCRIBED, ACTOR)}


def test_each_verb_does_what_the_listing_does() -> None:
    ada, bob = (
        make_subscriber("ada@example.org", site=Site.objects.get()),
        make_subscriber("bob@example.org", state=State.PENDING),
    )
    suppression.erase(make_subscriber("gone@example.org"))
    day = timezone.localdate() + timedelta(days=5)
    run("pause", "ADA@example.org", f"--until={day}", "--write")
    assert [one.is_paused for one in ada.subscriptions.all()] == [True]
    run("resume", "--all", "--write")
    assert [one.is_paused for one in ada.subscriptions.all()] == [False]
    run("resend", "--state=pending", "--write")
    assert list(Delivery.objects.values_list("kind", "to")) == [("confirm", "bob@example.org")]
    run("remark", "ada@example.org", "Prefers Fridays.", "--write")
    assert Subscriber.objects.get(pk=ada.pk).notes == "Prefers Fridays."
    run("suppress", "ada@example.org", "bob@example.org", "--write")
    assert {Subscriber.objects.get(pk=one.pk).state for one in (ada, bob)} == {State.SUPPRESSED}
