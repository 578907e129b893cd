"""Pages name a picture for links to them on other sites: drawn once by the worker, and of nothing that is hidden."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, PageViewRestriction

from blog.images.share_picture import HEIGHT, WIDTH, ShareText, draw
from blog.models import Appearance, BlogPage, Stream, Tag
from blog.services.share_pictures import FOLDER, SharePictureMaker
from blog.services.tags import rename_tag
from tests.support.editors import member_of
from tests.support.factories import make_author, make_post

MOST = 60_000  # bytes
NAMED = re.compile(
    r'<meta property="og:image" content="http://testserver(/[^"]*)">\n<meta property="og:image:alt" content="([^"]*)">'
)

pytestmark = pytest.mark.usefixtures("media")


def named(client: Client, address: str) -> tuple[str, str]:
    """The picture that a page names, and its description."""
    found = NAMED.search(client.get(address).text)
    assert found is not None, address
    return found[1], found[2]


def picture(client: Client, address: str) -> bytes:
    """What is at an address; empty where there is none."""
    response = client.get(address)
    return b"".join(response) if response.status_code == 200 else b""


def files() -> set[str]:
    return {file.name for file in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*")}


@pytest.mark.parametrize(
    ("title", "tags"),
    [
        ("What makes a team great", "#a  #b"),
        ("A title that goes on and on, " * 8, "#" + "a" * 300),
        ("W" * 255, ""),
        ("مرحبا بالعالم", "#وسم"),
        ("", ""),
    ],
)
def test_picture_is_small_and_of_the_usual_size(title: str, tags: str) -> None:
    drawn = draw(ShareText(title, tags, "Field Notes", "#2b4a8b"))
    with Image.open(BytesIO(drawn)) as image:
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT)) == ("PNG", (1200, 630))
    assert len(drawn) <= MOST


def test_letters_that_the_font_lacks_are_not_drawn_as_boxes() -> None:
    assert ShareText("Größe \N{ROCKET} и мир", "#x", "Notes", "#000000").can_be_drawn
    assert not ShareText("日本", "#x", "Notes", "#000000").can_be_drawn


def test_each_post_and_listing_has_a_picture(client: Client, blog: BlogPage) -> None:
    make_post(blog, "b a", slug="one", title="One & only", authors=[make_author("ada")])
    make_post(blog, slug="nihon", title="日本")
    Stream.objects.create(blog=blog, name="Every", slug="every")
    alts = {
        "/one/": "One &amp; only · Notes",
        "/nihon/": "Notes",
        "/": "Notes",
        "/?year=2018": "Notes",
        "/tags/a/": "a · Notes",
        "/@ada/": "Ada · Notes",
        "/@ada/tags/a/": "Notes",
        "/tags/a+b/": "Notes",
        "/streams/every/": "Every · Notes",
    }
    assert {address: named(client, address)[1] for address in alts} == alts
    assert {picture(client, named(client, address)[0]) for address in alts} == {b""}  # the worker has not come to it
    SharePictureMaker().make_all()
    drawn = {address: picture(client, named(client, address)[0]) for address in alts}
    assert len(set(drawn.values())) == 5
    assert all(found.startswith(b"\x89PNG") for found in drawn.values())


def test_picture_is_drawn_once_and_anew_when_its_words_change(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a", slug="one", title="One")
    maker = SharePictureMaker()
    maker.make_all()
    before, address = files(), named(client, "/one/")[0]
    assert len(before) == 3
    first = {file.name: file.stat().st_mtime_ns for file in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*")}
    post.body = "Changed."
    post.save()
    maker.make_all()
    SharePictureMaker().make_all()
    assert {file.name: file.stat().st_mtime_ns for file in (Path(settings.MEDIA_ROOT) / FOLDER).glob("*")} == first
    post.title = "Two"
    post.save()
    maker.make_all()
    assert len(files() - before) == 1
    assert named(client, "/one/")[0] != address
    rename_tag(Tag.objects.get(slug="a"), "Another", "another")
    maker.make_all()
    assert picture(client, named(client, "/one/")[0])
    assert picture(client, "/tags/another/share.png")
    assert picture(client, "/tags/a/share.png") == b""


def test_site_has_its_own_name_and_colour(client: Client, blog: BlogPage) -> None:
    Appearance.objects.create(site=blog.get_site(), name="Own", accent="#aa0000")
    SharePictureMaker().make_all()
    with Image.open(BytesIO(picture(client, named(client, "/")[0]))) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (0xAA, 0, 0)
    assert named(client, "/")[1] == "Own"


def restrict(page: Page) -> None:
    PageViewRestriction(page=page, restriction_type="password", password="secret").save()


def expire(page: Page) -> None:
    page.expire_at = timezone.now() - timedelta(seconds=1)
    page.save()


HIDING: dict[str, Callable[[Page], object]] = {
    "unpublished": lambda page: page.unpublish(),
    "expired": expire,
    "deleted": lambda page: page.delete(),
    "restricted": restrict,
    "blog restricted": lambda page: restrict(page.get_parent()),
}
OF_THE_POST = ("/secret/share.png", "/tags/hidden/share.png", "/@ada/share.png")


@pytest.mark.parametrize("transition", HIDING)
def test_picture_of_a_hidden_post_answers_as_none(client: Client, blog: BlogPage, transition: str) -> None:
    make_post(blog, slug="other")
    post = make_post(blog, "hidden", slug="secret", title="Secret", authors=[make_author("ada")])
    maker = SharePictureMaker()
    maker.make_all()
    assert all(picture(client, address) for address in OF_THE_POST)
    HIDING[transition](post)
    maker.make_all()
    unknown = client.get("/never-heard-of/share.png")
    for address in OF_THE_POST:
        hidden = client.get(address)
        assert hidden.status_code == 404
        assert hidden.text.replace(address, "") == unknown.text.replace("/never-heard-of/share.png", "")
        assert hidden.headers == unknown.headers


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_no_picture_is_drawn_before_a_post_is_published(client: Client, blog: BlogPage, state: str) -> None:
    post = make_post(blog, "hidden", slug="secret", title="Secret", authors=[make_author("ada")], live=False)
    if state == "scheduled":
        post.go_live_at = timezone.now() + timedelta(days=1)
    revision = post.save_revision()
    maker = SharePictureMaker()
    maker.make_all()
    assert len(files()) == 1  # of the blog
    assert not any(picture(client, address) for address in OF_THE_POST)
    revision.publish()
    maker.make_all()
    assert all(picture(client, address) for address in OF_THE_POST) == (state == "draft")


def test_file_itself_is_not_given_away(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, slug="secret", title="Secret")
    SharePictureMaker().make_all()
    editor = Client()
    editor.force_login(member_of("Moderators"))
    for name in files():
        assert {client.get(f"/media/{FOLDER}{name}").status_code, editor.get(f"/media/{FOLDER}{name}").status_code} == {404}
    restrict(post)
    response = editor.get("/secret/share.png")
    assert response.status_code == 404 or "private" in response["Cache-Control"]


def test_what_no_page_says_any_more_is_deleted(client: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(blog, slug="one", title="One")
    SharePictureMaker().make_all()
    assert len(files()) == 2
    post.title = "Two"
    post.save()
    SharePictureMaker().make_all()
    assert len(files()) == 3  # for an hour: a page may name it that is just rendered
    monkeypatch.setattr("blog.services.share_pictures.GRACE", -60)
    SharePictureMaker().make_all()
    assert len(files()) == 2
