"""Images, documents and pages of the site: named by references, which `references` resolves when a text is shown."""

import html
import re
from urllib.parse import unquote

from blog.images.storage import ORIGINALS, PRIVATE
from blog.markdown import allowlist
from blog.markdown.tokens import Tag, Token

ADDRESS = re.compile(r"(page|doc|image):(\d{1,9})([,#?].*)?", re.DOTALL)
FILTER = re.compile(r"filter=([\w|.-]+)")
SIDE = re.compile(r"class=([\w-]+)")


def insert_references(tokens: list[Token]) -> None:
    """Make references of every image and link of the site."""
    for place, token in enumerate(tokens):
        if not isinstance(token, Tag):
            continue
        if token.name == "img":
            tokens[place] = _reference_image(token)
        elif match := ADDRESS.fullmatch(html.unescape(token.attributes.get("href", ""))):
            _link(token, match[1], match[2], match[3] or "")


def _link(tag: Tag, kind: str, key: str, rest: str) -> None:
    del tag.attributes["href"]
    tag.attributes[f"data-{kind}"] = str(int(key))
    if rest.startswith(("#", "?")):
        tag.attributes["data-rest"] = html.escape(rest)


def _reference_image(tag: Tag) -> Token:
    source = html.unescape(tag.attributes.get("src", ""))
    if match := ADDRESS.fullmatch(source):
        return _image(tag, int(match[2]), unquote(match[3] or "")) if match[1] == "image" else tag.attributes.get("alt", "")
    if name := stored(source):
        return _file(tag, name)
    return tag if source and allowlist.ADDRESS.fullmatch(tag.attributes["src"]) else tag.attributes.get("alt", "")


def _image(tag: Tag, key: int, options: str) -> Tag:
    """Refer to an image by its id; `options` are wagtail-markdown's `,filter=…,class=…`."""
    filter_spec, side = FILTER.search(options), SIDE.search(options)
    del tag.attributes["src"]
    tag.attributes = {"data-image": str(key), **tag.attributes}
    tag.attributes |= {"data-filter": filter_spec[1]} if filter_spec else {}
    tag.attributes |= {"class": side[1]} if side else {}
    return tag


def _file(tag: Tag, name: str) -> Tag:
    """Refer to an image by its file in the media folder; what is no image of the library has at least its size."""
    _measure(tag, name)
    tag.attributes = {"data-file": html.escape(name), **tag.attributes}
    return tag


def stored(source: str) -> str:
    """Give the name of the file in the media folder that an address means, or nothing."""
    from django.conf import settings

    for start in (settings.MEDIA_URL, f"{settings.WAGTAILADMIN_BASE_URL}{settings.MEDIA_URL}"):
        if source.startswith(start):
            name = unquote(source.removeprefix(start).partition("?")[0]).replace("\0", "")
            return name.removeprefix(PRIVATE) if name.startswith(PRIVATE + ORIGINALS) else name
    return ""


def _measure(tag: Tag, name: str) -> None:
    """Set the size of a picture in the media folder, in the ratio of the width that its author may have set."""
    from django.core.exceptions import SuspiciousFileOperation
    from django.core.files.images import get_image_dimensions
    from django.core.files.storage import default_storage

    try:
        with default_storage.open(name) as file:
            width, height = get_image_dimensions(file)
    except (OSError, ValueError, SuspiciousFileOperation):
        return
    if width and height and "height" not in tag.attributes:
        display_width = int(tag.attributes.setdefault("width", str(width)))
        tag.attributes["height"] = str(round(display_width * height / width))
