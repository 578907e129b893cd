"""Hostile texts in every place that takes one: no script runs in Chromium without a policy, and none is delivered with it."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from urllib.parse import quote, quote_plus

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from lxml import etree
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from blog.models import Comment, PostPage, Stream, Tag
from comments.kinds import NOTICE
from mail import outbox
from mail.compose import compose
from signup.admin.previews import sample
from signup.digests.posts import DIGEST_LENGTH
from signup.kinds import Kind
from signup.models import SignupPage, Wording
from signup.models.wording import SUBJECT_LENGTH, TEXT_LENGTH
from tests.support.browser import serving
from tests.support.editors import client_of, member_of
from tests.support.hostile import by_turns
from tests.support.hostile.filled_site import Hostile, enter, hostile, packed
from tests.support.hostile.script_detection import TRAP, pages_at, prepare, ran_alone, wrong_in
from tests.support.signup_factories import make_subscriber
from tests.unit.blog.admin.test_editing import post_form

__all__ = ["hostile"]

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

FEW = 10  # of so many texts one, where a page costs more
FORMS = ("rss", "atom", "json")
ATOM, CONTENT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/modules/content/}encoded"
PAGES: dict[str, Callable[[Hostile], list[str]]] = {
    "posts": lambda site: [f"/p{number}/" for number in range(len(site.texts))],
    "listings": lambda site: [
        *(f"/{query}" for query in ("", "?contents=1", "?order=oldest", "?view=full&contents=1", "?source=external")),
        *(f"/?year={year}" for year in (2018, 2019)),
        *(f"/?year=2018&month={month}" for month in range(1, 13)),
        *("/streams/", "/feeds/", "/comments/", "/p0/comment/", "/p1/comment/"),
    ],
    "tags": lambda site: [
        *("/tags/", "/tags/?by=count"),
        *(listing(tag) for tag in by_turns(list(Tag.objects.all()), 0, 4)),
        *(f"/tags/-{quote(tag.slug)}/" for tag in Tag.objects.all()[::FEW]),
        *(f"/tags/?with={quote(tag.slug)}" for tag in Tag.objects.all()[::FEW]),
    ],
    "authors": lambda site: [f"/@a{number}/" for number in by_turns(range(len(site.texts)), 1, 4)],
    "streams": lambda site: [f"/streams/{stream.slug}/" for stream in Stream.objects.all()],
    "searches": lambda site: [
        *(f"/?q={word}" for word in ("hit", "script", "x", "onerror", "javascript", "img+src")),
        *(f"/?q={quote_plus(text)}" for text in site.texts[:: 5 * FEW]),
    ],
}


def listing(tag: Tag) -> str:
    return f"/tags/{quote(tag.slug)}/"


def test_fields_let_in_what_they_can_hold(hostile: Hostile) -> None:
    """The others are refused by their own rules: addresses and handles, and lengths of 100 characters or more."""
    refused = {name: len(texts) for name, texts in hostile.refused.items()}
    whole = {"title", "body", "summary", "description", "author", "biography", "stream", "introduction", "alt", "comment"}
    with_nul = sum("\0" in text for text in hostile.texts)
    assert {refused[name] for name in whole} == {with_nul}
    for name in ("tag", "commenter"):
        assert refused[name] == sum("\0" in text or len(text) > 100 for text in hostile.texts)


def test_links_and_handles_are_refused_unless_they_are_addresses(hostile: Hostile) -> None:
    for place in ("link", "site"):
        assert {entered for text in hostile.texts if (entered := enter(place, text))} == ADDRESSES
    assert {entered for text in hostile.texts if (entered := enter("handle", text))} == set()


ADDRESSES = {
    'http://a.example/"onmouseover="hit()',
    "http://a.example/<script>hit()</script>",
    "https://evil.example/%0d%0ajavascript:hit()",
}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_run_and_deliver_no_script(tab: Page, hostile: Hostile, kind: str) -> None:
    prepare(tab)
    assert wrong_in(tab, pages_at(PAGES[kind](hostile))) == {}


def test_feeds_hold_no_script_however_they_are_read(tab: Page, hostile: Hostile) -> None:
    """As a feed reader shows them, and opened in the browser."""
    prepare(tab)
    files, pieces = {}, dict[str, str]()
    for form in FORMS:
        waiting: str | None = f"/feed.{form}"
        while waiting:
            response = Client().get(waiting)
            files[f"http://testserver{waiting}"] = (response["Content-Type"], response.content)
            contents, waiting = read_feed(form, response)
            pieces |= {f"{form} {len(files)}.{number}": content for number, content in enumerate(contents)}
        for more in ("/comments/", "/p0/", f"{listing(Tag.objects.all()[0])}", "/@a1/"):
            response = Client().get(f"{more}feed.{form}")
            files[f"http://testserver{more}feed.{form}"] = (response["Content-Type"], response.content)
            pieces |= {f"{form} {more} {number}": content for number, content in enumerate(read_feed(form, response)[0])}
    assert len(pieces) > 2 * len(hostile.texts)
    assert wrong_in(tab, pieces) == {}
    assert ran_alone(tab, dict(list(files.items())[:: FEW // 2])) == {}


def read_feed(form: str, response: HttpResponse) -> tuple[list[str], str | None]:
    """What a feed reader takes for HTML, and where the feed goes on."""
    if form == "json":
        feed = json.loads(response.content)
        return [item["content_html"] for item in feed["items"]], feed.get("next_url", "").removeprefix(
            "http://testserver"
        ) or None
    tree = etree.fromstring(response.content)
    following = next((link.get("href") for link in tree.iter(f"{ATOM}link") if link.get("rel") == "next"), "")
    html = [found.text for item in tree.iter("item") for found in item.iter("description", CONTENT)]
    html += [found.text for found in tree.iter(f"{ATOM}*") if found.get("type") == "html"]
    return [text for text in html if text], following.removeprefix("http://testserver") or None


def test_lists_for_machines_hold_no_script(tab: Page, hostile: Hostile) -> None:
    prepare(tab)
    files = {}
    addresses = ["/feeds.opml", "/sitemap.xml", "/sitemap-posts.xml", "/sitemap-tags.xml", "/robots.txt"]
    for address in [*addresses, *(f"/p{number}.md" for number in range(0, len(hostile.texts), FEW))]:
        response = Client().get(address)
        assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff")
        assert response["Content-Type"].split(";")[0] in TYPES
        if "xml" in response["Content-Type"] or "opml" in response["Content-Type"]:
            etree.fromstring(response.content)
        files[f"http://testserver{address}"] = (response["Content-Type"], response.content)
    assert ran_alone(tab, files) == {}


TYPES = ("text/x-opml", "application/xml", "text/plain", "text/markdown")


def test_editors_words_for_sign_up_are_text(tab: Page, hostile: Hostile) -> None:
    prepare(tab)
    page = hostile.blog.add_child(instance=SignupPage(title="Sign up", slug="join"))
    pages = {}
    wording = Wording(site=Site.objects.get())
    texts = cycle(packed(hostile.texts, TEXT_LENGTH))
    for number, words in enumerate(packed(hostile.texts, SUBJECT_LENGTH)[::3]):
        page.title, page.text = words, "\n\n".join(hostile.texts[number :: 5 * FEW])
        page.save()
        for name in ("form_title", "form_button", "sent_title", "confirm_subject"):
            setattr(wording, name, words)
        for name in ("form_text", "form_consent", "next_text", "sent_text", "confirm_text", "footer"):
            setattr(wording, name, next(texts))
        wording.save()
        for address in ("/join/", "/signup/", "/signup/sent/")[number % 3 :: 3]:
            pages[f"{number} {address}"] = Client().get(address).content.decode()
        pages[f"{number} email"] = STYLE.sub("", sample(wording, Kind.CONFIRM).html)
    assert wrong_in(tab, pages) == {}


STYLE = re.compile(  # an email's own
    r"<style>.*?</style>| style=\"max-width: (?:36rem; margin: 0 auto; font: 1rem/1\.55 Georgia, serif|100%; height: auto)\"",
    re.DOTALL,
)


def test_emails_hold_no_script(tab: Page, hostile: Hostile) -> None:
    """Digests of every post, and what a moderator is told of every comment."""
    prepare(tab)
    moderator = User.objects.create_superuser("moderator", "moderator@example.org", "x")
    waiting = list(Comment.objects.waiting().values_list("pk", flat=True))
    pages = {}
    for start in range(0, len(hostile.posts), DIGEST_LENGTH):
        reader = make_subscriber()
        posts = [post.pk for post in hostile.posts[start : start + DIGEST_LENGTH]]
        digest = outbox.put(f"digest:{start}", Kind.DIGEST, reader.address, {"subscriber": reader.pk, "posts": posts})
        told = {"user": moderator.pk, "comments": waiting[start : start + DIGEST_LENGTH] or waiting[:1]}
        for mail in (digest, outbox.put(f"notice:{start}", NOTICE, moderator.email, context=told)):
            message = compose(mail)
            assert "\n" not in message.subject
            pages[f"{mail.kind} {start}"] = STYLE.sub("", str(message.alternatives[0][0]))
    alone = outbox.put("digest:alone", Kind.DIGEST, reader.address, {"subscriber": reader.pk, "posts": posts[:1]})
    pages["alone"] = STYLE.sub("", str(compose(alone).alternatives[0][0]))
    assert wrong_in(tab, pages) == {}


@pytest.fixture
def editor(hostile: Hostile) -> Client:
    return client_of(member_of("Moderators"))


def test_admin_runs_no_script_of_a_text(tab: Page, hostile: Hostile, editor: Client) -> None:
    """Some of its lists and forms, since they only escape; some of its previews, since readers' pages show all."""
    prepare(tab)
    lists = [
        *(f"/admin/pages/{hostile.blog.pk}/?p={part}" for part in range(1, 13, 2)),
        *(f"/admin/snippets/blog/tag/?p={part}" for part in range(1, 7, 2)),
        *(f"/admin/snippets/blog/author/?p={part}" for part in range(1, 29, 9)),
        *(f"/admin/snippets/blog/stream/?p={part}" for part in range(1, 4)),
        *(f"/admin/comments/?p={part}" for part in range(1, 50, 15)),
    ]
    forms = [f"/admin/pages/{post.pk}/{view}/" for post in hostile.posts[:: 10 * FEW] for view in ("edit", "view_draft")]
    forms += [f"/admin/snippets/blog/author/edit/{post.authors[0].pk}/" for post in hostile.posts[:: 10 * FEW]]
    pages = {}
    for address in [*lists, *forms, "/admin/", f"/admin/pages/search/?q={quote_plus(hostile.texts[0])}"]:
        response = editor.get(address)
        assert response.status_code == 200, address
        pages[address] = response.getvalue().decode()
    assert wrong_in(tab, pages, have_scripts=True) == {}


def test_editors_preview_runs_no_script(tab: Page, hostile: Hostile, editor: Client) -> None:
    """It has Wagtail's checks, hence scripts of its own; some texts alone, as readers' pages show each; all by twenties."""
    prepare(tab)
    address = reverse("wagtailadmin_pages:preview_on_add", args=("blog", "postpage", hostile.blog.pk))
    pages = {}
    twenties = ["\n\n".join(hostile.texts[start : start + 20]) for start in range(0, len(hostile.texts), 20)]
    for text in [*by_turns(hostile.texts, 2, 4 * FEW), *twenties]:
        editor.post(address, post_form(body=text))
        pages[text] = editor.get(address).content.decode()
    assert all("<article" in page for page in pages.values())
    assert wrong_in(tab, pages, have_scripts=True) == {}


@pytest.fixture
def server(hostile: Hostile) -> Iterator[LiveServer]:
    if connection.vendor != "sqlite":
        pytest.skip("Only a SQLite database in memory can be shared with the server while its transaction is open.")
    with serving() as server:
        yield server


def test_policy_has_no_script_to_refuse(tab: Page, hostile: Hostile, server: LiveServer) -> None:
    """With the policy on there is nothing for it to do."""
    Site.objects.update(hostname="127.0.0.1")
    tab.add_init_script(TRAP)
    told: list[str] = []
    tab.on("console", lambda message: told.append(message.text))
    for address in ("/", "/?view=full&contents=1", "/p0/", "/tags/", "/?q=hit", "/streams/", "/comments/", "/p1/comment/"):
        answer = tab.goto(server.url + address)
        assert answer is not None
        assert answer.status == 200
        assert str(answer.header_value("content-security-policy")).startswith("default-src 'none'; ")
        assert tab.evaluate("window.hits") == []
    assert [text for text in told if "Content Security Policy" in text and "img-src" not in text] == []  # pictures by http:


def test_admin_with_its_own_scripts_runs_no_other(
    browser: Browser, hostile: Hostile, server: LiveServer, editor: Client
) -> None:
    """Its menu, lists and editor at work, without a policy."""
    body = "\n\n".join(hostile.texts[::FEW])
    PostPage.objects.filter(pk=hostile.posts[0].pk).update(body=body)
    cookie = {"name": "sessionid", "value": editor.cookies["sessionid"].value, "url": server.url}
    with browser.new_context(bypass_csp=True) as context:
        context.add_cookies([cookie])  # type: ignore[list-item]
        context.add_init_script(TRAP)
        tab = context.new_page()
        for path in (f"pages/{hostile.blog.pk}/", f"pages/{hostile.posts[0].pk}/edit/", "snippets/blog/tag/", "comments/"):
            tab.goto(f"{server.url}/admin/{path}", wait_until="load")
            if "edit" in path:
                tab.wait_for_selector(".CodeMirror")
            assert tab.evaluate("window.hits") == []
