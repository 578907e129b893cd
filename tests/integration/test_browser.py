import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from blog.models import BlogPage
from tests.support import browser as browser_fixtures


def test_tab_opens_the_live_site_without_trouble_in_the_database(tab: Page, live_server: LiveServer, blog: BlogPage) -> None:
    answer = tab.goto(f"{live_server.url}/admin/login/")
    assert answer is not None
    assert answer.status == 200
    assert BlogPage.objects.get() == blog


@pytest.mark.parametrize(("value", "required"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_chromium_is_required_where_ci_is_set(monkeypatch: pytest.MonkeyPatch, value: str, required: bool) -> None:
    monkeypatch.setenv("CI", value)
    assert browser_fixtures.is_required() is required


def test_chromium_is_found_where_chromium_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/sh")
    assert browser_fixtures.find_chromium() == "/bin/sh"
