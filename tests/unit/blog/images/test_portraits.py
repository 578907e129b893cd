"""Authors' pictures: on the front page, their own page and in structured data; never one that not everybody may see."""

import re

import pytest
from django.test import Client
from lxml import html
from wagtail.images import get_image_model
from wagtail.images.models import Image
from wagtail.models import Collection, CollectionViewRestriction

from blog.models import BlogPage
from tests.support.factories import make_author, make_post
from tests.support.images import make_versions, png

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def portrait(blog: BlogPage) -> Image:
    image: Image = get_image_model().objects.create(title="Ada", file=png("ada.png"), width=60, height=30)
    make_post(blog, "a", slug="first", authors=[make_author("ada", picture=image)])
    make_versions()
    return image


def shown(client: Client, address: str) -> list[str]:
    """Return the addresses of the portraits on a page."""
    tree = html.document_fromstring(client.get(address).content.decode())
    return [image.get("src") for image in tree.cssselect("img.portrait[width='48'][height='48'][alt='']")]


def test_author_is_shown_with_their_picture(client: Client, portrait: Image) -> None:
    (address,) = shown(client, "/")
    assert re.fullmatch(r"/media/images/ada\.[^/]*webp", address)
    assert shown(client, "/@ada/") == [address]
    assert shown(client, "/tags/a/") == []
    (element,) = html.document_fromstring(client.get("/first/").content.decode()).cssselect("script")
    assert f'"image":"http://testserver{address}"' in element.text


def test_picture_that_not_everybody_may_see_is_not_shown(client: Client, portrait: Image) -> None:
    hidden = Collection.get_first_root_node().add_child(name="Hidden")
    CollectionViewRestriction.objects.create(collection=hidden, restriction_type="login")
    portrait.collection = hidden
    portrait.save()
    make_versions()
    for address in ("/", "/@ada/", "/first/"):
        assert b"images/ada" not in client.get(address).content, address


def test_picture_is_shown_once_the_worker_has_made_it(client: Client, blog: BlogPage) -> None:
    image = get_image_model().objects.create(title="Ada", file=png("ada.png"), width=60, height=30)
    make_post(blog, authors=[make_author("ada", picture=image)])
    assert shown(client, "/") == []
    make_versions()
    assert len(shown(client, "/")) == 1
    image.delete()
    assert shown(client, "/") == []
