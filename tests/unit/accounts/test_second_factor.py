"""The second factor: set up, asked for at every address that signs in, required by groups, lost and reset."""

import re
from base64 import b32decode
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings
from wagtail.models import PageViewRestriction

from accounts import second_factor
from accounts.models import Session, SignInAttempt
from accounts.second_factor_sign_in import PENDING, VALID, has_second_factor
from blog.models import BlogPage
from kimonote import tasks
from tests.support.factories import make_post
from tests.support.second_factor import code_of, code_of_secret, give_password, give_second_factor
from tests.support.signing_in import PASSWORD, SIGN_IN_PATHS, is_signed_in, make_user

ACCOUNT, ENROL, CODE = (reverse(name) for name in ("wagtailadmin_account", "accounts_enrol", "accounts_second_factor"))
RENEW, REMOVE = reverse("accounts_renew_codes"), reverse("accounts_remove_second_factor")


@pytest.fixture
def ada(blog: BlogPage) -> User:
    return make_user()


def shown(page: str) -> tuple[str, str]:
    """Return the secret that a page shows, and its signed form."""
    secret, signed = re.search(r'id="secret">([^<]+)<', page), re.search(r'name="secret" value="([^"]+)"', page)
    assert secret
    assert signed
    return secret[1], signed[1]


def set_up(client: Client) -> list[str]:
    """Set up a second factor as a user does; return the recovery codes."""
    secret, signed = shown(client.get(ENROL).content.decode())
    page = client.post(ENROL, {"secret": signed, "present_password": PASSWORD, "code": code_of_secret(secret)}).content.decode()
    return re.findall(r"<li><code>([a-z2-7]{8})</code>", page)


def require(user: User) -> None:
    group = Group.objects.create(name="Careful")
    group.permissions.add(Permission.objects.get(codename="require_second_factor"))
    group.user_set.add(user)


def make_editor(name: str = "eve") -> User:
    editor = User.objects.create_user(name, password=PASSWORD)
    editor.groups.add(Group.objects.get(name="Editors"))
    return editor


def test_second_factor_is_set_up_by_a_code(ada: User) -> None:
    client, other = give_password(ada), give_password(ada)
    page = client.get(ENROL).content.decode()
    assert '<img src="data:image/svg+xml' in page
    secret, signed = shown(page)
    assert not TOTPDevice.objects.exists()
    wrong = client.post(ENROL, {"secret": signed, "present_password": PASSWORD, "code": "12345"}).content.decode()
    assert ("does not belong to this secret" in wrong, shown(wrong)[0], has_second_factor(ada)) == (True, secret, False)
    codes = set_up(client)
    assert (len(set(codes)), has_second_factor(ada)) == (10, True)
    assert [is_signed_in(browser) for browser in (client, other)] == [True, False]
    assert codes[0] not in client.get(ACCOUNT).content.decode()
    assert client.get(ENROL).status_code == 302


def test_secret_of_another_account_or_of_yesterday_is_refused(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = second_factor.new_secret(ada)
    assert second_factor.device_for(make_editor(), signed) is None
    assert second_factor.device_for(ada, signed + "x") is None
    monkeypatch.setattr(second_factor, "ENROLMENT", -1)
    assert second_factor.device_for(ada, signed) is None


@pytest.mark.parametrize("path", SIGN_IN_PATHS)
def test_code_is_asked_for_at_every_address_that_signs_in(ada: User, blog: BlogPage, path: str) -> None:
    key, _ = give_second_factor(ada)
    post = make_post(blog, "a", title="For members")
    PageViewRestriction(page=post, restriction_type="login").save()
    client = Client()
    response = client.post(path, {"username": "ada", "password": PASSWORD, "next": ACCOUNT})
    assert (response.status_code, response.headers["Location"]) == (302, f"{CODE}?next=%2Fadmin%2Faccount%2F")
    assert (is_signed_in(client), client.get(f"/{post.slug}/").status_code) == (False, 302)
    assert Session.objects.get().user is None
    response = client.post(CODE, {"code": code_of(key), "next": ACCOUNT})
    assert (response.status_code, response.headers["Location"], is_signed_in(client)) == (302, ACCOUNT, True)
    assert client.get(f"/{post.slug}/").status_code == 200


def test_code_is_valid_once(ada: User) -> None:
    key, _ = give_second_factor(ada)
    code = code_of(key)
    first, second = give_password(ada), give_password(ada)
    for client in (first, second):
        client.post(CODE, {"code": code})
    assert [is_signed_in(client) for client in (first, second)] == [True, False]


def test_code_that_set_it_up_is_not_valid_again(ada: User) -> None:
    client = give_password(ada)
    secret, signed = shown(client.get(ENROL).content.decode())
    code = code_of_secret(secret)
    client.post(ENROL, {"secret": signed, "present_password": PASSWORD, "code": code})
    assert not second_factor.verify(ada, code)


def test_recovery_code_signs_in_once(ada: User) -> None:
    _, codes = give_second_factor(ada)
    first, second = give_password(ada), give_password(ada)
    for client in (first, second):
        client.post(CODE, {"code": f" {codes[0].upper()} "})
    assert [is_signed_in(client) for client in (first, second)] == [True, False]
    assert "9 recovery codes are left." in first.get(ACCOUNT).content.decode()


def test_wrong_codes_make_the_next_wait(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    key, _ = give_second_factor(ada)
    client = give_password(ada)
    moment = timezone.now()  # on a slow machine the wait would be over before the next code
    monkeypatch.setattr(timezone, "now", lambda: moment)
    for _ in range(20):
        page = client.post(CODE, {"code": "000000"}).content.decode()
    assert "This code is not valid now." in page
    client.post(CODE, {"code": code_of(key)})
    assert not is_signed_in(client)
    assert (SignInAttempt.objects.failed_since(ada.date_joined).count(), SignInAttempt.objects.get(refused__gt=0).refused) == (
        1,
        20,
    )
    later = timezone.now() - timedelta(minutes=35)
    TOTPDevice.objects.update(throttling_failure_timestamp=later, throttling_failure_count=second_factor.LONGEST_WAIT)
    client.post(CODE, {"code": code_of(key)})
    assert is_signed_in(client)


def test_wait_does_not_grow_beyond_half_an_hour(ada: User) -> None:
    give_second_factor(ada)
    for _ in range(20):
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(days=1))
        second_factor.verify(ada, "000000")
    assert TOTPDevice.objects.get().throttling_failure_count == second_factor.LONGEST_WAIT


def test_attempts_are_recorded_when_the_code_is_given(ada: User) -> None:
    key, _ = give_second_factor(ada)
    client = give_password(ada)
    assert not SignInAttempt.objects.exists()
    client.post(CODE, {"code": "000000"})
    TOTPDevice.objects.update(throttling_failure_count=0)
    client.post(CODE, {"code": code_of(key)})
    assert list(SignInAttempt.objects.order_by("pk").values_list("user", "success")) == [(ada.pk, False), (ada.pk, True)]


def test_password_is_forgotten_after_ten_minutes_and_with_a_new_one(ada: User) -> None:
    key, _ = give_second_factor(ada)
    late, changed = give_password(ada), give_password(ada)
    session = late.session
    session[PENDING] = [*session[PENDING][:3], session[PENDING][3] - VALID - 1]
    session.save()
    assert late.post(CODE, {"code": code_of(key)}).headers["Location"].startswith("/admin/login/")
    ada.set_password("another good passphrase")
    ada.save()
    assert changed.post(CODE, {"code": code_of(key)}).headers["Location"].startswith("/admin/login/")
    assert Client().get(CODE).headers["Location"].startswith("/admin/login/")


def test_code_never_leads_to_another_site(ada: User) -> None:
    key, _ = give_second_factor(ada)
    response = give_password(ada).post(CODE, {"code": code_of(key), "next": "https://evil.example/"})
    assert response.headers["Location"] == "/admin/"


def test_recovery_codes_are_renewed_by_a_code(ada: User) -> None:
    client = give_password(ada)
    former = set_up(client)
    page = client.post(RENEW, {"code": "wrong"}).content.decode()
    assert "This code is not valid now." in page
    StaticDevice.objects.update(throttling_failure_count=0)
    page = client.post(RENEW, {"code": former[0]}).content.decode()
    new = re.findall(r"<li><code>([a-z2-7]{8})</code>", page)
    assert (len(new), second_factor.verify(ada, former[1])) == (10, False)
    StaticDevice.objects.update(throttling_failure_count=0)
    assert second_factor.verify(ada, new[0])


def test_second_factor_is_removed_by_a_code(ada: User) -> None:
    client = give_password(ada)
    codes = set_up(client)
    client.post(REMOVE)
    assert has_second_factor(ada)
    client.post(REMOVE, {"code": codes[0]})
    assert not has_second_factor(ada)
    assert is_signed_in(give_password(ada))


def test_secrets_are_stored_encrypted(ada: User) -> None:
    client = give_password(ada)
    secret, _ = shown(client.get(ENROL).content.decode())
    codes = set_up(client)
    key = b32decode(secret.replace(" ", ""))
    stored = TOTPDevice.objects.get().key
    assert (key.hex() in stored, stored == second_factor.encrypt(key, ada.pk + 1)) == (False, False)
    assert not StaticToken.objects.filter(token__in=codes).exists()
    assert not second_factor.verify(ada, StaticToken.objects.first().token)


def test_secret_of_one_account_is_of_no_use_to_another(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    key, _ = give_second_factor(ada)
    editor = make_editor()
    give_second_factor(editor)
    TOTPDevice.objects.filter(user=editor).update(key=TOTPDevice.objects.get(user=ada).key)
    assert not second_factor.verify(editor, code_of(key))
    assert "was encrypted with another SECRET_KEY" in caplog.text


def test_former_key_holds_until_all_is_encrypted_anew(ada: User, settings: Settings) -> None:
    key, codes = give_second_factor(ada)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [settings.SECRET_KEY]
    assert second_factor.verify(ada, code_of(key, -1))
    assert second_factor.verify(ada, codes[0])
    tasks.tidy_up()
    settings.SECRET_KEY_FALLBACKS = []
    assert second_factor.verify(ada, code_of(key))
    assert not second_factor.verify(ada, codes[1])


def test_lost_key_keeps_out_without_an_error(ada: User, settings: Settings) -> None:
    key, codes = give_second_factor(ada)
    client = give_password(ada)
    settings.SECRET_KEY = "another key " * 5
    tasks.tidy_up()
    assert not any(second_factor.verify(ada, code) for code in (code_of(key), codes[0]))
    client = give_password(ada)
    assert "This code is not valid now." in client.post(CODE, {"code": code_of(key)}).content.decode()


def test_group_may_require_a_second_factor(ada: User) -> None:
    editor = make_editor()
    require(editor)
    client = give_password(editor)
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == ENROL
    assert "A group that you belong to requires a second factor." in response.content.decode()
    assert client.post(reverse("accounts_end_session"), {"session": "others"}).headers["Location"] == ENROL
    codes = set_up(client)
    assert is_signed_in(client)
    client.post(REMOVE, {"code": codes[0]})
    assert has_second_factor(editor)
    assert is_signed_in(give_password(ada))


def test_group_form_offers_to_require_it(ada: User) -> None:
    page = give_password(ada).get(reverse("wagtailusers_groups:add")).content.decode()
    assert "Must sign in with a second factor" in page


def test_administrator_resets_a_second_factor(ada: User) -> None:
    editor = make_editor()
    key, _ = give_second_factor(editor)
    there = give_password(editor)
    there.post(CODE, {"code": code_of(key)})
    admin = give_password(ada)
    address = reverse("accounts_reset_second_factor", args=(editor.pk,))
    assert address in admin.get(reverse("wagtailusers_users:index")).content.decode()
    assert admin.get(address).status_code == 200
    assert has_second_factor(editor)
    admin.post(address)
    assert (has_second_factor(editor), is_signed_in(there), StaticDevice.objects.exists()) == (False, False, False)


def test_only_superusers_reset_that_of_a_superuser(ada: User) -> None:
    give_second_factor(ada)
    manager = make_editor()
    address = reverse("accounts_reset_second_factor", args=(ada.pk,))
    give_password(manager).post(address)
    manager.user_permissions.add(Permission.objects.get(codename="change_user"))
    give_password(manager).post(address)
    assert has_second_factor(ada)


def test_command_resets_a_second_factor(ada: User, capsys: pytest.CaptureFixture[str]) -> None:
    give_second_factor(ada)
    call_command("reset_second_factor", "ada")
    assert capsys.readouterr().out == "The second factor of 'ada' is removed, and their sessions have ended.\n"
    call_command("reset_second_factor", "ada")
    assert capsys.readouterr().out == "'ada' has no second factor; their sessions have ended.\n"
    assert is_signed_in(give_password(ada))
    with pytest.raises(CommandError, match="No account is called 'nobody'"):
        call_command("reset_second_factor", "nobody")
