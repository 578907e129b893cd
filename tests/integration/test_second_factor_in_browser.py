"""The second factor as an editor meets it: in Chromium, from setting it up to signing in by a recovery code."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.support.editors import look
from tests.support.factories import make_blog
from tests.support.second_factor import code_of_secret
from tests.support.signing_in import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def give_password(tab: Page, base: str) -> None:
    tab.goto(base + "/admin/login/?next=/admin/account/")
    tab.locator("[name=username]").fill("ada")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()


def test_editor_sets_up_a_second_factor_and_signs_in_with_it(tab: Page, live_server: LiveServer) -> None:
    make_blog()
    User.objects.create_superuser("ada", "ada@example.org", PASSWORD)
    give_password(tab, live_server.url)
    tab.get_by_role("tab", name="Sign-ins").click()
    look(tab, "1-account")
    tab.get_by_role("link", name="Set up a second factor").click()
    look(tab, "2-enrol")
    tab.locator("[name=present_password]").fill(PASSWORD)
    tab.locator("[name=code]").fill(code_of_secret(tab.locator("#secret").inner_text()))
    tab.get_by_role("button", name="Confirm").click()
    expect(tab.locator("#recovery-codes li")).to_have_count(10)
    look(tab, "3-recovery-codes")
    recovery_code = tab.locator("#recovery-codes li").first.inner_text()
    tab.get_by_role("link", name="I have kept them").click()
    expect(tab.get_by_text("10 recovery codes are left.")).to_be_visible()
    look(tab, "4-account")
    tab.context.clear_cookies()
    give_password(tab, live_server.url)
    tab.locator("[name=code]").fill("zzzzzzzz")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.locator(".messages .error")).to_be_visible()
    look(tab, "5-wrong-code")
    tab.wait_for_timeout(1100)  # the wait after one wrong code
    tab.locator("[name=code]").fill(recovery_code)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab).to_have_url(live_server.url + reverse("wagtailadmin_account"))
