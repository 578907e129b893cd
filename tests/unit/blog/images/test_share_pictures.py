"""Pages name a picture for links to them on other sites: drawn once by the worker, and of nothing that is hidden."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as site_settings
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageChops
from wagtail.models import Page, PageViewRestriction

from blog.caching.response import response_cache
from blog.images.share_fonts import Face, face_of, sized
from blog.images.share_picture import HEIGHT, WIDTH, ShareText, _wrapped, draw
from blog.models import Appearance, BlogPage, Stream, Tag
from blog.services.share_pictures import FOLDER, SharePictureMaker
from tests.support.editors import member_of
from tests.support.factories import make_author, make_post, rename_tag
from tests.support.images import draw_share_pictures

MOST = 60_000  # bytes
NAMED = re.compile(
    r'<meta property="og:image" content="http://testserver(/[^"]*)">\n<meta property="og:image:alt" content="([^"]*)">'
)

pytestmark = pytest.mark.usefixtures("media")


JAPANESE = (str(Path(__file__).parents[3] / "support" / "fonts" / "NotoSansCJK-subset.otf"), 0)  # 日本語の。C and a blank


def drawn(title: str) -> Image.Image:
    """The picture of a title, without tags."""
    return Image.open(BytesIO(draw(ShareText(title, "", "Notes", "#000000")))).convert("RGB")


def named(client: Client, address: str) -> tuple[str, str]:
    """The picture that a page names, and its description."""
    found = NAMED.search(client.get(address).text)
    assert found is not None, address
    return found[1], found[2]


def picture(client: Client, address: str) -> bytes:
    """What is at an address; empty where there is none."""
    response = client.get(address)
    return response.content if response.status_code == 200 else b""


def files() -> set[str]:
    return {file.name for file in (Path(site_settings.MEDIA_ROOT) / FOLDER).glob("*")}


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


def test_letters_that_no_font_has_are_not_drawn_as_boxes() -> None:
    assert ShareText("Größe \N{ROCKET} и мир", "#x", "Notes", "#000000").can_be_drawn
    assert not ShareText("日本", "#x", "Notes", "#000000").can_be_drawn
    with pytest.raises(ValueError, match="No font has all letters of '日本'"):
        draw(ShareText("日本", "#x", "Notes", "#000000"))


@pytest.fixture
def faces_found_anew() -> Iterator[None]:
    """What is remembered of fonts is not of other SHARE_FONTS."""
    face_of.cache_clear()
    yield
    face_of.cache_clear()


@pytest.mark.usefixtures("faces_found_anew")
def test_each_line_is_drawn_in_the_first_font_that_has_its_letters(settings: LazySettings) -> None:
    without = drawn("Größe")
    settings.SHARE_FONTS = [JAPANESE]
    titles = {"日本語": True, "日本語 C": True, "日本 and more": False, "Größe": True, "中国": False}
    assert {title: ShareText(title, "#Größe", "Notes", "#000000").can_be_drawn for title in titles} == titles
    assert ImageChops.difference(drawn("日本語"), drawn("")).getbbox() is not None
    assert ImageChops.difference(drawn("Größe"), without).getbbox() is None


def test_lines_break_between_ideographs_but_before_no_full_stop() -> None:
    font = sized(Face(*JAPANESE), 84)  # of which 12 ideographs fit into 1040 pixels
    lines = [line.lstrip() for line in _wrapped("日本語の日本語の日本語の。の C C C", font)]
    assert lines == ["日本語の日本語の日本語", "の。の C C C"]


ALTS = {
    "/one/": "One &amp; only · Notes",
    "/nihon/": "Notes",
    "/": "Notes",
    "/?year=2018": "Notes, from 2018 · Notes",
    "/?source=external": "Notes",  # there is none
    "/tags/a/": "a · Notes",
    "/tags/a/?order=oldest": "a · Notes",
    "/tags/a/?year=2018": "Notes tagged a, from 2018 · Notes",
    "/@ada/": "Ada · Notes",
    "/@ada/tags/a/": "Notes by Ada tagged a · Notes",
    "/tags/a+b/": "Notes tagged a and b · Notes",
    "/tags/-a/": "Notes, without a · Notes",
    "/tags/a+c/": "Notes",  # there is none
    "/streams/every/": "Every · Notes",
    "/streams/every/?year=2018": "Every: Notes, from 2018 · Notes",
}
SAME = {"/nihon/", "/?source=external", "/tags/a+c/", "/tags/a/?order=oldest"}  # as others


def test_each_post_and_listing_has_a_picture(client: Client, blog: BlogPage) -> None:
    make_post(blog, "b a", slug="one", title="One & only", authors=[make_author("ada")])
    make_post(blog, "c", slug="nihon", title="日本")
    Stream.objects.create(blog=blog, name="Every", slug="every")
    assert {address: named(client, address)[1] for address in ALTS} == ALTS
    sent = {address: picture(client, named(client, address)[0]) for address in ALTS}  # the worker has not come to it
    assert all(found.startswith(b"\x89PNG") for found in sent.values())
    assert len(set(sent.values())) == len(ALTS) - len(SAME)
    draw_share_pictures()
    response_cache.clear()
    assert {address: picture(client, named(client, address)[0]) for address in ALTS} == sent


def test_no_picture_stands_for_a_search(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a", slug="one", title="One")
    assert [NAMED.search(client.get(address).text) for address in ("/?q=one", "/tags/a/?q=one", "/?q=xyzzy")] == [None] * 3
    assert picture(client, "/share.png?q=Buy+now") == picture(client, "/share.png")


def test_picture_is_sent_as_it_is_whatever_the_browser_accepts(client: Client, blog: BlogPage) -> None:
    make_post(blog, slug="one", title="One")
    response = client.get("/one/share.png", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert (response["Content-Type"], response.get("Content-Encoding")) == ("image/png", None)
    assert response["Content-Length"] == str(len(response.content))
    again = client.get("/one/share.png", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_picture_of_another_spelling_is_at_the_canonical_one(client: Client, blog: BlogPage) -> None:
    make_post(blog, "b a", slug="one")
    response = client.get("/tags/B+a/share.png?year=2018")
    assert (response.status_code, response["Location"]) == (301, "/tags/a+b/share.png?year=2018")


def test_picture_is_drawn_once_and_anew_when_its_words_change(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a", slug="one", title="One")
    maker = SharePictureMaker()
    draw_share_pictures(maker)
    before, address = files(), named(client, "/one/")[0]
    assert len(before) == 3
    first = {file.name: file.stat().st_mtime_ns for file in (Path(site_settings.MEDIA_ROOT) / FOLDER).glob("*")}
    post.body = "Changed."
    post.save()
    draw_share_pictures(maker)
    draw_share_pictures()
    assert {file.name: file.stat().st_mtime_ns for file in (Path(site_settings.MEDIA_ROOT) / FOLDER).glob("*")} == first
    post.title = "Two"
    post.save()
    draw_share_pictures(maker)
    assert len(files() - before) == 1
    assert named(client, "/one/")[0] != address
    rename_tag(Tag.objects.get(slug="a"), "Another", "another")
    draw_share_pictures(maker)
    assert picture(client, named(client, "/one/")[0])
    assert picture(client, "/tags/another/share.png")
    assert picture(client, "/tags/a/share.png") == b""


def test_site_has_its_own_name_and_colour(client: Client, blog: BlogPage) -> None:
    Appearance.objects.create(site=blog.get_site(), name="Own", accent="#aa0000")
    draw_share_pictures()
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
OF_THE_POST = {  # beside an address of what there never was
    "/secret/share.png": "/xyzzyx/share.png",
    "/tags/hidden/share.png": "/tags/xyzzyx/share.png",
    "/tags/hidden+other/share.png": "/tags/other+xyzzyx/share.png",
    "/@augusta/share.png": "/@xyzzyxy/share.png",
}


@pytest.mark.parametrize("transition", HIDING)
def test_picture_of_a_hidden_post_answers_as_none(client: Client, blog: BlogPage, transition: str) -> None:
    make_post(blog, "other", slug="seen")
    post = make_post(blog, "hidden other", slug="secret", title="Secret", authors=[make_author("augusta")])
    maker = SharePictureMaker()
    draw_share_pictures(maker)
    assert all(picture(client, address) for address in OF_THE_POST)
    HIDING[transition](post)
    draw_share_pictures(maker)
    for address, unheard_of in OF_THE_POST.items():
        hidden, unknown = client.get(address), client.get(unheard_of)
        assert hidden.status_code == 404
        assert without_names(hidden.text) == without_names(unknown.text)
        assert hidden.headers == unknown.headers


def without_names(text: str) -> str:
    return re.sub("secret|hidden|augusta|xyzzyxy?|other", "", text)


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_no_picture_is_drawn_before_a_post_is_published(client: Client, blog: BlogPage, state: str) -> None:
    post = make_post(blog, "hidden other", slug="secret", title="Secret", authors=[make_author("augusta")], live=False)
    if state == "scheduled":
        post.go_live_at = timezone.now() + timedelta(days=1)
    revision = post.save_revision()
    maker = SharePictureMaker()
    draw_share_pictures(maker)
    assert len(files()) == 1  # of the blog
    assert not any(picture(client, address) for address in OF_THE_POST)
    revision.publish()
    draw_share_pictures(maker)
    assert all(picture(client, address) for address in OF_THE_POST) == (state == "draft")


def test_file_itself_is_not_given_away(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, slug="secret", title="Secret")
    draw_share_pictures()
    editor = Client()
    editor.force_login(member_of("Moderators"))
    for name in files():
        assert {client.get(f"/media/{FOLDER}{name}").status_code, editor.get(f"/media/{FOLDER}{name}").status_code} == {404}
    restrict(post)
    response = editor.get("/secret/share.png")
    assert response.status_code == 404 or "private" in response["Cache-Control"]


def test_what_no_page_says_any_more_is_deleted(client: Client, blog: BlogPage, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make_post(blog, slug="one", title="One")
    draw_share_pictures()
    assert len(files()) == 2
    post.title = "Two"
    post.save()
    draw_share_pictures()
    assert len(files()) == 3  # for an hour: a page may name it that is just rendered
    monkeypatch.setattr("blog.services.share_pictures.GRACE", -60)
    draw_share_pictures()
    assert len(files()) == 2
