"""Rules for passwords hold wherever one is set, and whoever signs in comes to a page that exists."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction

from blog.models import Appearance, BlogPage
from tests.support.factories import make_post

GOOD = "three words suffice"
BAD = {
    "nine word": "too short",
    "password1234": "too common",
    "8572049186351": "entirely numeric",
    "ada.lovelace": "too similar",
}


@pytest.mark.parametrize("password", BAD)
def test_bad_password_is_refused_for_an_account_made_in_the_admin(admin_client: Client, password: str) -> None:
    form = {"username": "ada.lovelace", "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com"}
    response = admin_client.post(reverse("wagtailusers_users:add"), form | {"password1": password, "password2": password})
    assert BAD[password] in response.content.decode()
    assert not User.objects.filter(username="ada.lovelace").exists()


def test_good_password_is_taken_for_an_account_made_in_the_admin(admin_client: Client) -> None:
    form = {"username": "ada", "first_name": "Ada", "last_name": "L", "email": "ada@example.com"}
    admin_client.post(reverse("wagtailusers_users:add"), form | {"password1": GOOD, "password2": GOOD})
    assert User.objects.get(username="ada").check_password(GOOD)


@pytest.mark.parametrize("password", BAD)
def test_bad_password_is_refused_where_one_changes_it(client: Client, db: None, password: str) -> None:
    ada = User.objects.create_superuser("ada.lovelace", "ada@example.com", GOOD)
    client.force_login(ada)
    fields = ("old_password", "new_password1", "new_password2")
    form = {f"password-{field}": value for field, value in zip(fields, (GOOD, password, password), strict=True)}
    assert BAD[password] in client.post(reverse("wagtailadmin_account"), form).content.decode()
    ada.refresh_from_db()
    assert ada.check_password(GOOD)


def test_password_is_changed_by_whoever_knows_the_present_one(client: Client, db: None) -> None:
    ada = User.objects.create_superuser("ada", "ada@example.com", GOOD)
    client.force_login(ada)
    new = dict.fromkeys(("password-new_password1", "password-new_password2"), "another good passphrase")
    for present in ({}, {"password-old_password": "a wrong passphrase"}):
        client.post(reverse("wagtailadmin_account"), {**new, **present})
        ada.refresh_from_db()
        assert ada.check_password(GOOD)


def test_long_password_counts_as_it_was_typed(db: None) -> None:
    long = f" Ä {'x' * 300} y "
    User.objects.create_superuser("ada", password=long)
    typed = [long, long.strip(), long.lower(), long[:200], f"{long} "]
    sent = [Client().post("/admin/login/", {"username": "ada", "password": text}) for text in typed]
    assert [response.status_code for response in sent] == [302, 200, 200, 200, 200]


@pytest.mark.parametrize("password", BAD)
def test_bad_password_from_the_environment_is_refused(db: None, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError, match=f"DJANGO_SUPERUSER_PASSWORD is refused: .*{BAD[password]}"):
        call_command("createsuperuser", interactive=False, username="ada.lovelace", email="ada@example.com")
    assert not User.objects.exists()


def test_good_password_from_the_environment_is_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    call_command("createsuperuser", interactive=False, username="ada", email="ada@example.com", verbosity=0)
    assert User.objects.get().check_password(GOOD)


def test_signing_in_without_a_destination_leads_to_the_site(client: Client, blog: BlogPage) -> None:
    User.objects.create_user("reader", password=GOOD)
    response = client.post(reverse("wagtailcore_login"), {"username": "reader", "password": GOOD}, follow=True)
    assert (response.redirect_chain, response.status_code) == ([("/", 302)], 200)


def test_page_for_those_signed_in_leads_through_sign_in_and_back(client: Client, blog: BlogPage) -> None:
    User.objects.create_user("reader", password=GOOD)
    post = make_post(blog, "a", title="For members")
    PageViewRestriction(page=post, restriction_type="login").save()
    sign_in = client.get(f"/{post.slug}/", follow=True)
    assert (sign_in.status_code, sign_in.request["PATH_INFO"]) == (200, reverse("wagtailcore_login"))
    assert f'name="next" value="/{post.slug}/"' in sign_in.content.decode()
    form = {"username": "reader", "password": GOOD, "next": f"/{post.slug}/"}
    response = client.post(reverse("wagtailcore_login"), form, follow=True)
    assert (response.status_code, response.request["PATH_INFO"]) == (200, f"/{post.slug}/")
    assert "For members" in response.content.decode()


SITE_WORDS = [
    *("kimonote-2026", "Notes.Example!", "WagtailWagtail", "12password34!"),
    *("P4ssw0rd20-26", "The Tea Journal", "teajournal123", "mykimonote12"),
]


@pytest.mark.parametrize("password", SITE_WORDS)
def test_password_of_the_words_of_the_site_is_refused(blog: BlogPage, settings: Settings, password: str) -> None:
    settings.SITE_URL = "https://notes.example"
    Appearance.objects.create(site=blog.get_site(), name="The Tea Journal")
    with pytest.raises(ValidationError, match="consists of words of this site"):
        validate_password(password)


@pytest.mark.parametrize("password", [GOOD, "kimonote under a plum tree", "4938-2075-xy", "teapots and journalists"])
def test_words_of_the_site_among_others_are_taken(blog: BlogPage, password: str) -> None:
    Appearance.objects.create(site=blog.get_site(), name="The Tea Journal")
    validate_password(password)


def test_password_of_the_words_of_the_site_is_refused_in_german(db: None) -> None:
    with translation.override("de"), pytest.raises(ValidationError, match="besteht aus Wörtern dieser Website"):
        validate_password("kimonote-2026")
