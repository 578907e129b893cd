"""The demo is the product's face: whole, true to what the site does, and made only where nothing is."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from lxml.html import document_fromstring
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, PageViewRestriction, Site

from blog.demo import fill_site
from blog.demo.loading import POSTS, read_post
from blog.markdown.references import expand_one
from blog.models import Author, BlogPage, Comment, PostPage, Stream, Tag
from blog.services.bootstrap import found_blog
from tests.support.images import make_versions

pytestmark = pytest.mark.once  # test_loading fills both databases
HOME = "http://testserver/"


@pytest.fixture(scope="module")
def sample_sites(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[BlogPage]:
    """The demo of who has an account, made once and undone after the last test: each test's transaction is within this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        User.objects.create_user("ada")
        blog = found_blog("http://testserver", "Kimonote")
        assert fill_site(blog) is None
        make_versions()
        yield blog
        transaction.set_rollback(True)


@pytest.fixture
def demo(sample_sites: BlogPage, db: None) -> BlogPage:
    return sample_sites


class Links(HTMLParser):
    """The addresses a page leads to, and the ids it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} & {given.get("id")} if "id" in given else set()
        for name in ("href", "src"):
            if tag in ("a", "img", "link") and given.get(name):
                self.links.add(given[name] or "")


def test_demo_is_twenty_to_thirty_posts_of_every_kind(demo: BlogPage) -> None:
    posts = PostPage.objects.all()
    private = PageViewRestriction.objects.get().page
    assert 20 <= posts.count() <= 30
    assert [post.slug for post in posts.filter(live=False).order_by("slug")] == [
        "pictures-and-what-they-say",
        "this-note-publishes-itself",
    ]
    assert PostPage.objects.get(slug="this-note-publishes-itself").revisions.get().approved_go_live_at is not None
    assert private.slug == "notes-for-whoever-edits-here"
    assert posts.exclude(link="").count() == 3
    assert set(posts.values_list("post_authors__author__handle", flat=True)) == {"maren", "tomas"}
    assert posts.filter(post_authors__author__handle="tomas").count() >= 8
    assert [post.slug for post in posts if len(post.authors) > 1] == ["one-flight-of-packets"]
    assert all(3 <= post.tags.count() <= 6 for post in posts)
    assert len({post.published.year for post in posts}) >= 6


def test_streams_hold_every_public_post_between_them(demo: BlogPage) -> None:
    public = PostPage.objects.live().exclude(slug="notes-for-whoever-edits-here")
    audiences = [stream.expression for stream in Stream.objects.order_by("slug")]
    assert audiences == ["editing", "operating", "reading"]
    assert [post.slug for post in public.exclude(tags__slug__in=audiences)] == []


def test_second_loading_changes_nothing(demo: BlogPage) -> None:
    def everything() -> tuple[object, ...]:
        models = (Page, Tag, Stream, Author, User, Site)
        return (*(model.objects.count() for model in models), list(PostPage.objects.values_list("latest_revision", flat=True)))

    before = everything()
    call_command("prepare", demo=True, stdout=StringIO())
    assert everything() == before


def test_site_with_an_account_gets_no_other(demo: BlogPage) -> None:
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]


def test_welcome_page_goes_and_the_site_is_the_blog(demo: BlogPage) -> None:
    assert [(page.depth, page.slug) for page in Page.objects.filter(depth__lte=2)] == [(1, "root"), (2, "blog")]
    assert list(Site.objects.values_list("hostname", "port", "root_page", "is_default_site")) == [
        ("testserver", 80, demo.pk, True)
    ]


def test_address_of_the_site_follows_the_setting(demo: BlogPage) -> None:
    assert found_blog("https://notes.example", "Kimonote") == demo
    assert list(Site.objects.values_list("hostname", "port")) == [("notes.example", 443)]


def test_every_link_of_the_demo_leads_straight_to_a_page(demo: BlogPage, client: Client) -> None:
    """Crawls the front page, what it links to, and every link within the posts themselves."""
    seen: dict[str, int] = {}
    pages = {"/", "/tags/", "/streams/", *(f"/{slug}/" for slug in PostPage.objects.live().values_list("slug", flat=True))}
    pages.discard("/notes-for-whoever-edits-here/")
    found = {link for page in pages for link in internal_links(client, page)}
    for link in sorted(found | pages):
        response = client.get(link)
        response.getvalue()  # a stream is closed with it
        seen[link] = response.status_code
    assert {
        link: status for link, status in seen.items() if status != 200 and not link.startswith(("/media/", "/static/"))
    } == {
        "/admin/": 302,  # to sign in
        "/admin/indieauth/": 302,  # to sign in, for programs
        "/indieauth/token/": 401,
        "/micropub/": 401,
        "/random/": 302,
    }
    assert len(seen) > 100


def internal_links(client: Client, page: str) -> set[str]:
    response = client.get(page)
    text = b"".join(response).decode()
    parsed = Links(text)
    inside = {urljoin(f"http://testserver{page}", link) for link in parsed.links}
    own = {link for link in inside if link.startswith(HOME)}
    for link in own:
        parts = urlsplit(link)
        if parts.path == page and parts.fragment:
            assert parts.fragment in parsed.ids, f"{page} links to #{parts.fragment}, which it has not"
    return {link.removeprefix(HOME[:-1]).partition("#")[0] for link in own}


def test_hidden_posts_show_nowhere(demo: BlogPage, client: Client) -> None:
    for path in ("/?view=full", "/feed.atom", "/tags/", "/sitemap.xml", "/?q=publishes", "/tags/editing/?view=full"):
        response = client.get(path)
        text = b"".join(response).decode()
        for slug in ("pictures-and-what-they-say", "this-note-publishes-itself", "notes-for-whoever-edits-here"):
            assert f"/{slug}/" not in text, path


def test_picture_of_the_demo_is_an_image_with_words_and_caption(demo: BlogPage) -> None:
    html = expand_one(PostPage.objects.get(slug="everything-markdown-can-do").html)
    assert 'src="image:' not in html
    assert re.search(r'<figure><picture><source [^>]*><img [^>]*alt="Two overlapping circles', html)
    assert "<figcaption>" in html


def test_readers_have_commented_and_authors_answered(demo: BlogPage, client: Client) -> None:
    counts = {post.slug: post.comment_count for post in PostPage.objects.all() if post.comment_count}
    assert counts == {"start-here": 3, "reading-order-is-a-feature": 1, "no-cookie-no-banner": 2}
    assert Comment.objects.exclude(author=None).exclude(reply_to=None).count() == 2
    post, listing = (document_fromstring(client.get(path).content) for path in ("/start-here/", "/tags/reading/"))
    assert [name.text_content() for name in post.cssselect("#comments .p-name")] == ["Ines Okafor", "Maren Holt", "Joost"]
    said = [link.text_content() for link in listing.cssselect('[href$="#comments"]')]
    assert sorted(said) == ["1 comment", "2 comments", "3 comments"]


@pytest.mark.parametrize("path", sorted(POSTS.glob("*.md")), ids=lambda path: path.stem)
def test_demo_file_is_read_as_import_posts_would_read_it(path: Path) -> None:
    header, text = read_post(path)
    assert set(header) <= {"title", "date", "author", "tags", "link", "summary", "state"}
    assert len(header.get("summary", "")) <= 200
    assert max(Counter(header["tags"]).values()) == 1
    assert not text.startswith("# ")
