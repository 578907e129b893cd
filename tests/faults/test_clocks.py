"""Clocks that are three days fast or slow, the year 2038, and days of 23 and 25 hours."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from blog.models import BlogPage
from blog.services.scheduling import publish_scheduled
from kimonote.models import acquire_lease
from mail.models import Delivery
from signup.digests.digester import Digester
from signup.models import Subscriber
from tests.faults.report import report
from tests.support.factories import make_post
from tests.support.signup_factories import make_subscriber, sign_up
from tests.unit.signup.test_links import link

HOUR, DAYS = timedelta(hours=1), timedelta(days=3)
BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = {
    "three days fast": (datetime(2026, 6, 15, 12, tzinfo=UTC), datetime(2026, 6, 18, 12, tzinfo=UTC)),
    "three days slow": (datetime(2026, 6, 15, 12, tzinfo=UTC), datetime(2026, 6, 12, 12, tzinfo=UTC)),
    "2038": (datetime(2038, 1, 19, 3, 13, tzinfo=UTC), datetime(2038, 1, 19, 3, 15, tzinfo=UTC)),
    "after 2038": (datetime(2040, 2, 29, 23, 59, tzinfo=UTC), datetime(2040, 3, 1, 0, 1, tzinfo=UTC)),
    "forward to summer time": (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 1, tzinfo=UTC)),
    "back to winter time": (datetime(2026, 10, 25, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 1, tzinfo=UTC)),
}
PAGES = ("/", "/tags/sea/", "/feed.atom", "/feed.json", "/first/", "/?year=2018", "/admin/", "/signup/")


@pytest.mark.parametrize("name", MOMENTS)
def test_clock_that_jumps(name: str, blog: BlogPage, settings: LazySettings) -> None:
    """The site is used before and after: whoever is signed in or has a link goes on, and what is scheduled appears."""
    settings.TIME_ZONE = "Europe/Berlin"
    before, after = MOMENTS[name]
    with time_machine.travel(before, tick=False), timezone.override(BERLIN):
        editor = Client()
        editor.force_login(User.objects.create_superuser("ada"))
        make_post(blog, "sea", slug="first", published=timezone.now())
        later = make_post(blog, slug="later", live=False, go_live_at=after + HOUR)
        later.save_revision(approved_go_live_at=after + HOUR)
        assert sign_up(Client(), "ada@example.org").status_code == 303
        confirm = link("confirm", Subscriber.objects.get())
        assert {page: editor.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
    with time_machine.travel(after, tick=False), timezone.override(BERLIN):
        assert {page: editor.get(page).status_code for page in PAGES if page != "/admin/"} == dict.fromkeys(
            [page for page in PAGES if page != "/admin/"], 200
        )
        assert editor.get("/admin/").status_code in (200, 302)  # a session may have ended
        assert Client().post(confirm).status_code in (303, 410)
        assert Client().get(confirm).status_code < 500
        publish_scheduled()
        assert not Page.objects.get(pk=later.pk).live
    with time_machine.travel(after + 2 * HOUR, tick=False), timezone.override(BERLIN):
        publish_scheduled()
        assert Page.objects.get(pk=later.pk).live


def test_lease_of_a_fast_clock_binds_nobody(db: None) -> None:
    """What was leased while the clock was three days fast is due once it is right."""
    now, minute = datetime(2026, 6, 15, 12, tzinfo=UTC), timedelta(minutes=1)
    acquire_lease("tidy", now, now + minute, now)
    assert acquire_lease("tidy", now + DAYS, now + DAYS + minute, now)
    assert acquire_lease("tidy", now, now + minute, now)
    assert not acquire_lease("tidy", now - timedelta(seconds=5), now + minute, now)  # a worker whose clock is a little slow


@pytest.mark.parametrize("night", [datetime(2027, 3, 27, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
def test_one_daily_email_on_days_of_23_and_25_hours(
    night: datetime, blog: BlogPage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every hour a post; at two, which that night comes twice or not at all, an email."""
    with time_machine.travel(night - DAYS, tick=False):
        readers = [
            make_subscriber(f"at-{hour}@example.org", rhythm="daily", hour=hour, time_zone="Europe/Berlin")
            for hour in (1, 2, 3)
        ]
    digester = Digester()
    for half_hour in range(2 * 24 * 4):
        with time_machine.travel(night + half_hour * HOUR / 2, tick=False):
            if half_hour % 2:
                make_post(blog, published=timezone.now())
            digester.send_due()
    found = {
        reader.address: Counter(mail.created.astimezone(BERLIN).date() for mail in Delivery.objects.to_address(reader.address))
        for reader in readers
    }
    posts = {
        reader.address: Counter(post for mail in Delivery.objects.to_address(reader.address) for post in mail.context["posts"])
        for reader in readers
    }
    rows = [f"{address}: {[str(day) for day in days]} emails {list(days.values())}" for address, days in found.items()]
    report(f"Daily emails about {night:%Y-%m-%d}", rows, capsys)
    assert {count for days in found.values() for count in days.values()} == {1}
    assert {len(days) for days in found.values()} <= {3, 4}
    assert {count for each in posts.values() for count in each.values()} == {1}
