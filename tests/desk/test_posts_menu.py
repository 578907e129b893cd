"""From where one is to a new post and to all posts: the menu and the dashboard."""

import pytest
from playwright.sync_api import expect

from tests.support.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_dashboard_leads_to_a_new_post(desk: Desk) -> None:
    desk.open("admin/")
    desk.look("dashboard")
    desk.press(desk.tab.get_by_role("link", name=desk.word("Add post")))
    expect(desk.tab.locator("#id_title")).to_be_visible()
    desk.look("new-post")
