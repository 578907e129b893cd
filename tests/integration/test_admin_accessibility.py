"""Pages that this site adds to Wagtail's admin, or fills itself: axe-core finds nothing on them in Chromium."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from blog.models import Stream, Tag
from blog.services.tags import merge
from jobs.models import Job
from tests.support.axe import violations
from tests.support.editors import leave, member_of, sign_in
from tests.support.factories import make_author, make_blog, make_post
from tests.support.signup_factories import make_subscriber

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = """
/ account/second-factor/ account/tokens/new/ announcements/ announcements/new/ bin/ broken-links/ check_mail/ comments/ export/
find-replace/ import/ jobs/ markdown-help/ notes-from-elsewhere/ outbox/ picture-versions/ posts/ posts/changes/ sign_ins/
snippets/blog/stream/ snippets/blog/tag/ subscribers/ subscribers/new/ tags/history/ tags/near/ tags/without-posts/ topics/
snippets/blog/author/ snippets/blog/stream/add/ account/second-factor/recovery-codes/ account/second-factor/remove/
""".split()


def test_pages_of_the_admin_have_no_fault_that_axe_finds(tab: Page, live_server: LiveServer, axe: str) -> None:
    """As the operator, who sees them all."""
    author = make_author("ada")
    post = make_post(make_blog("127.0.0.1"), "colour color", authors=[author])
    Stream.objects.create(blog=post.get_parent().specific, name="S", slug="s")
    tag, subscriber = Tag.objects.get(slug="color"), make_subscriber()
    of_tag = [f"tags/{tag.pk}/merge/", f"tags/{tag.pk}/split/", f"snippets/blog/tag/edit/{tag.pk}/"]
    of_objects = [*of_tag, f"subscribers/{subscriber.pk}/", f"mailing/{post.pk}/"]
    sign_in(tab, live_server, User.objects.create_superuser("operator", "operator@example.org"))
    found = {}
    for path in PAGES + of_objects:
        response = tab.goto(f"{live_server.url}/admin/{path.lstrip('/')}")
        assert response
        assert response.status == 200, path
        found[path] = violations(tab, axe)
    leave(tab)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_focus_goes_to_the_way_to_the_first_error(tab: Page, live_server: LiveServer, settings: Any) -> None:
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    make_blog("127.0.0.1")
    sign_in(tab, live_server, member_of("Moderators"))
    tab.goto(f"{live_server.url}/new")
    tab.get_by_role("button", name="Publish", exact=True).click()
    expect(tab.get_by_role("button", name="Go to the first error")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator(".error-message").first).to_be_focused()
    tab.keyboard.press("Tab")
    expect(tab.locator("#id_title")).to_be_focused()
    leave(tab)


CUT_OFF = """() => [...document.querySelectorAll('main table')].filter(table => {
    const { overflowX, width } = getComputedStyle(table.parentElement);
    return table.offsetWidth > parseFloat(width) + 1 && overflowX != 'auto';
}).length"""


def test_tables_can_be_scrolled_on_a_phone(tab: Page, live_server: LiveServer) -> None:
    """Wagtail cuts off what is wider than the window."""
    make_post(make_blog("127.0.0.1"), "colour color")
    merge(Tag.objects.create(name="red", slug="red"), Tag.objects.get(slug="color"))
    sign_in(tab, live_server, User.objects.create_superuser("operator", "operator@example.org"))
    tab.set_viewport_size({"width": 390, "height": 844})
    for path in ("posts/", "snippets/blog/tag/", "tags/near/", "tags/history/"):
        tab.goto(f"{live_server.url}/admin/{path}")
        assert tab.locator("main table").count() == 1, path
        assert tab.evaluate(CUT_OFF) == 0, path
    leave(tab)


HIDDEN_NAME = """() => {
    const name = [...document.querySelectorAll('.w-breadcrumbs li:last-child')].at(-1).getBoundingClientRect();
    const buttons = [...document.querySelectorAll('#w-slim-header-buttons a')].map(button => button.getBoundingClientRect());
    const covers = buttons.some(one =>
        one.left < name.right && one.right > name.left && one.top < name.bottom && one.bottom > name.top);
    return covers || name.right > innerWidth || buttons.some(one => one.right > innerWidth);
}"""


def test_name_stands_above_the_buttons_on_a_phone(tab: Page, live_server: LiveServer) -> None:
    make_blog("127.0.0.1")
    user = User.objects.create_superuser("operator", "operator@example.org")
    job, subscriber = Job.objects.create(kind="post_undo", started_by=user), make_subscriber("a.rather.long@example.org")
    sign_in(tab, live_server, user)
    tab.set_viewport_size({"width": 390, "height": 844})
    for path, name in (
        (f"jobs/{job.pk}/", "Undo a change of many posts"),
        (f"subscribers/{subscriber.pk}/", subscriber.address),
    ):
        tab.goto(f"{live_server.url}/admin/{path}")
        expect(tab.locator(".w-breadcrumbs li:last-child").last).to_contain_text(name)
        assert not tab.evaluate(HIDDEN_NAME), path
    leave(tab)
