"""Pictures, documents and pages of the site itself: their addresses, sizes and smaller versions, looked up on saving."""

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from blog.markdown import allowed
from blog.markdown.layout import AVIF
from blog.markdown.tokens import Tag, Token
from blog.pictures import SIZES, versions

if TYPE_CHECKING:
    from wagtail.images.models import AbstractImage

ADDRESS = re.compile(r"(page|doc|image):(\d{1,9})([,#?].*)?", re.DOTALL)
FILTER = re.compile(r"filter=([\w|.-]+)")
SIDE = re.compile(r"class=([\w-]+)")


def resolve(tokens: list[Token]) -> None:
    """Give every picture and link of the site its final address; what is gone leaves its words."""
    for place, token in enumerate(tokens):
        if not isinstance(token, Tag):
            continue
        if token.name == "img":
            tokens[place] = _picture(token)
        elif match := ADDRESS.fullmatch(html.unescape(token.attributes.get("href", ""))):
            _link(token, match[1], int(match[2]), match[3] or "")


def _link(tag: Tag, kind: str, key: int, rest: str) -> None:
    address = _address(kind, key)
    if address:
        tag.attributes["href"] = html.escape(address + rest.lstrip(","))
    else:
        del tag.attributes["href"]


def _address(kind: str, key: int) -> str | None:
    from wagtail.documents import get_document_model
    from wagtail.images import get_image_model
    from wagtail.models import Page

    model: Any = {"page": Page, "doc": get_document_model(), "image": get_image_model()}[kind]
    found = model.objects.filter(pk=key).first()
    if found is None:
        return None
    url: str | None = {"page": lambda: found.specific.url, "doc": lambda: found.url, "image": lambda: found.file.url}[kind]()
    return url


def _picture(tag: Tag) -> Token:
    tag.attributes = {name: value for name, value in tag.attributes.items() if name not in ("sizes", "srcset")}  # ours alone
    source = html.unescape(tag.attributes.get("src", ""))
    if match := ADDRESS.fullmatch(source):
        image = _image(pk=int(match[2])) if match[1] == "image" else None
        return _fill(tag, image, match[3] or "") if image else tag.attributes.get("alt", "")
    if name := _stored(source):
        return _fill(tag, image, "") if (image := _image(file=name)) else _measure(tag, name)
    return tag if source and allowed.ADDRESS.fullmatch(tag.attributes["src"]) else tag.attributes.get("alt", "")


def _image(**lookup: Any) -> "AbstractImage | None":
    from wagtail.images import get_image_model

    found: AbstractImage | None = get_image_model().objects.filter(**lookup).first()
    return found


def _fill(tag: Tag, image: "AbstractImage", wishes: str) -> Tag:
    """Set a Wagtail image's addresses and size; `wishes` are wagtail-markdown's `,filter=…,class=…`."""
    wish, side = FILTER.search(wishes), SIDE.search(wishes)
    try:
        found = _fixed(image, wish[1]) if wish else _chosen(image)
    except Exception:  # a missing file, a picture Pillow cannot read, a filter that is none: show what there is
        found = {"src": image.file.url, "width": image.width, "height": image.height}
    tag.attributes |= {name: html.escape(str(value)) for name, value in found.items()}
    tag.attributes["alt"] = tag.attributes.get("alt") or html.escape(image.description)
    tag.attributes |= {"class": side[1]} if side else {}
    return tag


def _fixed(image: "AbstractImage", spec: str) -> dict[str, Any]:
    rendition = image.get_rendition(spec)
    return {"src": rendition.url, "width": rendition.width, "height": rendition.height}


def _chosen(image: "AbstractImage") -> dict[str, Any]:
    """Let a browser choose; `layout.framed` makes of the last what HTML has for it."""
    made = versions(image)
    found = {"src": made.src, "srcset": made.webp, "sizes": SIZES, "width": made.width, "height": made.height, AVIF: made.avif}
    return {name: value for name, value in found.items() if value and (made.webp or name != "sizes")}


def _stored(source: str) -> str:
    """Give the name of the file in the media folder that an address means, or nothing."""
    from django.conf import settings

    for start in (settings.MEDIA_URL, f"{settings.WAGTAILADMIN_BASE_URL}{settings.MEDIA_URL}"):
        if source.startswith(start):
            return unquote(source.removeprefix(start).partition("?")[0]).replace("\0", "")
    return ""


def _measure(tag: Tag, name: str) -> Tag:
    """Set the size of a picture in the media folder, in the ratio of the width that its author may have set."""
    from django.core.exceptions import SuspiciousFileOperation
    from django.core.files.images import get_image_dimensions
    from django.core.files.storage import default_storage

    try:
        with default_storage.open(name) as file:
            width, height = get_image_dimensions(file)
    except (OSError, ValueError, SuspiciousFileOperation):
        return tag
    if width and height and "height" not in tag.attributes:
        wished = int(tag.attributes.setdefault("width", str(width)))
        tag.attributes["height"] = str(round(wished * height / width))
    return tag
