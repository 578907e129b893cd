"""A post's picture and those in its text: AVIF in several sizes, described, and for feeds one of each."""

import re
from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html
from PIL import Image as Picture
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.images import get_image_model
from wagtail.images.models import Image

from blog.models import BlogPage
from blog.models.revision import IndexRevision
from tests.support.editors import member_of
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions

pytestmark = pytest.mark.usefixtures("media")


def photograph() -> SimpleUploadedFile:
    file = BytesIO()
    Picture.linear_gradient("L").resize((1000, 500)).convert("RGB").save(file, "JPEG")
    return SimpleUploadedFile("sea.jpg", file.getvalue(), "image/jpeg")


def make_image(description: str = "The sea") -> Image:
    return get_image_model().objects.create(title="IMG_1", file=photograph(), width=1000, height=500, description=description)


def test_picture_of_a_post_is_there_in_sizes_and_as_avif(client: Client, blog: BlogPage) -> None:
    image = make_image()
    post = make_post(blog, cover=image)
    assert image.renditions.count() == 0  # neither its editor nor its readers wait for them
    make_versions()
    assert image.renditions.count() == 3
    page = html.document_fromstring(client.get(f"/{post.slug}/").content.decode())
    source, shown = page.cssselect("article > figure source, article > figure img")
    assert (source.get("type"), re.findall(r"\.avif (\d+)w", source.get("srcset"))) == ("image/avif", ["960", "1000"])
    assert source.get("sizes") == "(max-width: 40rem) 100vw, 38rem"
    assert re.search(r"\.jpg$", shown.get("src"))
    assert shown.get("srcset") is None
    assert [shown.get(name) for name in ("class", "width", "height", "alt")] == ["u-photo", "960", "480", "The sea"]
    assert page.cssselect("[property='og:image']")[0].get("content") == f"http://testserver{shown.get('src')}"
    assert page.cssselect("[property='og:image:alt']")[0].get("content") == "The sea"


def test_picture_without_a_description_is_not_called_by_its_file(client: Client, blog: BlogPage) -> None:
    text = client.get(f"/{make_post(blog, cover=make_image('')).slug}/").content.decode()
    assert 'alt=""' in text
    assert "og:image:alt" not in text
    assert "IMG_1" not in text


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_feed_has_one_version_of_each_picture(client: Client, blog: BlogPage, form: str) -> None:
    code = '`<img src="/a" srcset="/b 1w" sizes="1px">`'
    make_post(blog, body=f"![Sea](image:{make_image().pk})\n\n{code}")
    make_versions()
    written = client.get(f"/feed.{form}").content.decode().replace("&lt;", "<").replace("&gt;", ">").replace('\\"', '"')
    assert re.search(r'<p><img alt="Sea" src="http://testserver/media/images/sea[^"]*" width="960" height="480"', written)
    assert "avif" not in written
    assert 'srcset="/b 1w" sizes="1px"' in written.replace("&amp;quot;", '"')  # what a text quotes stays


@pytest.mark.django_db(transaction=True)
def test_versions_of_an_uploaded_picture_are_made_by_the_worker_and_its_description_is_asked_for(client: Client) -> None:
    make_blog()
    client.force_login(member_of("Moderators"))
    for address in ("/admin/images/add/", "/admin/images/chooser/"):
        assert "Alternative text" in client.get(address).content.decode(), address
    fields = {"title": "Sea", "description": "The sea", "tags": "", "file": photograph(), "collection": "1"}
    assert client.post("/admin/images/add/", fields).status_code == 302
    image = get_image_model().objects.get()
    assert not image.renditions.filter(filter_spec__contains="format").exists()
    make_versions()
    assert (image.description, image.renditions.filter(filter_spec__contains="avif").count()) == ("The sea", 2)


def test_browser_takes_the_smaller_format_and_nothing_jumps(tab: Page, live_server: LiveServer, db: None) -> None:
    post = make_post(make_blog("127.0.0.1"), body=f"![Sea](image:{make_image().pk})")
    make_versions()
    tab.goto(f"{live_server.url}/{post.slug}/")
    picture = tab.locator(".prose img")
    picture.scroll_into_view_if_needed()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    address, width, ratio = picture.evaluate("one => [one.currentSrc, one.naturalWidth, one.offsetWidth / one.offsetHeight]")
    assert address.endswith(".avif")
    assert width > 0
    assert round(ratio, 1) == 2.0


@pytest.mark.django_db(transaction=True)
def test_versions_of_an_older_release_go_and_the_picture_stays(client: Client) -> None:
    image = make_image()
    post = make_post(make_blog(), cover=image)
    make_versions()
    shown = client.get(f"/{post.slug}/").content
    for spec in ("width-480|format-avif", "width-480|format-webp", "width-1000|format-webp"):
        image.renditions.create(filter_spec=spec, focal_point_key="", file=photograph(), width=480, height=240)
    kept = image.renditions.create(filter_spec="fill-144x144|format-webp", file=photograph(), width=144, height=144)
    assert client.get(f"/{post.slug}/").content == shown  # they are not offered
    before = IndexRevision.objects.get().number
    import_module("blog.migrations.0007_superfluous_versions").delete_superfluous(apps, None)
    specs = {"width-960", "width-960|format-avif", "width-1000|format-avif", kept.filter_spec}
    assert set(image.renditions.values_list("filter_spec", flat=True)) == specs
    assert (IndexRevision.objects.get().number, client.get(f"/{post.slug}/").content) == (before + 1, shown)
