"""From where one is to a new post: `/new`, the menu, the dashboard, and links on public pages for who may edit."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from blog.models import BlogPage, PlainPage, PostPage, Stream, Tag
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_post

pytestmark = pytest.mark.django_db

LONG = "x" * 30_000


def test_new_fills_the_form_and_stores_nothing(editor: Client, blog: BlogPage) -> None:
    make_post(blog, "reading")
    count = Tag.objects.count()
    given = {
        "title": "A <b>title</b>",
        "link": "https://example.org/?a=1&b=2",
        "text": "Some *text*",
        "tags": "Reading,new tag",
    }
    response = editor.get("/new", given)
    assert response.status_code == 302
    page = editor.get(response["Location"]).content.decode()
    assert 'value="A &lt;b&gt;title&lt;/b&gt;"' in page
    assert 'value="https://example.org/?a=1&amp;b=2"' in page
    assert "Some *text*</textarea>" in page
    assert 'value="reading, new tag"' in page
    assert (PostPage.objects.count(), Tag.objects.count()) == (1, count)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"title": LONG, "text": LONG, "tags": "a"}, {"title": "x" * 255, "text": "x" * 20_000, "tags": "a"}),
        ({"link": "javascript:alert(1)", "title": "a\x00b", "other": "c"}, {"title": "ab"}),
        ({"text": "https://example.org/shared", "title": "T"}, {"title": "T", "link": "https://example.org/shared"}),
        ({}, {}),
    ],
)
def test_parameters_are_bounded(editor: Client, given: dict[str, str], kept: dict[str, str]) -> None:
    short = {name: value[:1_900] if name != "text" else value[:5_000] for name, value in given.items()}
    expected = {name: value[: 5_000 if name == "text" else 1_900] for name, value in kept.items()}
    query = parse_qs(urlsplit(editor.get("/new", short)["Location"]).query)
    assert {name: values[0] for name, values in query.items()} == expected


def test_signing_in_keeps_the_parameters(client: Client, blog: BlogPage) -> None:
    address = client.get("/new", {"title": "A & B"})["Location"]
    assert address.startswith(reverse("wagtailadmin_login"))
    assert parse_qs(urlsplit(address).query) == {"next": ["/new?title=A+%26+B"]}


def test_who_may_not_write_is_refused(blog: BlogPage) -> None:
    client = client_of(User.objects.create_user("reader"))
    assert "postpage" not in client.get("/new")["Location"]


def test_menu_and_dashboard_lead_to_posts(editor: Client, blog: BlogPage) -> None:
    eve, ada = make_author("eve"), make_author("ada")
    make_post(blog, title="One of them", authors=[eve, ada])
    make_post(blog, title="Another", authors=[ada])
    home = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert 'href="/new"' in home
    assert '"/admin/posts/"' in home
    listing = editor.get("/admin/posts/").content.decode()
    assert "One of them" in listing
    assert ("Eve, Ada" in listing, "first_author" in listing) == (True, True)
    by_author = [editor.get(f"/admin/posts/?ordering={order}first_author").content.decode() for order in ("", "-")]
    assert [text.index("One of them") < text.index("Another") for text in by_author] == [False, True]
    assert editor.get("/admin/posts/?q=them&ordering=first_author").status_code == 200
    assert editor.get("/admin/posts/choose_parent/")["Location"] == f"/admin/pages/add/blog/postpage/{blog.pk}/"


def test_bookmarklet_and_share_target_lead_to_new(editor: Client) -> None:
    assert "http://testserver/new?link=" in editor.get("/admin/notes-from-elsewhere/").content.decode()
    assert editor.get("/admin/manifest.webmanifest").json()["share_target"]["action"] == "/new"


@pytest.mark.parametrize(("group", "links"), [("Moderators", True), ("Editors", False)])
def test_pages_of_authors_and_streams_have_links_for_who_cares_for_them(
    client: Client, blog: BlogPage, group: str, links: bool
) -> None:
    author = make_author("ada")
    stream = Stream.objects.create(blog=blog, name="S", slug="s")
    make_post(blog, "a", authors=[author])
    member = client_of(member_of(group))
    for path, edit in (
        ("/@ada/", f"/admin/snippets/blog/author/edit/{author.pk}/"),
        ("/streams/s/", f"/admin/snippets/blog/stream/edit/{stream.pk}/"),
    ):
        assert (edit in member.get(path).content.decode()) is links
        assert {*re.findall('/admin/[^"]*', client.get(path).content.decode())} <= {"/admin/indieauth/"}  # for programs


@pytest.mark.parametrize(("group", "links"), [("Editors", True), ("Authors", False)])
def test_public_pages_have_links_for_who_may_edit(client: Client, blog: BlogPage, group: str, links: bool) -> None:
    """Another's post is not an author's to edit; a new note is."""
    post = make_post(blog, "read write")
    member = client_of(member_of(group))
    response = member.get(f"/{post.slug}/")
    assert (f"/admin/pages/{post.pk}/edit/" in response.content.decode()) is links
    assert "no-store" in response["Cache-Control"]
    assert 'href="/new?tags=read%2Cwrite%2C"' in member.get("/tags/read+write/").content.decode()
    about = blog.add_child(instance=PlainPage(title="About", slug="about"))
    assert (f"/admin/pages/{about.pk}/edit/" in member.get("/about/").content.decode()) is links
    for path in (f"/{post.slug}/", "/tags/read+write/", "/about/"):
        page = client.get(path).content.decode()
        assert "/admin/" not in page
        assert "/new" not in page
