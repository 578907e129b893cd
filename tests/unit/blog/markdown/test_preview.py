"""The preview of a page runs no script of a text; the filter in place of wagtail-markdown's own renders as readers see it."""

from django.template import engines
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from blog.markdown import render_short
from blog.models import BlogPage
from tests.support.editors import client_of, member_of, sign_in
from tests.support.hostile import corpus
from tests.unit.blog.admin.test_editing import post_form

TEXT = "# A\n\n*b* $x^2$ <img src=/x onerror=hit()>"
TRAP = "window.hits = 0; window.hit = () => window.hits++;"


def test_filter_of_wagtail_markdown_renders_as_this_site_does(db: None) -> None:
    template = engines["django"].from_string("{% load wagtailmarkdown %}{{ text|markdown }}")
    assert template.render({"text": TEXT}) == render_short(TEXT)


def test_preview_of_a_page_runs_no_script_of_a_text(tab: Page, live_server: LiveServer, blog: BlogPage) -> None:
    """Wagtail's checks run there, from the admin's own files alone."""
    user = member_of("Moderators")
    moderator = client_of(user)
    sign_in(tab, live_server, user)
    tab.add_init_script(TRAP)
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    for text in [TEXT, *corpus()[::60]]:
        moderator.post(address, post_form(body=text))
        tab.goto(live_server.url + address)
        assert tab.locator("article").count() == 1
        assert tab.evaluate("window.hits") == 0
