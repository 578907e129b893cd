"""Whoever is signed in finds a button on the site's own pages that signs out; others see the pages as they were."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import PageViewRestriction

from accounts.models import Session
from accounts.sessions import STARTED
from blog.models import BlogPage, PlainPage, PostPage
from tests.support.factories import make_post
from tests.support.signing_in import PASSWORD

BUTTON = re.compile(r'<form method="post" action="([^"]+)">(.*?)<button class="other">([^<]+)</button></form>')
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]+)">')
PAGES = "/ /tags/ /tags/a/ /streams/ /feeds/ /about/ /signup/ /nowhere-at-all/ /tags/unknown/ /?view=full".split()


@pytest.fixture
def private(blog: BlogPage) -> PostPage:
    make_post(blog, "a", title="Public")
    blog.add_child(instance=PlainPage(title="About", slug="about", body="Us"))
    post = make_post(blog, "a", title="For members")
    PageViewRestriction(page=post, restriction_type="login").save()
    return post


def member(*, editor: bool = False) -> User:
    user = User.objects.create_user("eve", password=PASSWORD)
    if editor:
        user.groups.add(Group.objects.get(name="Editors"))
    return user


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    return (b"".join(response) if response.streaming else response.content).decode()  # type: ignore[arg-type]


def sign_in(page: PostPage) -> Client:
    """Sign in as a member does who opens a private page."""
    client = Client(enforce_csrf_checks=True)
    asked = client.get(f"/{page.slug}/")
    form = dict(FIELD.findall(text_of(client, asked["Location"])))
    response = client.post(asked["Location"], {**form, "username": "eve", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, f"/{page.slug}/")
    return client


@pytest.mark.parametrize("editor", [False, True])
def test_member_who_came_by_a_private_page_signs_out_there(private: PostPage, editor: bool) -> None:
    member(editor=editor)
    client = sign_in(private)
    found = BUTTON.search(text_of(client, f"/{private.slug}/"))
    assert found
    assert (found[1], found[3]) == ("/_util/logout/", "Sign out")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    response = client.post(found[1], dict(FIELD.findall(found[2])))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value == ""
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert (client.get(f"/{private.slug}/").status_code, Session.objects.filter(pk=key).exists()) == (302, False)


def test_every_page_has_the_button_for_who_is_signed_in_alone(client: Client, private: PostPage) -> None:
    before = [text_of(client, path) for path in PAGES]
    client.force_login(member())
    seen = [text_of(client, path) for path in PAGES]
    assert [len(BUTTON.findall(text)) for text in before] == [0] * len(PAGES)
    assert [len(BUTTON.findall(text)) for text in seen] == [1] * len(PAGES)
    client.cookies.clear()
    assert [text_of(client, path) for path in PAGES if path != "/signup/"] == [
        text for path, text in zip(PAGES, before, strict=True) if path != "/signup/"
    ]


def test_whoever_opened_a_page_by_its_password_is_not_signed_in(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a")
    restriction = PageViewRestriction(page=post, restriction_type="password", password="secret")
    restriction.save()
    form = {"password": "secret", "return_url": f"/{post.slug}/"}
    response = client.post(f"/_util/authenticate_with_password/{restriction.pk}/{post.pk}/", form, follow=True)
    assert response.status_code == 200
    assert not BUTTON.search(response.content.decode())


def test_signing_out_takes_a_token_and_a_button(private: PostPage) -> None:
    member()
    client = sign_in(private)
    assert (client.get("/_util/logout/").status_code, client.post("/_util/logout/").status_code) == (405, 403)
    assert client.get(f"/{private.slug}/").status_code == 200


def test_button_is_in_the_site_language(client: Client, private: PostPage) -> None:
    client.force_login(member())
    with translation.override("de"):
        found = BUTTON.search(text_of(client, f"/{private.slug}/"))
    assert found
    assert found[3] == "Ausloggen"


@pytest.mark.parametrize("path", ["/_util/logout/", "/admin/logout/"])
def test_browser_is_asked_to_forget_what_it_kept(client: Client, private: PostPage, path: str) -> None:
    client.force_login(member(editor=True))
    assert "Clear-Site-Data" not in client.get(f"/{private.slug}/")
    assert client.post(path)["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.post(path)


def test_browser_is_asked_so_where_a_session_has_ended_by_its_age(client: Client, private: PostPage) -> None:
    client.force_login(member())
    session = client.session
    session[STARTED] = 0.0
    session.save()
    response = client.get(f"/{private.slug}/")
    assert (response.status_code, response["Clear-Site-Data"]) == (302, '"cache", "storage"')


def test_preview_shows_what_readers_see(client: Client, private: PostPage) -> None:
    client.force_login(User.objects.create_superuser("ada"))
    for page in (private, PlainPage.objects.get()):
        page.save_revision()
        text = text_of(client, reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
        assert page.title in text
        assert not BUTTON.search(text)
