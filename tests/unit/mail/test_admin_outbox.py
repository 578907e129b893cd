from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from mail.models import BulkSending, Counted, Delivery, DeliveryState, MailCount, RecentBounce, Result
from tests.support.editors import account_with, client_of
from tests.support.outbox_factories import put_test

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]
LISTING = "/admin/outbox/"


def make_editor(*codenames: str) -> Client:
    return client_of(account_with("mail", *codenames, name="eve"))


@pytest.fixture
def editor() -> Client:
    return make_editor("view_delivery", "change_delivery")


def put(state: DeliveryState, to: str = "ada@example.org", answer: str = "554 5.7.1 spam") -> Delivery:
    mail = put_test(to)
    Delivery.objects.filter(pk=mail.pk).update(state=state, attempts=10, answer=answer)
    return mail


def words(response: HttpResponse) -> str:
    assert response.status_code == 200
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def links(response: HttpResponse) -> set[str]:
    return {str(link["href"]) for link in BeautifulSoup(response.content, "html.parser").select("a[href]")}


def state_of(mail: Delivery) -> tuple[str, int]:
    mail.refresh_from_db()
    return mail.state, mail.attempts


def test_listing_shows_what_is_stuck_with_the_servers_words(editor: Client) -> None:
    put(DeliveryState.STUCK, "ada@example.org", "554 5.7.1 <b>spam</b>")
    put(DeliveryState.SENT, "bob@example.org", "250 OK")
    shown = words(editor.get(f"{LISTING}?state=stuck"))
    assert "ada@example.org" in shown
    assert "554 5.7.1 <b>spam</b>" in shown
    assert "bob@example.org" not in shown


def test_listing_searches_by_recipient(editor: Client) -> None:
    put(DeliveryState.SENT, "ada@example.org")
    put(DeliveryState.SENT, "bob@example.org")
    response = editor.get(f"{LISTING}?q=bob")
    assert [mail.to for mail in response.context_data["object_list"]] == ["bob@example.org"]


def test_mails_page_offers_what_can_be_done(editor: Client) -> None:
    for state, names in (
        (DeliveryState.STUCK, {"retry", "cancel"}),
        (DeliveryState.WAITING, {"retry", "cancel"}),
        (DeliveryState.REFUSED, {"retry"}),
        (DeliveryState.SENT, set()),
        (DeliveryState.SENDING, set()),
    ):
        mail = put(state)
        response = editor.get(f"{LISTING}{mail.pk}/")
        assert "554 5.7.1 spam" in words(response)
        offered = {name for name in ("retry", "cancel") if f"{LISTING}{mail.pk}/{name}/" in links(response)}
        assert (state, offered) == (state, names)


def test_stuck_mail_is_sent_again_by_a_button_alone(editor: Client) -> None:
    mail = put(DeliveryState.STUCK)
    assert words(editor.get(f"{LISTING}{mail.pk}/retry/"))
    assert state_of(mail) == (DeliveryState.STUCK, 10)
    assert "is on its way" in words(editor.post(f"{LISTING}{mail.pk}/retry/", follow=True))
    assert state_of(mail) == (DeliveryState.WAITING, 0)


def test_cancelled_mail_says_by_whom(editor: Client) -> None:
    mail = put(DeliveryState.STUCK)
    editor.post(f"{LISTING}{mail.pk}/cancel/")
    mail.refresh_from_db()
    assert (mail.state, mail.answer) == (DeliveryState.CANCELLED, "Cancelled by eve.")


@pytest.mark.parametrize("action", ["retry", "cancel"])
def test_mail_that_was_sent_meanwhile_stays_sent(editor: Client, action: str) -> None:
    mail = put(DeliveryState.SENT)
    assert "has" in words(editor.post(f"{LISTING}{mail.pk}/{action}/", follow=True))
    assert state_of(mail) == (DeliveryState.SENT, 10)


def test_all_that_is_stuck_is_sent_by_one_button(editor: Client) -> None:
    stuck, sent = [put(DeliveryState.STUCK) for _number in range(2)], put(DeliveryState.SENT)
    assert f"{LISTING}retry/" in links(editor.get(LISTING))
    assert "Send 2 stuck mails now?" in words(editor.get(f"{LISTING}retry/"))
    assert "2 mails are on their way." in words(editor.post(f"{LISTING}retry/", follow=True))
    assert [state_of(mail) for mail in (*stuck, sent)] == [(DeliveryState.WAITING, 0)] * 2 + [(DeliveryState.SENT, 10)]
    assert f"{LISTING}retry/" not in links(editor.get(LISTING))


def test_dashboard_lists_stuck_mail(editor: Client) -> None:
    mail = put(DeliveryState.STUCK)
    assert "One mail is stuck: the server's words say why." in words(editor.get("/admin/"))
    editor.post(f"{LISTING}{mail.pk}/retry/")
    assert "stuck" not in words(editor.get("/admin/"))


def test_dashboard_warns_of_mail_that_is_not_sent(editor: Client) -> None:
    put(DeliveryState.WAITING, answer="The mail server 127.0.0.1:25 is out of reach.")
    complaint = "for more than ten minutes: is a worker running? The mail server 127.0.0.1:25 is out of reach."
    assert complaint not in words(editor.get("/admin/"))
    Delivery.objects.update(created=timezone.now() - timedelta(minutes=11), attempts=0)
    assert complaint in words(editor.get("/admin/"))
    Delivery.objects.update(attempts=1)  # greylisted, say: that it waits is as it should be
    assert complaint not in words(editor.get("/admin/"))


def test_whoever_may_only_look_changes_nothing() -> None:
    editor, mail = make_editor("view_delivery"), put(DeliveryState.STUCK)
    assert words(editor.get(LISTING))
    shown = links(editor.get(f"{LISTING}{mail.pk}/")) | links(editor.get(LISTING))
    assert not {link for link in shown if link.endswith(("/retry/", "/cancel/"))}
    for address in (f"{LISTING}{mail.pk}/retry/", f"{LISTING}{mail.pk}/cancel/", f"{LISTING}retry/"):
        editor.post(address)
    assert state_of(mail) == (DeliveryState.STUCK, 10)


@pytest.mark.parametrize("codenames", [(), ("view_subscriber", "change_subscriber")])
def test_whoever_has_no_permission_sees_nothing(codenames: tuple[str, ...]) -> None:
    editor, mail = make_editor(*codenames), put(DeliveryState.STUCK)
    assert LISTING not in links(editor.get("/admin/"))
    for address in (LISTING, f"{LISTING}{mail.pk}/", f"{LISTING}{mail.pk}/retry/", f"{LISTING}retry/"):
        assert "ada@example.org" not in editor.get(address, follow=True).content.decode()


def test_visitor_is_sent_to_sign_in() -> None:
    assert Client().get(LISTING).url.startswith("/admin/login/")


def test_forged_request_is_refused(editor: Client) -> None:
    mail = put(DeliveryState.STUCK)
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get())
    assert client.post(f"{LISTING}{mail.pk}/retry/").status_code == 403
    assert state_of(mail) == (DeliveryState.STUCK, 10)


def test_first_page_names_a_domain_that_refuses_our_mail(editor: Client) -> None:
    RecentBounce.objects.create(
        domain="example.org", address_hmac="1" * 64, at=timezone.now(), answer="550 5.7.1 <b>blocked</b>", ignored=True
    )
    assert "example.org refuses our mail: 550 5.7.1 <b>blocked</b>" in words(editor.get("/admin/"))


def test_first_page_says_when_limits_delay_mail(editor: Client) -> None:
    for number in range(3):
        Delivery.objects.filter(pk=put_test(f"ada{number}@example.org").pk).update(due=timezone.now() + timedelta(hours=2))
    shown = words(editor.get("/admin/"))
    assert "3 mails are delayed, the last until" in shown
    assert "let through; most go to example.org." in shown


def test_bulk_mail_is_paused_and_resumed_by_a_button(editor: Client) -> None:
    assert {link for link in links(editor.get(LISTING)) if "pause" in link or "resume" in link} == {f"{LISTING}pause/"}
    assert "Confirmations and other mail that somebody waits for go out all the same." in words(editor.get(f"{LISTING}pause/"))
    assert BulkSending.current().paused_at is None
    assert "Bulk mail is paused." in words(editor.post(f"{LISTING}pause/", follow=True))
    assert "by eve: no new notes are mailed." in words(editor.get("/admin/"))
    assert f"{LISTING}resume/" in links(editor.get(LISTING))
    editor.post(f"{LISTING}resume/")
    assert BulkSending.current().paused_at is None
    assert "no new notes are mailed" not in words(editor.get("/admin/"))


def test_bulk_mail_is_paused_only_by_whoever_may_change_the_outbox() -> None:
    onlooker = make_editor("view_delivery")
    assert not {link for link in links(onlooker.get(LISTING)) if "pause" in link}
    onlooker.post(f"{LISTING}pause/")
    assert BulkSending.current().paused_at is None


def test_first_page_counts_results_by_week_and_domain(editor: Client) -> None:
    now = timezone.now()
    MailCount.objects.add(
        {Counted("big.example", Result.ACCEPTED, True): 5, Counted("a.example", Result.BOUNCED, False): 1}, now
    )
    MailCount.objects.add({Counted("big.example", Result.ACCEPTED, True): 7}, now - timedelta(weeks=1))
    rows = BeautifulSoup(editor.get("/admin/").content, "html.parser").select(
        "#mail-results tbody tr, [id*=mail-results] tbody tr"
    )
    cells = [[cell.get_text() for cell in row.select("td")] for row in rows]
    assert [row[1:] for row in cells[:2]] == [["5", "0", "1", "0"], ["7", "0", "0", "0"]]
    assert cells[2:] == [["big.example", "5", "0", "0", "0"], ["a.example", "0", "0", "1", "0"]]
