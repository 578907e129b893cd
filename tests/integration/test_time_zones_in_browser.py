"""The time zones that an account offers, which Wagtail's script has the browser name."""

import pytest
from playwright.sync_api import Page
from wagtail.admin.localization import get_available_admin_time_zones

pytestmark = pytest.mark.browser

REFUSED = """zones => zones.filter(timeZone => {
    try { new Intl.DateTimeFormat("en", { timeZone }); return false } catch { return true }
})"""


def test_browsers_know_every_zone_that_is_offered(tab: Page) -> None:
    zones = list(get_available_admin_time_zones())
    assert "Europe/Berlin" in zones
    assert tab.evaluate(REFUSED, zones) == []
