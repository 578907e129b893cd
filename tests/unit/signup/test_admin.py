import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry, Site
from wagtail.users.models import UserProfile

from blog.models import BlogPage
from mail.models import Delivery, SuppressionReason
from signup.admin.dashboard import sparkline
from signup.admin.previews import sample
from signup.emails.one_post import email_of
from signup.kinds import Kind
from signup.models import ConsentRecord, Event, State, Subscriber, Wording
from signup.services import suppression
from tests.support.editors import account_with, client_of
from tests.support.factories import make_post
from tests.support.html import soup
from tests.support.signup_factories import make_subscriber
from wagtail_actions import workbooks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]
LISTING = "/admin/subscribers/"


def make_editor(*permissions: str) -> Client:
    return client_of(account_with("signup", *permissions))


@pytest.fixture
def editor() -> Client:
    return make_editor("view_subscriber", "change_subscriber", "delete_subscriber", "change_wording")


def listed(client: Client, query: str = "") -> list[str]:
    """The addresses in the listing, by name."""
    response = client.get(f"{LISTING}{query}")
    assert response.status_code == 200
    return sorted(str(subscriber) for subscriber in response.context_data["object_list"])


def act(client: Client, subscriber: Subscriber, action: str) -> HttpResponse:
    """Press the button behind an action's question."""
    address = f"{LISTING}{subscriber.pk}/{action}/"
    asked = client.get(address)
    if asked.status_code == 200:
        assert soup(asked).select_one("form[method=post] button[type=submit]")
    return client.post(address)


def test_the_listing_searches_and_filters(editor: Client) -> None:
    make_subscriber("ada@example.org", expression="food+travel")
    make_subscriber("bob@example.net", expression="travel+-food", state=State.PENDING)
    make_subscriber("cyd@example.net", expression="foodie", state=State.UNSUBSCRIBED)
    assert listed(editor) == ["ada@example.org", "bob@example.net", "cyd@example.net"]
    assert listed(editor, "?q=EXAMPLE.NET") == ["bob@example.net", "cyd@example.net"]
    assert listed(editor, "?state=pending&state=unsubscribed") == ["bob@example.net", "cyd@example.net"]
    assert listed(editor, "?tag=travel") == ["ada@example.org", "bob@example.net"]
    assert listed(editor, "?tag=Food") == ["ada@example.org"]
    assert listed(editor, "?tag=-food") == ["bob@example.net"]
    assert listed(editor, "?tag=travel&state=confirmed&q=ada") == ["ada@example.org"]


def test_someone_erased_is_found_by_the_whole_address_alone(editor: Client) -> None:
    suppression.erase(make_subscriber("ada@example.org"))
    assert listed(editor, "?q=ADA@example.org") == ["erased"]
    assert listed(editor, "?q=ada") == []


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{LISTING}?export=csv{query}")
    assert response["Content-Disposition"] == 'attachment; filename="subscribers.csv"'
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_export_holds_what_is_listed_and_no_formula(editor: Client) -> None:
    make_subscriber("=cmd|1@example.org", expression="-food+@ada")
    make_subscriber("bob@example.net", state=State.PENDING)
    suppression.erase(make_subscriber("cyd@example.net"))
    rows = {row["Address"]: (row["State"], row["Subscriptions"]) for row in exported(editor)}
    assert rows == {
        "'=cmd|1@example.org": ("confirmed", "'-food+@ada (each note as it appears)"),
        "bob@example.net": ("pending", "every note (each note as it appears)"),
    }
    assert [row["Address"] for row in exported(editor, "&state=pending")] == ["bob@example.net"]
    book = editor.get(f"{LISTING}?export=xlsx")
    assert book["Content-Disposition"] == 'attachment; filename="subscribers.xlsx"'
    headings, *cells = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active.values
    assert headings[:2] == ("Address", "State")
    assert {row[0] for row in cells} == {"'=cmd|1@example.org", "bob@example.net"}
    assert isinstance(cells[0][headings.index("Signed up")], datetime)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_reads_no_row_before_it_is_sent(editor: Client, form: str) -> None:
    make_subscriber("ada@example.org")
    with CaptureQueriesContext(connection) as captured:
        response = editor.get(f"{LISTING}?export={form}")
    assert not [query["sql"] for query in captured if '"signup_subscriber"."language"' in query["sql"]]
    with CaptureQueriesContext(connection) as captured:
        b"".join(response.streaming_content)
    assert [query["sql"] for query in captured if '"signup_subscriber"."language"' in query["sql"]]


def test_more_rows_than_a_sheet_holds_are_refused_as_xlsx(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    for _number in range(3):
        make_subscriber(expression="food")
    refused = editor.get(f"{LISTING}?export=xlsx&tag=food")
    assert refused["Location"] == f"{LISTING}?tag=food"
    assert "A sheet holds 2 rows: more are downloaded as CSV alone." in editor.get(refused["Location"]).content.decode()
    Subscriber.objects.latest("pk").delete()
    assert editor.get(f"{LISTING}?export=xlsx").status_code == 200


def test_a_subscribers_page_shows_what_happened(editor: Client) -> None:
    ada = make_subscriber("ada@example.org", expression="food")
    ConsentRecord.objects.create(
        subscriber=ada,
        event=Event.REQUESTED,
        wording="I <agree>.",
        network="192.0.2.0/24",
        at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )
    Delivery.objects.create(key="one", to="ada@example.org", kind="confirm", due=timezone.now(), answer="250 OK")
    response = editor.get(f"{LISTING}{ada.pk}/")
    history, letters = soup(response).select("main table.listing")[-2:]
    cells = [cell.get_text() for cell in history.select("tbody td")]
    assert history.select_one("tbody time")["datetime"] == "2026-01-02T03:04:00+00:00"
    assert cells[1:] == ["asked for mail", "", "", "192.0.2.0/24", "", "I <agree>.", ""]
    assert letters.select("tbody td")[3].get_text() == "250 OK"
    buttons = [link["href"] for link in soup(response).select("a[href]") if f"/{ada.pk}/" in link["href"]]
    assert sorted(set(buttons)) == [f"{LISTING}{ada.pk}/{name}/" for name in ("erase", "notes", "suppress")]


def test_resend_writes_another_email(editor: Client) -> None:
    ada = make_subscriber("ada@example.org", state=State.PENDING)
    response = act(editor, ada, "resend")
    assert response["Location"] == f"{LISTING}{ada.pk}/"
    assert list(Delivery.objects.values_list("kind", "to")) == [("confirm", "ada@example.org")]
    assert list(ConsentRecord.objects.values_list("event", "actor")) == [(Event.RESENT, "eve0")]


def test_resend_to_someone_confirmed_meanwhile_says_so(editor: Client) -> None:
    ada = make_subscriber("ada@example.org")
    assert editor.get(f"{LISTING}{ada.pk}/resend/").status_code == 404
    response = editor.post(f"{LISTING}{ada.pk}/resend/", follow=True)
    assert "ada@example.org is not waiting for a confirmation." in response.content.decode()
    assert not Delivery.objects.exists()


def test_suppress_and_lift_record_the_editors_name(editor: Client) -> None:
    ada = make_subscriber()
    act(editor, ada, "suppress")
    assert list(Subscriber.objects.values_list("state", "suppressed_because")) == [(State.SUPPRESSED, SuppressionReason.EDITOR)]
    act(editor, ada, "lift")
    assert list(Subscriber.objects.values_list("state", "suppressed_because")) == [(State.CONFIRMED, "")]
    assert list(ConsentRecord.objects.order_by("pk").values_list("event", "actor")) == [
        (Event.SUPPRESSED, "eve0"),
        (Event.LIFTED, "eve0"),
    ]


def test_erase_leaves_no_address_anywhere(editor: Client) -> None:
    ada = make_subscriber("ada@example.org")
    act(editor, ada, "suppress")
    act(editor, ada, "lift")
    act(editor, ada, "erase")
    assert list(Subscriber.objects.values_list("address", "suppressed_because")) == [("", SuppressionReason.ERASED)]
    assert not ConsentRecord.objects.exists()
    assert not [entry for entry in ModelLogEntry.objects.all() if "ada@example.org" in f"{entry.label} {entry.data}"]


def test_an_action_on_someone_deleted_meanwhile_says_so(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = make_subscriber("ada@example.org")

    def find_none(_subscriber: Subscriber) -> Subscriber:
        raise Subscriber.DoesNotExist

    monkeypatch.setattr(suppression, "locked", find_none)
    page = editor.post(f"{LISTING}{ada.pk}/erase/", follow=True)
    assert page.status_code == 200
    assert "“ada@example.org” has been deleted meanwhile." in page.content.decode()


def test_lifting_someone_erased_leads_back_to_the_listing(editor: Client) -> None:
    ada = make_subscriber()
    suppression.erase(ada)
    assert act(editor, ada, "lift")["Location"] == LISTING
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("action", ["resend", "suppress", "lift", "erase"])
def test_an_action_takes_a_post_with_a_csrf_token(action: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.create_superuser("root"))
    ada = make_subscriber(state=State.SUPPRESSED if action == "lift" else State.PENDING)
    address = f"{LISTING}{ada.pk}/{action}/"
    assert careful.get(address).status_code == 200
    assert careful.post(address).status_code == 403
    assert Subscriber.objects.get() == ada
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((), set()),
        (("view_subscriber",), {"", "export"}),
        (("view_subscriber", "change_subscriber"), {"", "export", "resend", "suppress"}),
        (("view_subscriber", "delete_subscriber"), {"", "export", "erase"}),
    ],
)
def test_permissions_are_wagtails(permissions: tuple[str, ...], allowed: set[str]) -> None:
    client = make_editor(*permissions)
    ada = make_subscriber(state=State.PENDING)
    tried = {"": client.get(f"{LISTING}{ada.pk}/"), "export": client.get(f"{LISTING}?export=csv")}
    tried |= {action: client.get(f"{LISTING}{ada.pk}/{action}/") for action in ("resend", "suppress", "erase")}
    assert {name for name, response in tried.items() if response.status_code == 200} == allowed
    for action in {"resend", "suppress", "erase"} - allowed:
        assert client.post(f"{LISTING}{ada.pk}/{action}/").status_code == 302
    assert (Subscriber.objects.get().state, ConsentRecord.objects.count()) == (State.PENDING, 0)
    home = client.get("/admin/").content.decode()
    assert (LISTING in home, "Confirmed sign-ups" in home) == (bool(allowed), bool(allowed))


def test_visitors_are_led_to_the_login() -> None:
    ada = make_subscriber()
    for address in (LISTING, f"{LISTING}{ada.pk}/", f"{LISTING}{ada.pk}/erase/"):
        for response in (Client().get(address), Client().post(address)):
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")
    assert Subscriber.objects.get().address == ada.address


def test_the_permissions_can_be_given_to_a_group() -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    page = root.get(reverse("wagtailusers_groups:add")).content.decode()
    offered = Permission.objects.filter(codename__endswith="_subscriber")
    assert [permission.codename for permission in offered if f'value="{permission.pk}"' in page] == [
        "add_subscriber",
        "change_subscriber",
        "delete_subscriber",
        "view_subscriber",
    ]


def test_the_dashboard_counts_and_draws(editor: Client) -> None:
    make_subscriber(state=State.PENDING)
    for weeks in (0, 0, 1, 5, 11, 12):
        record = ConsentRecord(subscriber=make_subscriber(), event=Event.CONFIRMED, at=timezone.now() - timedelta(weeks=weeks))
        record.save()
    panel = soup(editor.get("/admin/")).select_one("svg polyline").find_parent("section")
    assert [item.get_text() for item in panel.select("ul li a") if "?state=" in item["href"]] == [
        "pending: 1",
        "confirmed: 6",
        "unsubscribed: 0",
        "suppressed: 0",
    ]
    assert panel.select_one("svg title").get_text() == "Confirmed sign-ups, week by week: 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2"
    assert len(panel.select_one("svg polyline")["points"].split()) == 12
    assert panel.select_one("figcaption").get_text() == "5 confirmed sign-ups in twelve weeks"


def test_the_dashboard_draws_in_every_language(editor: Client) -> None:
    UserProfile.objects.update_or_create(user=User.objects.get(), defaults={"preferred_language": "de"})
    dot = soup(editor.get("/admin/")).select_one("svg polyline + circle")
    assert (dot["cx"], dot["cy"]) == ("237.0", "45.0")  # not “45,0”


def test_sparkline_of_nothing_is_flat() -> None:
    assert {y for _x, y in sparkline([0] * 12)} == {45.0}


def test_wording_changes_form_and_emails(editor: Client) -> None:
    site = Site.objects.get()
    address = reverse("wagtailsettings:edit", args=["signup", "wording", site.pk])
    assert editor.get(address).status_code == 200
    fields = {field.name: "" for field in Wording._meta.fields if field.name not in ("id", "site")}
    response = editor.post(address, {**fields, "form_title": "Post from {site}", "form_consent": "Yes to {site} & {unknown}."})
    assert response.status_code == 302
    page = soup(Client().get("/signup/"))
    assert page.select_one("h1").get_text() == "Post from Notes"
    assert page.select_one("#consent").get_text() == "Yes to Notes & {unknown}."


@pytest.mark.parametrize("words", ["Hello\r\nBcc: eve@example.org", "Hello\nthere", "Hello\0", "Hello\u2028there"])
def test_wording_of_a_subject_is_one_line(editor: Client, words: str) -> None:
    site = Site.objects.get()
    address = reverse("wagtailsettings:edit", args=["signup", "wording", site.pk])
    assert editor.post(address, {"confirm_subject": words}).status_code == 200
    assert not Wording.objects.exclude(confirm_subject="").exists()


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        ("form", "A heading"),
        ("sent", "Look into your inbox"),
        ("confirm", "Please confirm: All notes, weekly, Monday at 6:00"),
        ("add", "Please confirm one more: All notes, weekly, Monday at 6:00"),
        ("already", "You get notes from Notes already"),
        ("digest", "All notes of Notes, by letter"),
    ],
)
def test_wording_is_previewed_before_it_is_saved(editor: Client, blog: BlogPage, mode: str, shown: str) -> None:
    make_post(blog, "a", title="A post to tell of")
    site = Site.objects.get()
    address = reverse("wagtailsettings:preview_on_edit", args=["signup", "wording", site.pk])
    sent = {"form_title": "A heading", "digest_subject": "{selection} of {site}, by letter", "footer": "The <b>last</b> line"}
    assert editor.post(f"{address}?mode={mode}", sent).json()["is_valid"] is True
    preview = editor.get(f"{address}?mode={mode}")
    assert preview.status_code == 200
    assert shown in preview.content.decode()
    if mode in ("confirm", "add", "already", "digest"):
        email = soup(preview)
        assert "The <b>last</b> line" in email.select_one("pre").get_text()
        assert "The &lt;b&gt;last&lt;/b&gt; line" in email.select_one("iframe")["srcdoc"]
        assert ("A post to tell of" in email.select_one("pre").get_text()) == (mode == "digest")
    assert not Wording.objects.exclude(form_title="").exists()


@pytest.mark.parametrize(("titles", "subject"), [(["A", "B"], "B, and one more note"), ([], "New from Notes: All notes")])
def test_preview_of_a_digest_has_the_subject_of_one(blog: BlogPage, titles: list[str], subject: str) -> None:
    for title in titles:
        make_post(blog, title=title)
    email = sample(Wording.of(Site.objects.get()), Kind.DIGEST)
    assert email.subject == subject
    assert email.text.startswith("Notes · All notes\n")


def test_test_of_a_post_has_the_subject_that_its_editor_chose(blog: BlogPage) -> None:
    Wording.objects.create(site=Site.objects.get(), digest_subject="{selection} of {site}, by letter")
    assert email_of(make_post(blog, title="A"), "ada@example.org").subject == "All notes of Notes, by letter"


def test_wording_is_for_those_who_may_change_it() -> None:
    site = Site.objects.get()
    client = make_editor("view_subscriber")
    for name in ("edit", "preview_on_edit"):
        assert client.get(reverse(f"wagtailsettings:{name}", args=["signup", "wording", site.pk])).status_code == 302
