"""From where one is to a new post, and to the form of what is read: menu, dashboard, public pages, `/new`, bookmarklet."""

import json
import re

import pytest
from playwright.sync_api import expect

from blog.models import PostPage
from tests.support.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHARED = {"link": "https://example.org/?a=1&b=2", "title": "Ein <b>Titel</b>", "text": "Ein *Satz*.", "tags": "hafen,neu"}
CHOSEN = ".tag-field__chosen li span"
PASSWORD = "ein-langes-kennwort"
ADD_POST = re.compile("/admin/pages/add/blog/postpage/")


def test_dashboard_leads_to_a_new_post_and_to_all(desk: Desk) -> None:
    desk.open("admin/")
    desk.look("dashboard")
    desk.press(desk.tab.get_by_role("link", name=desk.word("All posts")))
    expect(desk.tab.get_by_role("heading", name=desk.word("Posts"), exact=True).first).to_be_visible()
    desk.tab.go_back()
    desk.press(desk.tab.get_by_role("link", name=desk.word("Add post")))
    expect(desk.tab.locator("#id_title")).to_be_visible()
    desk.look("new-post")


def test_menu_leads_to_posts_and_they_to_a_new_one(desk: Desk) -> None:
    desk.open("admin/")
    item = desk.tab.locator("nav a[href='/admin/posts/']")
    if not item.is_visible():
        desk.press(desk.tab.get_by_role("button", name=desk.word("Toggle sidebar")))
        desk.look("menu")
    desk.press(item)
    expect(desk.tab).to_have_url(f"{desk.address}/admin/posts/")
    desk.look("posts")
    desk.press(desk.tab.get_by_role("link", name=desk.word("Add post")))
    expect(desk.tab).to_have_url(ADD_POST)


def test_public_pages_lead_to_their_form_and_to_a_new_note(desk: Desk) -> None:
    own = PostPage.objects.get(slug=f"fahrt-{desk.user.username}")
    desk.open(f"{own.slug}/")
    desk.look("public-post")
    desk.press(desk.tab.get_by_role("link", name="Edit", exact=True))  # in the site's language
    expect(desk.tab.locator("#id_title")).to_have_value(own.title)
    desk.open("tags/hafen+boot/")
    desk.look("public-listing")
    desk.press(desk.tab.get_by_role("link", name="New note with these tags"))
    expect(desk.tab.locator(CHOSEN)).to_have_text(["Boot", "Hafen"])
    desk.open("logbuch-1/")
    expect(desk.tab.get_by_role("link", name="Edit", exact=True)).to_have_count(0 if desk.group == "Authors" else 1)


def test_signing_in_keeps_what_is_shared(desk: Desk) -> None:
    desk.user.set_password(PASSWORD)
    desk.user.save()
    desk.tab.context.clear_cookies()
    before = PostPage.objects.count()
    desk.open("new", SHARED)
    assert "/admin/login/" in desk.tab.url
    desk.look("signing-in")
    desk.type(desk.tab.locator("#id_username"), desk.user.username)
    desk.type(desk.tab.locator("#id_password"), PASSWORD)
    desk.press(desk.tab.get_by_role("button", name=re.compile("Sign in|Anmelden")))
    expect(desk.tab).to_have_url(ADD_POST)
    expect(desk.tab.locator("#id_title")).to_have_value(SHARED["title"])
    expect(desk.tab.locator("#id_link")).to_have_value(SHARED["link"])
    expect(desk.tab.locator("#id_body")).to_have_value(SHARED["text"])
    expect(desk.tab.locator(CHOSEN)).to_have_text(["Hafen", "neu"])
    desk.look("shared")
    assert PostPage.objects.count() == before  # nothing is stored
    desk.save()
    assert not PostPage.objects.get(title=SHARED["title"]).live


def test_bookmarklet_and_share_target_are_offered(desk: Desk) -> None:
    desk.open("admin/notes-from-elsewhere/")
    desk.look("notes-from-elsewhere")
    bookmarklet = desk.tab.get_by_role("link", name=desk.word("Note this page"))
    desk.open("logbuch-1/")
    desk.tab.go_back()
    desk.press(bookmarklet)  # which notes this very page
    expect(desk.tab).to_have_url(ADD_POST)
    expect(desk.tab.locator("#id_link")).to_have_value(f"{desk.address}/admin/notes-from-elsewhere/")
    expect(desk.tab.locator("#id_title")).to_have_value(re.compile(desk.word("Notes from elsewhere")))
    manifest = desk.tab.locator("link[rel=manifest]").get_attribute("href")
    response = desk.tab.request.get(f"{desk.address}{manifest}")
    shown = json.loads(response.text())
    assert shown["name"] == desk.word("New note")
    assert shown["share_target"]["action"] == "/new"
    assert shown["share_target"]["params"] == {"title": "title", "text": "text", "url": "link"}
