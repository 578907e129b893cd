"""Announcements: whom they go to, at most once each, tested, scheduled, stopped."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from wagtail.models import Site

from blog.models import BlogPage, Stream, Tag, TagAlias
from mail import outbox
from mail.models import Delivery, DeliveryState
from mail.worker import Sender
from signup.admin.announcements import question_before
from signup.models import Announcement, AnnouncementState, Subscriber
from signup.services import announcements, subscriptions, suppression
from tests.support.editors import client_of
from tests.support.signup_factories import make_subscriber, make_subscription

pytestmark = pytest.mark.usefixtures("blog")


def make_announcement(**fields: Any) -> Announcement:
    fields = {"subject": "We move", "text": "To a *new* [address](/about/).", "site": Site.objects.get(), **fields}
    return Announcement.objects.create(**fields)


def written_to() -> list[str]:
    return sorted(Delivery.objects.filter(kind="announcement").values_list("to", flat=True))


def test_all_confirmed_readers_are_written_to_once() -> None:
    ada, ben = make_subscriber(expression="design"), make_subscriber(expression="")
    make_subscription(ada, "web")
    for state in ("pending", "unsubscribed", "suppressed"):
        make_subscriber(state=state)
    announcement = make_announcement()
    assert announcements.write_due() == 0
    assert announcements.send(announcement, "eve")
    assert not announcements.send(announcement, "eve")
    assert announcements.write_due() == 2
    assert announcements.write_due() == 0
    assert written_to() == sorted([ada.address, ben.address])
    announcement.refresh_from_db()
    assert (announcement.state, announcement.by, announcement.progress) == ("written", "eve", "waiting: 2")


def test_readers_of_a_selection_have_it_alone_among_others_or_by_a_stream(blog: BlogPage) -> None:
    stream = Stream.objects.create(blog=blog, name="S", slug="s", expression="design+-work")
    wanted = [make_subscriber(expression=text) for text in ("design+-work", "design+-work|web")]
    wanted.append(make_subscriber(expression="", stream=stream))
    for text in ("design", "-work", "", "a+-a"):
        make_subscriber(expression=text)
    announcements.send(make_announcement(expression="design+-work"))
    assert announcements.write_due() == 3
    assert written_to() == sorted(reader.address for reader in wanted)


def test_worker_that_dies_anywhere_is_followed_by_one_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "BATCH_SIZE", 2)
    readers = [make_subscriber() for _reader in range(5)]
    announcement = make_announcement()
    announcements.send(announcement)
    put, lots = outbox.put_many, iter(range(3))

    def put_many(deliveries: Any) -> None:
        put(deliveries)
        if next(lots, None) is not None:
            raise MemoryError

    monkeypatch.setattr(outbox, "put_many", put_many)
    for _death in range(3):
        with pytest.raises(MemoryError):
            announcements.write_due()
    assert announcements.write_due(stopping=iter([False, True]).__next__) == 2
    assert announcements.write_due() == 3
    assert written_to() == sorted(reader.address for reader in readers)


def test_scheduled_announcement_waits_for_its_time() -> None:
    make_subscriber()
    due = timezone.now() + timedelta(hours=1)
    announcements.send(make_announcement(due=due))
    assert announcements.write_due() == 0
    assert announcements.write_due(due) == 1


def test_stopped_announcement_sends_nothing_more(monkeypatch: pytest.MonkeyPatch, mailoutbox: Any) -> None:
    monkeypatch.setattr(announcements, "BATCH_SIZE", 1)
    for _reader in range(3):
        make_subscriber()
    announcement = make_announcement()
    assert not announcements.stop(announcement)
    announcements.send(announcement)
    assert announcements.write_due(stopping=iter([False, True]).__next__) == 1
    assert announcements.stop(announcement)
    assert announcements.write_due() == 0
    assert Sender().send_due() == 0
    assert Delivery.objects.get().state == DeliveryState.CANCELLED
    assert not announcements.stop(announcement)


def test_announcement_is_an_email_of_the_list(mailoutbox: Any) -> None:
    reader = make_subscriber(expression="design")
    announcement = make_announcement(expression="design")
    announcements.send(announcement)
    announcements.write_due()
    assert Sender().send_due() == 1
    (sent,) = mailoutbox
    assert (sent.subject, sent.to) == ("We move", [reader.address])
    assert "To a new address <http://testserver/about/>." in sent.body
    ((html, _type),) = sent.alternatives
    assert "<em>new</em>" in html
    assert 'href="http' in html
    assert sent.extra_headers["List-Id"].startswith("<design.notes.")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/signup/leave/" in sent.body
    assert Delivery.objects.get().is_bulk


def test_who_has_left_or_is_erased_meanwhile_is_sent_nothing(mailoutbox: Any) -> None:
    gone, erased, stays = make_subscriber(), make_subscriber(), make_subscriber()
    announcements.send(make_announcement())
    assert announcements.write_due() == 3
    subscriptions.leave(gone)
    suppression.erase(erased)
    assert Sender().send_due() == 1
    assert mailoutbox[0].to == [stays.address]


def test_editor_writes_tests_sends_and_stops_it(mailoutbox: Any) -> None:
    make_subscriber()
    user = User.objects.create_user("eve", email="eve@example.org")
    codenames = ["access_admin", *(f"{verb}_announcement" for verb in ("add", "view", "change", "delete"))]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser, home = client_of(user), "/admin/announcements/"
    fields = {"subject": "We move", "text": "To a new address.", "expression": "Design  -work", "due": ""}
    assert browser.get(f"{home}new/").status_code == 200
    wrong = browser.post(f"{home}new/", {**fields, "expression": "a -a", "site": Site.objects.get().pk})
    assert wrong.status_code == 200
    assert "errorlist" in wrong.content.decode() or "error-message" in wrong.content.decode()
    Tag.objects.bulk_create([Tag(name=name, slug=name) for name in ("design", "work")])
    assert browser.post(f"{home}new/", {**fields, "site": Site.objects.get().pk}).status_code == 302
    announcement = Announcement.objects.get()
    assert announcement.expression == "design+-work"
    assert browser.get(home).status_code == browser.get(f"{home}edit/{announcement.pk}/").status_code == 200
    assert browser.post(f"{home}{announcement.pk}/test/").status_code == 302
    assert Sender().send_due() == 1
    assert [sent.to for sent in mailoutbox] == [["eve@example.org"]]
    for action, state in (("send", AnnouncementState.SCHEDULED), ("stop", AnnouncementState.STOPPED)):
        assert f"/{action}/" in browser.get(f"{home}{announcement.pk}/").content.decode()
        assert browser.post(f"{home}{announcement.pk}/{action}/").status_code == 302
        announcement.refresh_from_db()
        assert announcement.state == state
    assert browser.get(f"{home}edit/{announcement.pk}/").status_code == 404
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize(("address", "buttons"), [("eve@example.org", ["send", "test"]), ("", ["send"])])
def test_test_is_offered_to_whoever_has_an_address(address: str, buttons: list[str]) -> None:
    page = f"/admin/announcements/{make_announcement().pk}/"
    shown = client_of(User.objects.create_superuser("eve", address)).get(page).content.decode()
    assert [name for name in ("send", "stop", "test") if f'href="{page}{name}/"' in shown] == buttons


def test_announcements_are_closed_to_who_has_no_right() -> None:
    announcement = make_announcement()
    user = User.objects.create_user("mallory")
    user.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    browser = client_of(user)
    for url in ("", "new/", f"edit/{announcement.pk}/", f"{announcement.pk}/", f"{announcement.pk}/send/"):
        assert "We move" not in browser.get(f"/admin/announcements/{url}", follow=True).content.decode()
    browser.post(f"/admin/announcements/{announcement.pk}/send/")
    announcement.refresh_from_db()
    assert announcement.state == AnnouncementState.DRAFT


def test_time_that_has_passed_is_refused() -> None:
    with pytest.raises(ValidationError, match="has passed") as refused:
        make_announcement(due=timezone.now() - timedelta(minutes=1)).full_clean()
    assert [*refused.value.message_dict] == ["due"]
    make_announcement(due=timezone.now() + timedelta(minutes=1)).full_clean()


def test_selection_is_of_what_there_is() -> None:
    tag = Tag.objects.create(name="How we work", slug="how-we-work")
    TagAlias.objects.create(tag=tag, slug="methods")
    with pytest.raises(ValidationError) as refused:
        make_announcement(expression="how we work -desing @nobody").full_clean()
    words = refused.value.message_dict["expression"]
    assert ["desing" in words[0], "@nobody" in words[1], len(words)] == [True, True, 2]
    for text in ("How we work", "methods"):
        announcement = make_announcement(expression=text)
        announcement.full_clean()
        assert announcement.expression == "how-we-work"


@pytest.mark.parametrize(
    ("hours", "question", "message"),
    [(None, "to 2 readers now?", "is sent now."), (-1, "has passed. Send", "is sent now."), (1, "at its time", "at its time")],
)
def test_question_says_to_how_many_readers_and_when(hours: int | None, question: str, message: str) -> None:
    for expression in ("design", "design|web", "web"):
        make_subscriber(expression=expression)
    due = timezone.now() + timedelta(hours=hours) if hours else None
    announcement = make_announcement(expression="design", due=due)
    browser = client_of(User.objects.create_superuser("eve"))
    asked = browser.get(f"/admin/announcements/{announcement.pk}/send/").content.decode()
    assert "to 2 readers" in asked
    assert question in asked
    done = browser.post(f"/admin/announcements/{announcement.pk}/send/", follow=True).content.decode()
    assert message in done
    assert announcements.write_due(timezone.now() + timedelta(hours=2)) == 2


def test_question_counts_in_german() -> None:
    make_subscriber()
    with translation.override("de"):
        assert "jetzt an 1 Leser senden" in question_before(make_announcement())
        make_subscriber()
        assert "jetzt an 2 Leser senden" in question_before(make_announcement())
