"""Subscribers added by hand, notes on them, and what is done with many at once: as members of groups with some permissions."""

import csv
import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, Site

from blog.models import BlogPage
from mail.compose import compose
from mail.models import Delivery
from signup.admin import many
from signup.models import ConsentRecord, Event, State, Subscriber, Subscription, Texts
from signup.services import suppression
from tests.support.factories import make_post
from tests.support.html import words
from tests.support.signup_factories import make_subscriber, make_subscription
from tests.unit.signup.test_admin import make_editor
from tests.unit.signup.test_links import link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]
LISTING = "/admin/subscribers/"


@pytest.fixture
def editor() -> Client:
    return make_editor("add_subscriber", "view_subscriber", "change_subscriber")


def add(client: Client, address: str, **more: str) -> HttpResponse:
    sent = {"tags": "", "rhythm": "each", "texts": "excerpt", "language": "en", "site": str(Site.objects.get().pk), "notes": ""}
    return client.post(f"{LISTING}new/", {"address": address, **sent, **more})


def test_subscriber_added_by_hand_is_asked_for_the_confirmation(editor: Client, blog: BlogPage) -> None:
    make_post(blog, "python")
    assert f"{LISTING}new/" in editor.get(LISTING).content.decode()
    assert editor.get(f"{LISTING}new/").status_code == 200
    more = {"tags": "python", "rhythm": "weekly", "texts": "whole", "language": "de", "notes": "Asked at the fair."}
    response = add(editor, " Ada@example.org ", **more)
    ada = Subscriber.objects.get()
    assert response["Location"] == f"{LISTING}{ada.pk}/"
    assert (ada.address, ada.state, ada.language, ada.notes) == ("Ada@example.org", State.PENDING, "de", "Asked at the fair.")
    assert Subscription.objects.values_list("expression", "rhythm", "texts", "confirmed_at").get() == (
        "python",
        "weekly",
        Texts.WHOLE,
        None,
    )
    assert ConsentRecord.objects.values_list("event", "actor", "network").get() == (Event.REQUESTED, "eve0", "")
    assert "Bitte bestätigen" in compose(Delivery.objects.get()).subject
    page = editor.get(f"{LISTING}{ada.pk}/")
    assert "Asked at the fair." in page.content.decode()
    assert "Asked at the fair." in Client().get(link("download", ada)).content.decode()


def test_another_subscription_added_by_hand_changes_nothing_before_it_is_confirmed(editor: Client, blog: BlogPage) -> None:
    make_post(blog, "python")
    ada = make_subscriber("ada@example.org", site=Site.objects.get())
    assert add(editor, "ada@example.org", tags="python").status_code == 302
    assert list(Delivery.objects.values_list("kind", flat=True)) == ["add"]
    assert list(ada.subscriptions.current().values_list("expression", flat=True)) == [""]


@pytest.mark.parametrize(
    ("address", "more", "error"),
    [
        ("never@example.org", {}, "never@example.org is suppressed, or was erased"),
        ("gone@example.org", {}, "gone@example.org is suppressed, or was erased"),
        ("here@example.org", {}, "here@example.org has this subscription already."),
        ("nobody", {}, "This cannot be an address"),
        ("new@example.org", {"tags": "unknown"}, "No note is tagged “unknown”."),
        ("new@example.org", {"site": "x"}, "Select a valid choice."),
    ],
)
def test_adding_by_hand_is_refused_in_words(editor: Client, address: str, more: dict[str, str], error: str) -> None:
    make_subscriber("never@example.org", state=State.SUPPRESSED)
    suppression.erase(make_subscriber("gone@example.org"))
    make_subscriber("here@example.org", site=Site.objects.get())
    response = add(editor, address, **more)
    assert (response.status_code, error in words(response)) == (200, True)
    assert (Subscriber.objects.count(), Delivery.objects.count()) == (3, 0)


def test_notes_are_changed_and_leave_no_trace_elsewhere(editor: Client) -> None:
    ada = make_subscriber("ada@example.org")
    assert editor.get(f"{LISTING}{ada.pk}/notes/").status_code == 200
    assert editor.post(f"{LISTING}{ada.pk}/notes/", {"notes": "Prefers Fridays."})["Location"] == f"{LISTING}{ada.pk}/"
    assert Subscriber.objects.get().notes == "Prefers Fridays."
    assert not [entry for entry in ModelLogEntry.objects.all() if "ada@" in f"{entry.label} {entry.data}"]
    suppression.erase(ada)
    assert (Subscriber.objects.get().notes, editor.get(f"{LISTING}{ada.pk}/notes/").status_code) == ("", 404)


def act(client: Client, action: str, chosen: str, **sent: str) -> HttpResponse:
    """Look at the question, then press its button."""
    address = f"/admin/bulk/signup/subscriber/{action}/?{chosen}&next={LISTING}"
    assert client.get(address).status_code == 200
    return client.post(address, sent)


def ids(*subscribers: Subscriber) -> str:
    return "&".join(f"id={one.pk}" for one in subscribers)


def by_address() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("address", "state"))


def offered(client: Client) -> list[str]:
    page = BeautifulSoup(client.get(LISTING).content, "html.parser")
    return [button["href"].split("?")[0].split("/")[-2] for button in page.select("[data-bulk-action-button]")]


@pytest.mark.parametrize(
    ("permission", "actions"),
    [
        ("view_subscriber", ["export"]),
        ("change_subscriber", ["pause", "resume", "resend", "unsubscribe", "suppress"]),
        ("delete_subscriber", []),
    ],
)
def test_listing_offers_only_what_is_permitted(permission: str, actions: list[str]) -> None:
    make_subscriber("ada@example.org")
    client = make_editor(permission)
    assert offered(client) == actions
    assert ("data-bulk-action-checkbox" in client.get(LISTING).content.decode()) is bool(actions)


def test_listing_offers_what_is_done_with_many(editor: Client) -> None:
    ada = make_subscriber("ada@example.org")
    page = BeautifulSoup(editor.get(LISTING).content, "html.parser")
    assert page.select_one(f"#subscriber_{ada.pk}_title")
    assert page.select_one("[data-bulk-action-checkbox]")["data-object-id"] == str(ada.pk)
    assert offered(editor) == ["pause", "resume", "resend", "unsubscribe", "suppress", "export"]


def test_many_are_paused_until_a_day_and_go_on(editor: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org", state=State.PENDING)
    make_subscription(ada, "a")
    address = f"/admin/bulk/signup/subscriber/pause/?{ids(ada, bob)}&next={LISTING}"
    said = words(editor.get(address))
    assert "This concerns 1 subscriber: ada@example.org" in said
    assert "1 other that was chosen stays as it is" in said
    assert editor.post(address, {"until": "2000-01-01"}).status_code == 200
    assert not Subscriber.objects.paused(timezone.now()).exists()
    day = timezone.localdate() + timedelta(days=5)
    assert editor.post(address, {"until": day.isoformat()})["Location"] == LISTING
    assert [one.is_paused for one in ada.subscriptions.all()] == [True, True]
    assert ConsentRecord.objects.values_list("subscriber", "actor", "detail").get() == (ada.pk, "eve0", f"paused until {day}")
    act(editor, "resume", ids(ada, bob))
    assert [one.is_paused for one in ada.subscriptions.all()] == [False, False]
    assert "None of the chosen" in words(editor.get(f"/admin/bulk/signup/subscriber/resume/?{ids(ada)}"))


def test_many_are_unsubscribed_resent_to_and_suppressed(editor: Client) -> None:
    ada, bob = make_subscriber("ada@example.org"), make_subscriber("bob@example.org", state=State.PENDING)
    never = make_subscriber("never@example.org", state=State.SUPPRESSED)
    act(editor, "resend", ids(ada, bob, never))
    assert list(Delivery.objects.values_list("kind", "to")) == [("confirm", "bob@example.org")]
    act(editor, "unsubscribe", ids(ada, never))
    assert by_address() == {
        "ada@example.org": State.UNSUBSCRIBED,
        "bob@example.org": State.PENDING,
        "never@example.org": State.SUPPRESSED,
    }
    act(editor, "suppress", ids(ada, bob))
    assert set(by_address().values()) == {State.SUPPRESSED}
    assert set(ConsentRecord.objects.values_list("event", "actor")) == {
        (Event.RESENT, "eve0"),
        (Event.UNSUBSCRIBED, "eve0"),
        (Event.SUPPRESSED, "eve0"),
    }


def test_all_of_the_listing_is_what_it_shows(editor: Client) -> None:
    make_subscriber("ada@example.org", expression="food")
    make_subscriber("bob@example.net", expression="food")
    make_subscriber("cyd@example.org", expression="travel")
    act(editor, "unsubscribe", "id=all&tag=food&q=example.org")
    assert [address for address, state in by_address().items() if state == State.UNSUBSCRIBED] == ["ada@example.org"]


def test_too_many_at_once_are_refused(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many.Unsubscribe, "most", 1)
    make_subscriber(), make_subscriber()
    address = f"/admin/bulk/signup/subscriber/unsubscribe/?id=all&next={LISTING}"
    assert "at most 1 subscribers at once" in words(editor.get(address))
    assert editor.post(address).status_code == 200
    assert set(by_address().values()) == {State.CONFIRMED}


def test_chosen_ones_are_downloaded(editor: Client) -> None:
    ada, _bob = make_subscriber("=ada@example.org", expression="food"), make_subscriber("bob@example.org")
    response = act(editor, "export", ids(ada))
    assert response["Content-Disposition"] == 'attachment; filename="subscribers.csv"'
    (row,) = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode()))
    assert (row["Address"], row["Subscriptions"]) == ("'=ada@example.org", "food (each note as it appears)")


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((), set()),
        (("view_subscriber",), {"export"}),
        (("add_subscriber", "view_subscriber"), {"new", "export"}),
        (("change_subscriber",), {"notes", "pause", "resume", "resend", "unsubscribe", "suppress"}),
    ],
)
def test_permissions(permissions: tuple[str, ...], allowed: set[str]) -> None:
    client = make_editor(*permissions)
    ada = make_subscriber()
    tried = {"new": f"{LISTING}new/", "notes": f"{LISTING}{ada.pk}/notes/"}
    tried |= {
        one.action_type: reverse("wagtail_bulk_action", args=["signup", "subscriber", one.action_type]) for one in many.ACTIONS
    }
    responses = {name: client.get(f"{address}?{ids(ada)}") for name, address in tried.items()}
    assert {name for name, response in responses.items() if response.status_code == 200} == allowed
    day = (timezone.localdate() + timedelta(days=5)).isoformat()
    for name in tried.keys() - allowed:
        assert client.post(f"{tried[name]}?{ids(ada)}", {"until": day, "notes": "x"}).status_code == 302
    assert (Subscriber.objects.get().notes, ConsentRecord.objects.count()) == ("", 0)
