"""References in stored HTML to images, documents and pages: written when a text is saved, resolved when it is shown.

Stored HTML names what it refers to by attributes that no author can write, since the sanitiser lets none of their kind through:

- `<img data-image="9">`, with `data-filter="width-200"` where the text asks for one rendition;
- `<img data-file="images/sea.jpg" src="/media/images/sea.jpg">`: a file in the media folder, which may be an image's;
- `<p data-translated="">`: the title of an alert, whose word is shown in the site's language;
- `<a data-page="5">`, `<a data-doc="5">` and `<a data-image="9">` (in its own format), with `data-rest="#part"` behind it.

So an image replaced or deleted, and a page moved or made private, is shown as it is with the next request.
"""

import html as html_escapes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Min, Q
from django.utils.translation import pgettext
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage, Filter

from blog.images.versions import existing_versions
from blog.images.visibility import in_private_collection, public_pages
from blog.markdown.addresses import from_root
from blog.markdown.layout import AVIF, TRANSLATED, framed
from blog.markdown.tokens import Tag, Token, parse, write

IMAGE, FILE, PAGE, DOCUMENT = "data-image", "data-file", "data-page", "data-doc"
FILTER, REST = "data-filter", "data-rest"
LINKS = (PAGE, DOCUMENT, IMAGE)
ROOT = "/"
MARK = " data-"  # no stored text without this has a reference


@dataclass(slots=True)
class Found:
    """What the references of some texts lead to; what is not in here is gone, or not for everybody to see."""

    images: dict[int, AbstractImage] = field(default_factory=dict)
    files: dict[str, AbstractImage] = field(default_factory=dict)  # images by the names of their files
    private_files: set[str] = field(default_factory=set)  # names of the files of images in private collections
    addresses: dict[tuple[str, int], str] = field(default_factory=dict)  # by attribute and id


def expand(texts: list[str], paths: Sequence[str] = ()) -> list[str]:
    """Return stored texts as readers see them: at most one query for images, their renditions, documents, and pages each.

    `paths` are those of what the texts belong to, against which relative addresses are resolved; by default the root.
    """
    parsed = {text: parse(text) for text in set(texts) if MARK in text}
    found = _find(_tags(parsed.values())) if parsed else Found()
    expanded = {text: write(framed(_resolve(_translate(tokens), found))) for text, tokens in parsed.items()}
    return [from_root(expanded.get(text, text), path) for text, path in zip(texts, paths or [ROOT] * len(texts), strict=True)]


def expand_one(text: str, path: str = ROOT) -> str:
    """Return one stored text as readers see it; `path` is that of what it belongs to."""
    return expand([text], [path])[0]


def stale_at(texts: list[str]) -> float | None:
    """Return when the first page expires that these stored texts link to, in seconds since 1970; None where none does."""
    linking = [text for text in texts if f" {PAGE}=" in text]
    ids = {int(tag.attributes[PAGE]) for tag in _tags(map(parse, linking)) if PAGE in tag.attributes}
    first = public_pages().filter(pk__in=ids).aggregate(first=Min("expire_at"))["first"] if ids else None
    return first.timestamp() if first else None


def _tags(texts: Iterable[list[Token]]) -> list[Tag]:
    return [token for tokens in texts for token in tokens if isinstance(token, Tag)]


def _find(tags: list[Tag]) -> Found:
    ids = {name: {int(tag.attributes[name]) for tag in tags if name in tag.attributes} for name in LINKS}
    files = {html_escapes.unescape(tag.attributes[FILE]) for tag in tags if FILE in tag.attributes}
    found = Found()
    if ids[IMAGE] or files:
        wanted = Q(pk__in=ids[IMAGE]) | Q(file__in=files)
        images = get_image_model().objects.filter(wanted).annotate(is_private=in_private_collection())
        for image in images.prefetch_related("renditions"):
            if image.is_private:
                found.private_files.add(image.file.name)
                continue
            found.images[image.pk] = found.files[image.file.name] = image
            found.addresses[IMAGE, image.pk] = existing_versions(image).src
    if ids[DOCUMENT]:
        documents = get_document_model().objects.filter(~in_private_collection(), pk__in=ids[DOCUMENT])
        found.addresses |= {(DOCUMENT, document.pk): document.url for document in documents}
    if ids[PAGE]:
        found.addresses |= {(PAGE, page.pk): page.url for page in public_pages().filter(pk__in=ids[PAGE]) if page.url}
    return found


def _translate(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens with the titles of alerts (`> [!NOTE]`) in the site's language."""
    words = {
        "Note": pgettext("alert", "Note"),
        "Tip": pgettext("alert", "Tip"),
        "Important": pgettext("alert", "Important"),
        "Warning": pgettext("alert", "Warning"),
        "Caution": pgettext("alert", "Caution"),
    }
    is_title = False
    for token in tokens:
        if isinstance(token, Tag):
            is_title = token.attributes.pop(TRANSLATED, None) is not None
        yield words.get(token, token) if is_title and isinstance(token, str) else token


def _resolve(tokens: Iterable[Token], found: Found) -> Iterator[Token]:
    """Yield the tokens with addresses in place of references; of a link that leads nowhere, its words."""
    shown: list[bool] = []  # for each open link
    for token in tokens:
        if not isinstance(token, Tag) or token.name not in ("a", "img"):
            yield token
        elif token.name == "img":
            yield _picture(token, found)
        else:
            if not token.closing:
                shown.append(_link(token, found))
            if shown.pop() if token.closing else shown[-1]:
                yield token


def _link(tag: Tag, found: Found) -> bool:
    """Set a link's address; say whether it leads anywhere."""
    attributes = tag.attributes
    kind = next((name for name in LINKS if name in attributes), None)
    if kind is None:
        return True
    address = found.addresses.get((kind, int(attributes.pop(kind))))
    rest = html_escapes.unescape(attributes.pop(REST, ""))
    if address is not None:
        tag.attributes = {"href": html_escapes.escape(address + rest), **attributes}
    return address is not None


def _picture(tag: Tag, found: Found) -> Token:
    attributes = dict(tag.attributes)
    if FILE in attributes:
        name = html_escapes.unescape(attributes.pop(FILE))
        if name in found.private_files:
            return attributes.get("alt", "")
        image = found.files.get(name)
        if image is None:
            return Tag("img", attributes)
    elif IMAGE in attributes:
        image = found.images.get(int(attributes.pop(IMAGE)))
        if image is None:
            return attributes.get("alt", "")
    else:
        return tag
    made = _fixed(image, spec) if (spec := attributes.pop(FILTER, "")) else _chosen(image)
    alt = attributes.pop("alt", "") or html_escapes.escape(image.description)
    given = {name: html_escapes.escape(str(value)) for name, value in made.items()}
    rest = {name: value for name, value in attributes.items() if name not in given}
    return Tag("img", {"alt": alt, **given, **rest})


def _fixed(image: AbstractImage, spec: str) -> dict[str, Any]:
    """Return the attributes of the one rendition that a text asks for; of another where it is not made yet."""
    try:
        wanted = Filter(spec=spec)
        rendition = image.find_existing_renditions(wanted).get(wanted)
    except Exception:  # a filter that is none
        rendition = None
    if rendition is None:
        made = existing_versions(image)
        return {"src": made.src, "width": made.width, "height": made.height}
    return {"src": rendition.url, "width": rendition.width, "height": rendition.height}


def _chosen(image: AbstractImage) -> dict[str, Any]:
    """Return the attributes that let a browser choose; `layout.framed` makes of them what HTML has for it."""
    made = existing_versions(image)
    choices = {AVIF: made.avif, "sizes": made.sizes} if made.avif else {}
    return {"src": made.src, "width": made.width, "height": made.height, **choices}
