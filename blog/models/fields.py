"""The field of every text in Markdown, which tells Wagtail's reference index what its texts refer to."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from blog.markdown.media import stored

if TYPE_CHECKING:  # wagtail-markdown is not annotated
    Base = models.TextField[str, str]
else:
    from wagtailmarkdown.fields import MarkdownField as Base

# Where an address may begin: after `(` or `](`, `<`, `]:` or `=`, and the quotation marks of HTML.
START = r"""(?:[(<"'=]|\]:)\s*<?"""
OWN = re.compile(START + r"(page|doc|image):(\d{1,9})(?!\d)")
FILE = re.compile(START + r"""([^\s<>"')]*""" + re.escape(settings.MEDIA_URL) + r"""[^\s<>"')]+)""")
IMAGE_FILTER = re.compile(r"image:(\d{1,9}),[^\s)\"'>]*?filter=([\w|.-]+)")


class MarkdownField(Base):
    """wagtail-markdown's field; the usage of images, documents and pages counts the texts that refer to them."""

    def extract_references(self, value: str) -> Iterator[tuple[type[models.Model], str, str, str]]:
        """Yield the model, the id and two empty paths of each thing referred to, as Wagtail's RichTextField does."""
        models_by_kind = {"page": Page, "doc": get_document_model(), "image": get_image_model()}
        for kind, key in OWN.findall(value):
            yield models_by_kind[kind], str(int(key)), "", ""
        if names := {stored(address) for address in FILE.findall(value)} - {""}:
            for image in get_image_model().objects.filter(file__in=names).values_list("pk", flat=True):
                yield get_image_model(), str(image), "", ""


def filters_in(text: str, image: int) -> set[str]:
    """Return the filters by which a text asks for one rendition of an image: `image:9,filter=width-200`."""
    return {filter_spec for key, filter_spec in IMAGE_FILTER.findall(text) if int(key) == image}
