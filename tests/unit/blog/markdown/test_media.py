"""Pictures, documents and pages of the site in a text: addresses, sizes, smaller versions."""

from io import BytesIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image as Picture
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.models import Image

from blog.markdown import render_short
from blog.markdown.references import expand_one
from blog.models import BlogPage
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>hit()</script></svg>'


def shown(text: str) -> str:
    """Return a text as readers see it, once the worker has made the versions of what it shows."""
    make_versions()
    return expand_one(render_short(text))


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = str(folder)
    cache.clear()  # where Wagtail remembers renditions, by ids that come again
    return folder


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    file = BytesIO()
    Picture.new("RGB", (width, height), "navy").save(file, kind)
    return file.getvalue()


def make_image(width: int = 2000, height: int = 1000, name: str = "sea.jpg") -> Image:
    content = SVG if name.endswith(".svg") else picture(width, height, {"jpg": "JPEG", "gif": "GIF"}[name[-3:]])
    return get_image_model().objects.create(
        title="Sea", file=ImageFile(BytesIO(content), name=name), width=width, height=height
    )


@pytest.mark.django_db
def test_image_has_sizes_to_choose_from() -> None:
    image = make_image()
    made = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
    assert made == {}
    html = shown(f"![The sea](image:{image.pk})")
    made = {rendition.filter_spec: rendition.url for rendition in image.renditions.all()}
    choices = ", ".join(f"{made.pop(f'width-{width}|format-avif')} {width}w" for width in (960, 1440))
    assert html == (
        f'<p><picture><source type="image/avif" srcset="{choices}" sizes="(max-width: 40rem) 100vw, 38rem">'
        f'<img alt="The sea" src="{made.pop("width-960")}" width="960" height="480" loading="lazy"></picture></p>'
    )
    assert made == {}


@pytest.mark.django_db
def test_image_without_words_in_the_text_says_what_the_library_says() -> None:
    image = make_image(300, 200)
    assert 'alt=""' in shown(f"![](image:{image.pk})")
    image.description = 'The "sea" & the sky'
    image.save()
    assert 'alt="The &quot;sea&quot; &amp; the sky"' in shown(f"![](image:{image.pk})")
    assert 'alt="Waves"' in shown(f"![Waves](image:{image.pk})")


@pytest.mark.django_db
def test_image_that_cannot_be_made_as_avif_is_offered_in_its_own_format(monkeypatch: pytest.MonkeyPatch) -> None:
    Picture.init()
    monkeypatch.delitem(Picture.SAVE, "AVIF")
    html = shown(f"![x](image:{make_image(300, 200).pk})")
    assert "<picture>" not in html
    assert '.width-300.jpg" width="300" height="200"' in html


@pytest.mark.django_db
def test_author_cannot_offer_other_versions() -> None:
    image = '<img src="/x" alt="x" srcset="/z 1w" sizes="1px" data-avif="/y 1w">'
    html = shown(f'<picture><source type="image/avif" srcset="/x.avif">{image}</picture>')
    assert html == '<p><img alt="x" src="/x" loading="lazy"></p>'


@pytest.mark.django_db
def test_small_image_is_not_made_larger() -> None:
    image = make_image(300, 200)
    html = shown(f"![x](image:{image.pk})")
    assert 'width="300" height="200"' in html
    assert html.count("300w") == 1
    assert "960w" not in html


@pytest.mark.django_db
def test_image_by_the_address_of_its_file_has_sizes_too() -> None:
    image = make_image()
    assert shown(f"![x]({image.file.url})") == shown(f"![x](image:{image.pk})")
    assert shown(f"![x](http://testserver{image.file.url})") == shown(f"![x](image:{image.pk})")


@pytest.mark.django_db
def test_image_with_a_filter_and_a_side() -> None:
    image = make_image()
    make_post(make_blog(), body=f"![x](image:{image.pk},filter=width-200)")
    html = shown(f'![x](image:{image.pk},filter=width-200,class=right "Caption")')
    url = image.renditions.get(filter_spec="width-200").url
    assert html == (
        f'<figure class="right"><img alt="x" src="{url}" width="200" height="100" loading="lazy">'
        "<figcaption>Caption</figcaption></figure>"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("filter_spec", ["filter=nonsense-1", "filter=../../x", "filter=width-x", 'filter="onerror="hit()'])
def test_image_with_a_filter_that_is_none_shows_itself(filter_spec: str) -> None:
    image = make_image(300, 200)
    html = shown(f"![x](image:{image.pk},{filter_spec})")
    assert 'width="300" height="200"' in html
    assert "hit" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["sea.gif", "sea.svg"])
def test_image_that_moves_or_has_no_pixels_has_one_version_which_is_a_copy(name: str) -> None:
    image = make_image(40, 20, name)
    assert shown(f"![x](image:{image.pk})") == (
        f'<p><img alt="x" src="{(copy := image.renditions.get()).url}" width="40" height="20" loading="lazy"></p>'
    )
    assert Path(copy.file.path).read_bytes() == Path(image.file.path).read_bytes()


@pytest.mark.django_db
def test_image_whose_file_is_gone_keeps_its_address() -> None:
    image = make_image()
    Path(image.file.path).unlink()
    assert shown(f"![x](image:{image.pk})") == (
        f'<p><img alt="x" src="{image.file.url}" width="2000" height="1000" loading="lazy"></p>'
    )


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["image:99999", "image:x", "page:1", "doc:1", "data:image/png;base64,AA", ""])
def test_picture_that_is_none_leaves_its_words(address: str) -> None:
    assert shown(f"a ![the sea]({address}) b") == "<p>a the sea b</p>"


@pytest.mark.django_db
def test_file_in_the_media_folder_has_its_size(media: Path) -> None:
    (media / "map one.png").write_bytes(picture(60, 30))
    assert shown("![x](/media/map%20one.png)") == (
        '<p><img alt="x" src="/media/map%20one.png" width="60" height="30" loading="lazy"></p>'
    )
    assert shown('<img src="/media/map%20one.png" width=20>') == (
        '<p><img alt="" src="/media/map%20one.png" width="20" height="10" loading="lazy"></p>'
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["none.png", "../secret.png", "%2e%2e/secret.png", "text.png", "", "%00"])
def test_file_that_is_no_picture_has_no_size(media: Path, name: str) -> None:
    (media / "text.png").write_text("no picture")
    (media.parent / "secret.png").write_bytes(picture(60, 30))
    assert " width=" not in shown(f'<img src="/media/{name}">')


@pytest.mark.django_db
def test_links_to_the_sites_own(blog: BlogPage) -> None:
    post = make_post(blog, title="Other")
    document = get_document_model().objects.create(title="Paper", file=ContentFile(b"x", name="paper.txt"))
    image = make_image()
    text = f"[a](page:{post.pk}#n-b) [c](doc:{document.pk}) [d](image:{image.pk}) [e](page:99999) [f](doc:x)"
    html = shown(text)
    picture_url = image.renditions.get(filter_spec="width-960").url  # a JPEG as the image itself, which every program opens
    assert html == f'<p><a href="{post.url}#n-b">a</a> <a href="{document.url}">c</a> <a href="{picture_url}">d</a> e f</p>'
