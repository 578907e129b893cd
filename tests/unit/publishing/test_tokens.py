"""Tokens on the page of one's account: made, named, shown once, listed, ended by their owner alone."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone
from wagtail.models import APIToken, ModelLogEntry

from blog.models import BlogPage
from publishing.models import Access
from tests.support.editors import client_of, member_of
from tests.support.programs import Program

NEW, END, ACCOUNT = "/admin/account/tokens/new/", "/admin/account/tokens/end/", "/admin/account/"
TOKEN = re.compile(r'<code id="token">(\w+)</code>')


def test_author_makes_a_token_uses_and_ends_it(blog: BlogPage) -> None:
    author = member_of("Authors")
    browser = client_of(author)
    form = browser.get(NEW)
    assert form.content.decode().count("checked") == 4  # what most programs need
    made = browser.post(NEW, {"name": "Phone", "scopes": ["create", "media"], "lifetime": "90"})
    assert "no-store" in made["Cache-Control"]
    text = TOKEN.findall(made.content.decode())[0]
    access = Access.objects.get()
    assert (access.token.name, access.scopes, access.token.user) == ("Phone", "create media", author)
    assert access.expires_at is not None
    assert timedelta(days=89) < access.expires_at - timezone.now() < timedelta(days=91)
    program = Client(headers={"Authorization": f"Bearer {text}"})
    assert program.get("/api/v3/whoami/").status_code == 200
    page = browser.get(ACCOUNT).content.decode()
    assert ("Phone" in page, text in page, access.token.prefix in page) == (True, False, True)
    assert client_of(member_of("Editors")).post(END, {"token": access.token.pk}).status_code == 302
    assert program.get("/api/v3/whoami/").status_code == 200  # another's
    browser.post(END, {"token": access.token.pk})
    assert program.get("/api/v3/whoami/").status_code == 401
    assert "Phone" not in browser.get(ACCOUNT).content.decode()
    actions = ModelLogEntry.objects.filter(object_id=access.token.pk).values_list("action", flat=True)
    assert set(actions) == {"wagtail.apitoken.create", "wagtail.apitoken.revoke"}


def test_bad_forms_make_nothing(blog: BlogPage) -> None:
    browser = client_of(member_of("Authors"))
    for data in ({}, {"name": "x"}, {"name": "x", "scopes": ["root"]}, {"name": "", "scopes": ["read"]}):
        assert browser.post(NEW, data).status_code == 200
    for chosen in ("", "x", "0", "9" * 30, "²"):
        assert browser.post(END, {"token": chosen}).status_code == 302
    assert not APIToken.objects.exists()
    assert Client().get(NEW).status_code == 302
    assert browser.get(END).status_code == 405


def test_programs_cannot_use_the_admin(blog: BlogPage) -> None:
    program = Program(member_of("Moderators", "Editors"))
    assert [program.get(address).status_code for address in ("/admin/", NEW, "/admin/api/main/pages/")] == [302, 302, 302]
