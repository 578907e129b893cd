import json
import logging
import re
from datetime import datetime, time, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from blog.models import BlogPage, Tag
from mail.compose import compose
from mail.models import Delivery, SuppressionReason
from signup.models import ConsentRecord, Rhythm, State, Subscriber, Subscription
from signup.services import managing, subscriptions, suppression
from tests.support.factories import make_post
from tests.support.html import soup, words
from tests.support.signup_factories import make_subscriber, make_subscription, selections_of, sign_up, signed_at
from tests.support.tokens import SIGNUP, make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]
PURPOSE = {"download": "manage", "erase": "manage"}
PAGES = [*SIGNUP, *PURPOSE]


@pytest.fixture
def client() -> Client:
    """A visitor whose every POST is looked at, without cookies: nobody here has a CSRF token."""
    return Client(enforce_csrf_checks=True)


def link(page: str, subscriber: Subscriber, days: float = 0) -> str:
    """The address of a page in an email that was written so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    return reverse(f"signup:{page}", args=[signed_at(moment, lambda: make_token(PURPOSE.get(page, page), subscriber))])


def state(subscriber: Subscriber) -> str:
    return Subscriber.objects.get(pk=subscriber.pk).state


def test_confirming_takes_a_button(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b")
    sign_up(Client(), tags="a -b")
    ada = Subscriber.objects.get()
    confirm = link("confirm", ada)
    page = client.get(confirm)
    assert "Shall new notes from Notes go to ada@example.org? Notes tagged a, without b (each note as it appears)" in words(
        page
    )
    assert (soup(page).select_one("main form")["method"], state(ada)) == ("post", State.PENDING)
    for _press in range(2):
        pressed = client.post(confirm)
        assert (pressed.status_code, pressed["Location"]) == (303, confirm)
    assert state(ada) == State.CONFIRMED
    assert "New notes from Notes go to ada@example.org from now on: Notes tagged a, without b." in words(
        client.get(pressed["Location"])
    )
    assert ada.consents.values_list("event", "wording", "network").first() == (
        "confirmed",
        "Yes, send me: Notes tagged a, without b",
        "127.0.0.0/24",
    )


def test_an_older_email_confirms_as_well_as_a_later_one(client: Client) -> None:
    ada = make_subscriber(state=State.PENDING)
    older = link("confirm", ada, days=3)
    subscriptions.resend(ada, "eve")
    assert client.post(older).status_code == 303
    assert state(ada) == State.CONFIRMED


def test_an_expired_link_offers_another_email(client: Client) -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING)
    old = link("confirm", ada, days=8)
    for response in (client.get(old), client.post(old)):
        assert (response.status_code, soup(response).title.get_text()) == (410, "This link has expired · Notes")
    assert (state(ada), Delivery.objects.count()) == (State.PENDING, 0)
    button = soup(client.get(old)).select_one("main form button")
    response = client.post(old, {button["name"]: button["value"]})
    assert (response.status_code, response["Location"]) == (303, "/signup/sent/")
    assert list(Delivery.objects.values_list("kind", "to")) == [("confirm", "ada@example.org")]


def test_an_expired_link_of_nobody_says_so(client: Client) -> None:
    ada = make_subscriber(state=State.PENDING)
    old = link("confirm", ada, days=8)
    ada.delete()
    response = client.post(old, {"resend": "1"})
    assert response.status_code == 410
    assert "Nothing is kept about this address any more" in words(response)


@pytest.mark.parametrize("held", [State.UNSUBSCRIBED, State.SUPPRESSED])
def test_a_confirmation_brings_nobody_back(client: Client, held: State) -> None:
    ada = make_subscriber(state=held)
    assert "This cannot be confirmed" in words(client.get(link("confirm", ada)))
    response = client.post(link("confirm", ada))
    assert (response.status_code, state(ada)) == (410, held)


@pytest.mark.parametrize("page", PAGES)
def test_a_link_for_another_purpose_opens_nothing(client: Client, page: str) -> None:
    ada = make_subscriber(state=State.PENDING)
    others = {make_token(purpose, ada) for purpose in SIGNUP if purpose != PURPOSE.get(page, page)}
    for token in [*others, "nonsense", "1.2.3", "ä"]:
        for response in (
            client.get(reverse(f"signup:{page}", args=[token])),
            client.post(reverse(f"signup:{page}", args=[token])),
        ):
            assert response.status_code == 404
            assert "This link does not work" in words(response)
    assert (state(ada), Subscriber.objects.get().address) == (State.PENDING, ada.address)


@pytest.mark.parametrize("page", ["confirm", "refuse", "manage", "download"])
def test_a_link_of_someone_erased_says_so(client: Client, page: str) -> None:
    ada = make_subscriber()
    address = link(page, ada)
    suppression.erase(ada)
    response = client.get(address)
    assert (response.status_code, "Nothing is kept about this address any more" in words(response)) == (410, True)


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_links_are_not_cached(client: Client, page: str) -> None:
    ada = make_subscriber()
    for response in (client.get(link(page, ada)), client.get(reverse(f"signup:{page}", args=["bad"]))):
        assert "no-store" in response["Cache-Control"]
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")
        assert response.cookies == {}


@pytest.mark.parametrize("days", [0, 8])
def test_the_confirmations_one_link_has_a_button_for_whoever_did_not_ask(client: Client, days: int) -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING)
    page = client.get(link("confirm", ada, days))
    buttons = {button.get_text(): button.find_parent("form") for button in soup(page).select("main form button")}
    response = client.post(buttons["This was not me: never write to me"]["action"])
    assert response.status_code == 303
    assert "Notes never sends anything to ada@example.org again" in words(client.get(response["Location"]))
    assert list(Subscriber.objects.values_list("state", "suppressed_because")) == [
        (State.SUPPRESSED, SuppressionReason.REFUSED)
    ]


def test_the_confirmations_one_link_leads_to_the_subscription(client: Client) -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING)
    page = client.get(link("confirm", ada))
    (manage,) = [one["href"] for one in soup(page).select("main a")]
    assert client.post(manage, {"tags": "", "rhythm": "weekly"}).status_code == 303
    assert list(Subscription.objects.values_list("subscriber__state", "rhythm")) == [(State.PENDING, "weekly")]


def test_never_write_to_me_takes_a_button(client: Client) -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING)
    assert soup(client.get(link("refuse", ada))).select_one("main form button").get_text() == "Never write to me"
    assert state(ada) == State.PENDING
    refuse = link("refuse", ada)
    response = client.post(refuse)
    assert (response.status_code, response["Location"]) == (303, refuse)
    assert list(Subscriber.objects.values_list("state", "suppressed_because")) == [
        (State.SUPPRESSED, SuppressionReason.REFUSED)
    ]
    assert "Notes never sends anything to ada@example.org again" in words(client.get(link("refuse", ada)))
    sign_up(Client())
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}])
def test_one_click_leaves_without_cookie_or_redirect(client: Client, body: dict[str, str]) -> None:
    ada = make_subscriber()
    assert soup(client.get(link("leave", ada))).select_one("main form button").get_text() == "Send me no more"
    assert state(ada) == State.CONFIRMED
    for _press in range(2):
        response = client.post(link("leave", ada, days=1000), body)
        assert (response.status_code, "You get no more letters from Notes." in words(response)) == (200, True)
    assert state(ada) == State.UNSUBSCRIBED
    assert "No more letters" in words(client.get(link("leave", ada)))


def test_one_click_takes_multipart_as_mail_services_send_it(client: Client) -> None:
    ada = make_subscriber()
    boundary = "b0undary"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{boundary}--\r\n'
    response = client.generic("POST", link("leave", ada), body, f"multipart/form-data; boundary={boundary}")
    assert (response.status_code, state(ada)) == (200, State.UNSUBSCRIBED)


@pytest.mark.parametrize(
    ("page", "sent", "service", "said", "status"),
    [
        ("erase", {}, suppression, "Your address is erased", 200),
        ("refuse", {}, suppression, "Nothing is kept any more", 410),
        ("leave", {}, subscriptions, "You get no more letters", 200),
        ("confirm", {}, subscriptions, "Nothing is kept any more", 410),
        ("manage", {"do": "drop"}, managing, "Nothing is kept any more", 410),
    ],
)
def test_second_click_on_what_was_erased_meanwhile_is_no_error(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    sent: dict[str, str],
    service: ModuleType,
    said: str,
    status: int,
) -> None:
    address = link(page, make_subscriber())

    def find_none(_subscriber: Subscriber) -> Subscriber:  # as PostgreSQL does, which waited for the row that is erased
        raise Subscriber.DoesNotExist

    monkeypatch.setattr(service, "locked", find_none)
    response = client.post(address, sent)
    assert response.status_code == status
    assert said in words(response)


def test_leaving_once_erased_or_forgotten_is_well(client: Client) -> None:
    erased, forgotten = make_subscriber(), make_subscriber()
    addresses = [link("leave", erased), link("leave", forgotten)]
    suppression.erase(erased)
    forgotten.delete()
    for address in addresses:
        assert (client.get(address).status_code, client.post(address).status_code) == (200, 200)
    assert state(erased) == State.SUPPRESSED


def test_manage_shows_and_changes_a_subscription(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b c")
    ada = make_subscriber("ada@example.org", expression="a")
    page = soup(client.get(link("manage", ada)))
    words_there = " ".join(page.select_one("main").get_text().split())
    assert "Goes to ada@example.org: Notes tagged a each note as it appears" in words_there
    number = ada.subscriptions.get().pk
    assert page.select_one(f"#tags-{number}")["value"] == "a"
    assert [option["value"] for option in page.select(f"#rhythm-{number} option")] == Rhythm.values
    manage = link("manage", ada)
    response = client.post(manage, {"tags": "c b -A", "rhythm": "weekly"})
    assert (response.status_code, response["Location"]) == (303, manage + "?saved=1")
    assert list(Subscription.objects.values_list("expression", "rhythm")) == [("b+c+-a", "weekly")]
    saved = soup(client.get(response["Location"]))
    assert saved.select_one("[role=status]").get_text() == "Saved."
    assert saved.select_one("option[selected]")["value"] == "weekly"


@pytest.mark.parametrize(
    ("sent", "field", "error"),
    [
        ({"tags": "b -b", "rhythm": "daily"}, "tags", "The tag “b” is both wanted and unwanted: leave one of the two out."),
        ({"tags": "nothing", "rhythm": "daily"}, "tags", "No note is tagged “nothing”."),
        ({"tags": "", "rhythm": "hourly"}, "rhythm", "Select a valid choice. hourly is not one of the available choices."),
    ],
)
def test_manage_refuses_with_the_reason(client: Client, sent: dict[str, str], field: str, error: str) -> None:
    ada = make_subscriber(expression="gone")
    response = client.post(link("manage", ada), sent)
    page = soup(response)
    field = f"{field}-{ada.subscriptions.get().pk}"
    assert (response.status_code, page.select_one(f"#{field}-error").get_text()) == (422, error)
    assert f"{field}-error" in page.select_one(f"#{field}")["aria-describedby"]
    assert page.select_one("#errors a")["href"] == f"#{field}"
    assert page.select_one("[name=tags]")["value"] == sent["tags"]
    assert list(Subscription.objects.values_list("expression", "rhythm")) == [("gone", "each")]


def test_manage_keeps_a_tag_without_posts(client: Client) -> None:
    ada = make_subscriber(expression="gone")
    assert client.post(link("manage", ada), {"tags": "gone", "rhythm": "daily"}).status_code == 303
    assert list(Subscription.objects.values_list("expression", "rhythm")) == [("gone", "daily")]


@pytest.mark.parametrize(
    ("expression", "nothing"),
    [("gone+-a", True), ("a+-a", True), ("gone|a", False), ("a+-gone", False), ("@nobody", True), ("", False)],
)
def test_manage_says_what_brings_nothing(client: Client, blog: BlogPage, expression: str, nothing: bool) -> None:
    make_post(blog, "a")
    ada = make_subscriber(expression=expression)
    assert ("as it is, no letters come for it" in words(client.get(link("manage", ada)))) == nothing


def test_manage_leaves_and_comes_back(client: Client) -> None:
    ada = make_subscriber()
    client.post(link("manage", ada), {"do": "leave"})
    assert state(ada) == State.UNSUBSCRIBED
    button = soup(client.get(link("manage", ada))).select_one("main form button")
    client.post(link("manage", ada), {button["name"]: button["value"]})
    assert state(ada) == State.CONFIRMED


@pytest.fixture
def reader(blog: BlogPage) -> Subscriber:
    """A reader of two subscriptions."""
    make_post(blog, "a b c")
    ada = make_subscriber("ada@example.org", expression="a", site=Site.objects.get())
    make_subscription(ada, "b")
    return ada


def press(client: Client, subscriber: Subscriber, do: str, **sent: str) -> HttpResponse:
    return client.post(link("manage", subscriber), {"do": do, **sent})


def test_second_sign_up_is_added_by_the_button_in_its_email(client: Client, reader: Subscriber) -> None:
    sign_up(Client(), tags="c", rhythm="weekly")
    asked = reader.subscriptions.get(expression="c")
    message = compose(Delivery.objects.get())
    assert message.subject == "Please confirm one more: Notes tagged c, weekly, Monday at 6:00"
    assert "It gets already: Notes tagged a; Notes tagged b." in message.body
    (address,) = re.findall(r"http://testserver(/signup/confirm/\S+)", message.body)
    page = client.get(address)
    assert "Notes tagged c (weekly, Monday at 6:00) You get already:" in words(page)
    assert [item.get_text() for item in soup(page).select("main li")] == ["Notes tagged a", "Notes tagged b"]
    assert (Subscription.objects.current().count(), "Notes tagged c" in words(client.get(link("manage", reader)))) == (2, False)
    assert client.post(address).status_code == 303
    assert Subscription.objects.current().count() == 3
    assert list(asked.consents.order_by("pk").values_list("event", "wording")) == [
        ("requested", ConsentRecord.objects.earliest("pk").wording),
        ("confirmed", "Yes, send me: Notes tagged c"),
    ]


def test_manage_adds_and_refuses_what_there_is(client: Client, reader: Subscriber) -> None:
    added = press(client, reader, "add", tags="c or -b", rhythm="weekly", hour="20", weekday="4")
    assert added.status_code == 303
    new = reader.subscriptions.last()
    assert (new.expression, new.rhythm, new.hour, new.weekday, new.confirmed_at is None) == ("-b|c", "weekly", 20, 4, False)
    again = press(client, reader, "add", tags="a", rhythm="daily")
    page = soup(again)
    assert (again.status_code, page.select_one("#tags-new-error").get_text()) == (422, "You have this subscription already.")
    assert page.select_one("#errors a")["href"] == "#tags-new"
    assert page.select_one("#tags-new")["value"] == "a"


CONTRADICTION = "The tag “mail” is both wanted and unwanted: leave one of the two out."


def test_a_tag_both_wanted_and_refused_by_its_old_name_is_refused(client: Client, blog: BlogPage, reader: Subscriber) -> None:
    make_post(blog, "mail")
    Tag.objects.get(slug="mail").aliases.create(slug="e-mail")
    signed = sign_up(Client(), "bob@example.org", tags="mail -e-mail")
    assert (signed.status_code, CONTRADICTION in words(signed), Delivery.objects.count()) == (422, True, 0)
    for tags in ("mail -mail", "mail -e-mail", "e-mail -mail"):
        added = press(client, reader, "add", tags=tags, rhythm="each")
        assert (added.status_code, CONTRADICTION in words(added)) == (422, True)
    assert selections_of() == ["a", "b"]


@pytest.mark.parametrize("expression", ["mail+-mail", "a|mail+-mail", "design+-mail"])
def test_a_contradiction_that_is_stored_can_be_changed_and_left(client: Client, blog: BlogPage, expression: str) -> None:
    make_post(blog, "mail a")
    Tag.objects.get(slug="mail").aliases.create(slug="design")
    ada = make_subscriber("ada@example.org", expression=expression)
    manage = link("manage", ada)
    assert "mail" in soup(client.get(manage)).select_one("#subscription-" + str(ada.subscriptions.get().pk)).get_text()
    tags = expression.replace("+", " ").replace("|", " or ")
    saved = client.post(manage, {"tags": tags, "rhythm": "weekly"})
    assert (saved.status_code, CONTRADICTION in words(saved), selections_of()) == (422, True, [expression])
    assert client.post(manage, {"do": "leave"}).status_code == 303
    assert (client.get(manage).status_code, state(ada)) == (200, State.UNSUBSCRIBED)
    assert client.post(manage, {"do": "come back"}).status_code == 303
    assert client.post(manage, {"tags": "a", "rhythm": "weekly"}).status_code == 303
    assert selections_of() == ["a"]


def test_manage_changes_how_much_of_each_note_comes(client: Client, reader: Subscriber) -> None:
    first, *others = reader.subscriptions.order_by("pk")
    sent = {"subscription": str(first.pk), "tags": str(first.selections), "rhythm": first.rhythm, "texts": "whole"}
    assert client.post(link("manage", reader), sent).status_code == 303
    assert [one.texts for one in reader.subscriptions.order_by("pk")] == ["whole", *(one.texts for one in others)]
    assert ConsentRecord.objects.filter(subscriber=reader).latest("pk").detail == "texts: whole"
    page = client.get(link("manage", reader))
    assert ", with whole texts" in words(page)
    assert soup(page).select_one(f"#texts-{first.pk} option[selected]")["value"] == "whole"
    assert press(client, reader, "add", tags="c", rhythm="each", texts="whole").status_code == 303
    assert reader.subscriptions.latest("pk").texts == "whole"


def test_manage_leaves_one_and_with_the_last_all(client: Client, reader: Subscriber) -> None:
    first, second = reader.subscriptions.all()
    press(client, reader, "drop", subscription=str(first.pk))
    assert (list(reader.subscriptions.all()), state(reader)) == ([second], State.CONFIRMED)
    press(client, reader, "drop", subscription=str(second.pk))
    assert (list(reader.subscriptions.all()), state(reader)) == ([second], State.UNSUBSCRIBED)
    press(client, reader, "come back")
    assert Subscription.objects.current().count() == 1


@pytest.mark.parametrize("do", ["", "pause", "drop"])
def test_manage_says_that_another_tab_left_a_subscription(client: Client, reader: Subscriber, do: str) -> None:
    first, second = reader.subscriptions.all()
    press(client, reader, "drop", subscription=str(first.pk))
    until = (timezone.now() + timedelta(days=9)).date().isoformat()
    sent = press(client, reader, do, subscription=str(first.pk), tags="c", rhythm="each", until=until)
    assert (sent.status_code, "You have left this subscription meanwhile." in words(sent)) == (422, True)
    assert "Saved." not in words(sent)
    assert (selections_of(), reader.subscriptions.get().paused_until) == ([second.expression], None)


def test_manage_pauses_one_or_all_until_a_day(client: Client, reader: Subscriber) -> None:
    first, _second = reader.subscriptions.all()
    press(client, reader, "time zone", time_zone="Asia/Tokyo")
    day = Subscriber.objects.get().tomorrow
    press(client, reader, "pause", until=str(day), subscription=str(first.pk))
    midnight = datetime.combine(day, time(), ZoneInfo("Asia/Tokyo"))
    assert [one.paused_until for one in reader.subscriptions.all()] == [midnight, None]
    press(client, reader, "resume")
    assert {one.paused_until for one in reader.subscriptions.all()} == {None}
    press(client, reader, "pause", until=str(day))
    assert {one.paused_until for one in reader.subscriptions.all()} == {midnight}
    for wrong in ("", "soon", str(Subscriber.objects.get().today), "9999-12-31"):
        assert press(client, reader, "pause", until=wrong).status_code == 422


@pytest.mark.parametrize("do", ["drop", "pause", "", "time zone"])
def test_manage_touches_nobody_elses_subscription(client: Client, reader: Subscriber, do: str) -> None:
    other = make_subscriber("bob@example.org", expression="a")
    sent = {"subscription": str(other.subscriptions.get().pk), "until": "2030-01-01", "tags": "b", "rhythm": "daily"}
    before = list(other.subscriptions.values())
    press(client, reader, do, **sent)
    assert list(other.subscriptions.values()) == before


def test_download_holds_everything(client: Client) -> None:
    sign_up(Client(), "ada@example.org")
    ada = Subscriber.objects.get()
    response = client.get(link("download", ada))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/json",
        'attachment; filename="subscription.json"',
    )
    held = json.loads(response.content)
    names = {field.attname for field in Subscriber._meta.fields} - {"id", "site_id", "nonce"}
    assert set(held) == names | {"bounce_score", "bounced_at", "site", "subscriptions", "history", "letters", "comments"}
    assert (held["address"], held["state"], held["site"]) == ("ada@example.org", "pending", "testserver")
    assert [(event["event"], event["network"]) for event in held["history"]] == [("requested", "127.0.0.0/24")]
    assert [(email["kind"], email["to"]) for email in held["letters"]] == [("confirm", "ada@example.org")]
    assert ada.nonce not in response.content.decode()


def test_erasing_takes_two_steps(client: Client) -> None:
    sign_up(Client(), "ada@example.org")
    ada = Subscriber.objects.get()
    step = soup(client.get(link("manage", ada))).find("a", string="Erase my address")["href"]
    assert "Everything kept about ada@example.org is deleted" in words(client.get(step))
    assert Subscriber.objects.get().address == "ada@example.org"
    for _press in range(2):
        response = client.post(step)
        assert (response.status_code, "Your address is erased" in words(response)) == (200, True)
    assert (Subscriber.objects.get().address, Delivery.objects.count(), ConsentRecord.objects.count()) == ("", 0, 0)


def test_no_log_contains_a_token(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    ada = make_subscriber()
    with caplog.at_level(logging.DEBUG, "django.request"):
        for page in PAGES:
            old = reverse(f"signup:{page}", args=[make_token("leave" if page != "leave" else "manage", ada)])
            assert client.get(old).status_code == 404
    assert len(caplog.messages) == len(PAGES)
    assert all(message.startswith("Not Found: /signup/") and "/…/" in message for message in caplog.messages)
    assert ada.nonce not in caplog.text


@pytest.mark.parametrize("page", PAGES)
def test_other_methods_are_refused(client: Client, page: str) -> None:
    address = link(page, make_subscriber())
    with CaptureQueriesContext(connection) as captured:
        assert client.put(address).status_code == client.delete(address).status_code == 405
    assert captured.captured_queries == []
