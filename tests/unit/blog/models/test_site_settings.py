"""What an editor decides for the whole of a site shows at once, on that site alone."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from blog.models import Appearance, BlogPage
from blog.request import Blog, blog_of
from blog.tagindex.store import read_revision
from kimonote.middleware import PUBLIC_POLICY, SecurityHeaders, allowing
from signup.models import Wording
from tests.support.factories import make_blog, make_post


def dress(blog: BlogPage, **fields: object) -> Appearance:
    appearance = Appearance(site=Site.objects.get(root_page=blog), **fields)
    appearance.full_clean()
    appearance.save()
    return appearance


def seen(client: Client, host: str = "testserver") -> Blog:
    """The blog as a request of this moment knows it."""
    return blog_of(client.get("/", headers={"host": host}).wsgi_request)


def test_emails_have_the_site_name(blog: BlogPage) -> None:
    assert Wording(site=Site.objects.get()).site_name == "Notes"
    dress(blog, name="Ada’s notes")
    assert Wording(site=Site.objects.get()).site_name == "Ada’s notes"


def test_site_without_settings_has_the_title_of_its_page(client: Client, blog: BlogPage) -> None:
    found = seen(client)
    assert (found.title, found.footer, found.profiles, found.comments_allowed) == ("Notes", "", (), True)
    assert not Appearance.objects.exists()


def test_settings_show_with_the_next_request_on_their_site_alone(client: Client, blog: BlogPage) -> None:
    other = make_blog("other.example", "Other", default=False)
    before, revision = seen(client, "other.example"), read_revision()
    dress(
        blog,
        name="Ada’s notes",
        footer="By *Ada*.",
        rel_me="https://a.example/@ada\n\n  https://b.example/ \n",
        comments_allowed=False,
    )
    found = seen(client)
    assert (found.title, found.footer) == ("Ada’s notes", "<p>By <em>Ada</em>.</p>")
    assert found.profiles == (("https://a.example/@ada", "a.example/@ada"), ("https://b.example/", "b.example"))
    assert not found.comments_allowed
    assert seen(client, "other.example") == before
    assert before.title == other.title
    assert read_revision() == revision + 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"accent": "red"}, "A colour is “#” and six hexadecimal digits, such as #2b4a8b."),
        ({"accent": "#2B4A8B}"}, "A colour is “#” and six hexadecimal digits, such as #2b4a8b."),
        (
            {"rel_me": "https://a.example/\njavascript:alert(1)"},
            "“javascript:alert(1)” is no address: it begins with https:// and names a host.",
        ),
        ({"rel_me": "\n".join(f"https://a.example/{number}" for number in range(11))}, "These are more than 10 addresses."),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(blog: BlogPage, fields: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Appearance(site=Site.objects.get(), **fields).full_clean()
    assert reason in refusal.value.messages


def test_editor_changes_settings_in_the_admin(client: Client, blog: BlogPage) -> None:
    client.force_login(User.objects.create_superuser("editor"))
    address = f"/admin/settings/blog/appearance/{Site.objects.get().pk}/"
    form = client.get(address)
    assert '<input type="color" name="accent"' in form.content.decode()
    fields = {"name": "Ada’s notes", "accent": "#a3312b", "footer": "", "rel_me": "", "comments_allowed": "on"}
    assert client.post(address, fields)["Location"] == address
    assert Appearance.objects.values_list("name", "accent", "comments_allowed").get() == ("Ada’s notes", "#a3312b", True)
    assert seen(Client()).title == "Ada’s notes"


def test_footer_and_profiles_stand_on_every_page(client: Client, blog: BlogPage) -> None:
    dress(blog, footer="By *Ada*.", rel_me="https://a.example/@ada\nhttps://b.example/?a=1&b=2")
    slug = make_post(blog, "a").slug
    foot = (
        "<footer><p>By <em>Ada</em>.</p>\n"
        '<p><a rel="me" href="https://a.example/@ada">a.example/@ada</a> · '
        '<a rel="me" href="https://b.example/?a=1&amp;b=2">b.example/?a=1&amp;b=2</a></p>\n'
    )
    for address in ("/", "/tags/a/", f"/{slug}/", "/tags/", "/feeds/", "/signup/", "/tags/none/"):
        assert foot in client.get(address).content.decode(), address


def test_accent_reaches_every_page_by_one_style_that_its_policy_names(client: Client, blog: BlogPage) -> None:
    dress(blog, accent="#a3312b")
    slug = make_post(blog, "a").slug
    for address in ("/", "/tags/a/?view=full", f"/{slug}/", f"/{slug}/", "/signup/", "/tags/none/"):
        response = client.get(address)
        (style,) = re.findall(r"<style>(.*?)</style>", response.getvalue().decode())
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert "--accent:#a3312b" in style
        assert response["Content-Security-Policy"] == PUBLIC_POLICY.replace(
            "style-src 'self'", f"style-src 'self' 'sha256-{digest}'"
        ), address
    assert "unsafe-inline' 'sha256" not in client.get("/admin/")["Content-Security-Policy"]


def test_page_with_the_sheets_own_accent_holds_no_style(client: Client, blog: BlogPage) -> None:
    dress(blog, accent="#2b4a8b")
    response = client.get("/")
    assert "<style" not in response.content.decode()
    assert response["Content-Security-Policy"] == PUBLIC_POLICY


def test_accent_is_seen_in_both_schemes(tab: Page, live_server: LiveServer, db: None) -> None:
    dress(make_blog("127.0.0.1"), accent="#a3312b")
    refused: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    seen: list[str] = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.goto(f"{live_server.url}/tags/")
        seen.append(tab.locator("nav a").first.evaluate("link => getComputedStyle(link).color"))
    assert seen == ["rgb(163, 49, 43)", "rgb(246, 156, 145)"]
    assert refused == []


def test_ids_of_the_footer_are_none_of_the_text(client: Client, blog: BlogPage) -> None:
    dress(blog, footer="## More\n\nA footer[^1].\n\n[^1]: With a note.")
    post = make_post(blog, "a", body="## More\n\nA text[^1].\n\n[^1]: With a note.")
    ids = re.findall(r' id="([^"]+)"', client.get(f"/{post.slug}/").content.decode())
    assert {"n-more", "f-more"} <= set(ids)
    assert len(set(ids)) == len(ids)


def test_preview_of_a_page_with_an_accent_may_be_framed_by_the_admin(rf: RequestFactory) -> None:
    """The response within is that of a public page, with the policy that it had."""
    within = HttpResponse(headers={"Content-Security-Policy": allowing(":root{--accent:#a3312b}")})
    policy = SecurityHeaders(lambda request: within)(rf.get("/admin/pages/3/edit/preview/"))["Content-Security-Policy"]
    assert "'sha256-" in policy
    assert policy.endswith("frame-ancestors 'self'")
