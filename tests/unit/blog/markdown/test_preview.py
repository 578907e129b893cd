"""The editor's preview: rendered by the server, for editors alone; and the filter in place of wagtail-markdown's own."""

import pytest
from django.contrib.auth.models import User
from django.template import engines
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from blog.markdown import render_short
from blog.models import BlogPage
from tests.support.hostile import corpus
from tests.unit.blog.admin.test_editing import post_form

TEXT = "# A\n\n*b* $x^2$ <img src=/x onerror=hit()>"
UNLISTED = (
    '<p class="error-message">A text cannot have these tags, so readers see them as they are written: &lt;T&gt;, '
    "&lt;script&gt;. Put them in backquotes, or take them out.</p>"
)
TRAP = "window.hits = 0; window.hit = () => window.hits++;"


@pytest.fixture
def address() -> str:
    return reverse("markdown_preview")


def test_preview_is_what_is_stored(admin_client: Client, address: str) -> None:
    response = admin_client.post(address, {"text": TEXT})
    assert response.content.decode() == render_short(TEXT)


def test_preview_names_tags_that_are_shown_as_text(admin_client: Client, address: str) -> None:
    text = "Vec<T> and <script>hit()</script>"
    response = admin_client.post(address, {"text": text})
    assert response.content.decode() == UNLISTED + render_short(text)


def test_preview_of_a_text_beyond_the_limits_says_so(admin_client: Client, address: str) -> None:
    response = admin_client.post(address, {"text": "<b>" * 101})
    assert response.status_code == 200
    assert response.content.decode() == (
        '<p class="error-message">The text nests lists, quotations or HTML elements too deeply. Make them flatter.</p>'
    )


def test_preview_is_for_editors(client: Client, address: str, db: None) -> None:
    assert client.post(address, {"text": "a"}).status_code == 302
    client.force_login(User.objects.create_user("visitor"))
    assert client.post(address, {"text": "a"}).status_code == 302


def test_preview_is_not_to_be_followed(admin_client: Client, address: str) -> None:
    assert admin_client.get(address).status_code == 405


def test_filter_of_wagtail_markdown_renders_as_this_site_does(db: None) -> None:
    template = engines["django"].from_string("{% load wagtailmarkdown %}{{ text|markdown }}")
    assert template.render({"text": TEXT}) == render_short(TEXT)


def test_preview_of_a_page_runs_no_script_of_a_text(
    tab: Page, live_server: LiveServer, blog: BlogPage, admin_client: Client
) -> None:
    """Wagtail's checks run there, from the admin's own files alone."""
    cookie = admin_client.cookies["sessionid"].value
    tab.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    tab.add_init_script(TRAP)
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", blog.pk))
    for text in [TEXT, *corpus()[::60]]:
        admin_client.post(address, post_form(body=text))
        tab.goto(live_server.url + address)
        assert tab.locator("article").count() == 1
        assert tab.evaluate("window.hits") == 0
