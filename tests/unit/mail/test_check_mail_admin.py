"""The check of mail in the Wagtail admin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django.fixtures import Settings

from blog.models import BlogPage
from mail.admin.check import CheckView
from mail.deliverability.findings import record
from tests.support.dns_server import DnsServer
from tests.support.smtp_server import SMTPServer

ADDRESS = "/admin/check_mail/"
ZONE = """
    notes.example. TXT "v=spf1 <b>& -all"
    _dmarc.notes.example. TXT "v=DMARC1; p=reject; rua=mailto:a@notes.example"
    notes.example. MX 10 mx.example.
    mx.example. A 192.0.2.1
    1.2.0.192.in-addr.arpa. PTR mx.example.
"""


@pytest.fixture
def site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    settings.DEFAULT_FROM_EMAIL = "Notes <notes@notes.example>"
    settings.BOUNCE_DOMAIN = settings.DKIM_DOMAIN = "notes.example"
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.MAIL_FROM_IPS = "", "", ["192.0.2.1"]
    with SMTPServer() as smtp_server, DnsServer(ZONE) as dns:
        settings.EMAIL_URL = smtp_server.url
        monkeypatch.setattr(CheckView, "name_server", dns.address)
        yield settings


def sign_in(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("ed", password="ed")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *permissions]))
    client.force_login(user)


def test_an_editor_who_may_see_subscribers_sees_each_finding_and_cure(blog: BlogPage, site: Settings, client: Client) -> None:
    sign_in(client, "view_subscriber")
    page = client.get(ADDRESS)
    text = page.content.decode()
    assert page.status_code == 200
    assert "cannot be followed: it has &#x27;&lt;b&gt;&amp;&#x27;, which is no term of SPF." in text
    assert record("notes.example", "TXT", "v=spf1 ip4:192.0.2.1 -all").replace('"', "&quot;") in text
    assert "ok: 6, warning: 0, error: 1, not checked: 1" in text


def test_the_check_is_in_the_menu_of_whoever_may_see_it(blog: BlogPage, site: Settings, client: Client) -> None:
    sign_in(client, "view_subscriber")
    assert ADDRESS in client.get("/admin/").content.decode()


def test_others_neither_see_nor_open_the_check(blog: BlogPage, site: Settings, client: Client) -> None:
    sign_in(client)
    page = client.get(ADDRESS)
    assert (page.status_code, page["Location"]) == (302, "/admin/")
    assert ADDRESS not in client.get("/admin/").content.decode()


def test_a_setting_that_cannot_be_read_is_a_finding(blog: BlogPage, site: Settings, client: Client) -> None:
    site.MAIL_FROM_IPS = ["192.0.2"]
    sign_in(client, "view_subscriber")
    assert "in MAIL_FROM_IPS (or --from-ip) is no address" in client.get(ADDRESS).content.decode()
