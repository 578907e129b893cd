"""A comment's whole way, with real mail: the form, the email, its button, the notice, the admin, the very next request."""

import json
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from blog.models import BlogPage
from comments.services import moderation
from kimonote.tasks import periodic_tasks
from mail.models import Delivery
from tests.support.factories import make_post
from tests.support.outbox_factories import send_to
from tests.support.signup_factories import stamp
from tests.support.smtp_server import ReceivedMail, SMTPServer

pytestmark = pytest.mark.django_db
READER, EDITOR = "ada@example.org", "mo@example.org"
OUTPUTS = ("/harbour/", "/", "/harbour/feed.atom", "/comments/", "/comments/feed.json")


def work() -> None:
    """What the worker does of this."""
    for task in periodic_tasks(timedelta(seconds=5), lambda: False):
        if task.name in ("tell moderators", "send mail"):
            task.run()


def links(mail: ReceivedMail) -> list[str]:
    """The paths of an email's links, in its text."""
    body = mail.message.get_body(("plain",))
    assert body
    return re.findall(r"http://testserver(/\S+)", body.get_content())


def notified(client: Client) -> dict[str, bool]:
    """Where readers see the comment."""
    return {address: b"A xylophone" in client.get(address).content for address in OUTPUTS if address != "/"}


def test_from_the_form_to_the_card(client: Client, blog: BlogPage, settings: Settings) -> None:
    make_post(blog, title="Harbour", slug="harbour")
    User.objects.create_superuser("mo", email=EDITOR, password="secret")
    with SMTPServer() as smtp_server:
        send_to(settings, smtp_server)
        asked = BeautifulSoup(client.get("/harbour/comment/").content, "html.parser")
        fields = {field["name"]: field.get("value", "") for field in asked.select("form[method=post] [name]")}
        written = {**fields, "name": "Ada", "email": READER, "text": "A xylophone.", "stamp": stamp()}
        assert client.post("/harbour/comment/", written).status_code == 303
        work()
        (email,) = smtp_server.wait_for(1)
        assert (email.recipients, str(email.message["Subject"])) == ([READER], "Please confirm: your comment on “Harbour”")
        assert str(email.message["Auto-Submitted"]) == "auto-generated"
        (confirm,) = links(email)
        assert client.get(confirm).status_code == 200
        assert client.post(confirm).status_code == 303
        before = {address: client.get(address).content for address in OUTPUTS}
        assert set(notified(client).values()) == {False}
        work()
        _email, notice = smtp_server.wait_for(2)
        assert (notice.recipients, str(notice.message["Subject"])) == ([EDITOR], "A comment awaits you")
        one, listing = links(notice)
        admin = Client()
        admin.post("/admin/login/", {"username": "mo", "password": "secret"})
        assert [admin.get(address).status_code for address in (listing, one, f"{one}approve/")] == [200, 200, 200]
        assert {address: client.get(address).content for address in OUTPUTS} == before
        assert admin.post(f"{one}approve/").status_code == 302
        assert set(notified(client).values()) == {True}
        card = BeautifulSoup(client.get("/").content, "html.parser").select_one(".note .meta")
        assert card.get_text().endswith("1 comment")
        assert json.loads(client.get("/harbour/feed.json").content)["items"][0]["content_html"] == "<p>A xylophone.</p>"
        work()
        assert len(smtp_server.mails) == 2  # the third may still be undone
        Delivery.objects.filter(due__gt=timezone.now()).update(due=timezone.now())
        work()
        *_two, shown = smtp_server.wait_for(3)
        assert (shown.recipients, str(shown.message["Subject"])) == ([READER], "Your comment on “Harbour” is shown")
        place, withdraw = links(shown)
        assert client.get(place.partition("#")[0]).status_code == 200
        assert client.post(withdraw).status_code == 200
        assert set(notified(client).values()) == {False}
        assert b"comment<" not in client.get("/").content


def test_decision_and_its_trace_are_one_transaction(client: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the revision cannot be raised, nothing is approved."""
    from blog.models import Comment, CommentState
    from tests.support.comment_factories import make_comment

    comment = make_comment(make_post(blog, slug="harbour"), state=CommentState.WAITING)

    def fail(posts: object) -> None:
        raise RuntimeError("The lights went out.")

    monkeypatch.setattr(moderation, "raise_revision", fail)
    with pytest.raises(RuntimeError, match="lights"):
        moderation.decide([comment.pk], CommentState.APPROVED, "mo")
    assert (Comment.objects.get().state, Delivery.objects.count()) == ("waiting", 0)
    assert b"comment<" not in client.get("/").content
