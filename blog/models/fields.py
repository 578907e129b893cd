"""Fields: Markdown, which tells Wagtail's reference index what its texts refer to; names that compare; search terms."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.search.index import SearchField

from blog.markdown.media import stored
from blog.selections.slugs import fold_name, in_order
from blog.terms import indexed

if TYPE_CHECKING:  # wagtail-markdown is not annotated
    Base = models.TextField[str, str]
    CharField = models.CharField[str, str]
    BinaryField = models.BinaryField[bytes, bytes]
else:
    CharField = models.CharField
    BinaryField = models.BinaryField
    from wagtailmarkdown.fields import MarkdownField as Base

# Where an address may begin: after `(` or `](`, `<`, `]:` or `=`, and the quotation marks of HTML.
START = r"""(?:[(<"'=]|\]:)\s*<?"""
OWN = re.compile(START + r"(page|doc|image):(\d{1,9})(?!\d)")
FILE = re.compile(START + r"""([^\s<>"')]*""" + re.escape(settings.MEDIA_URL) + r"""[^\s<>"')]+)""")
IMAGE_FILTER = re.compile(r"image:(\d{1,9}),[^\s)\"'>]*?filter=([\w|.-]+)")


class ComputedField(models.Field):  # type: ignore[type-arg]  # of either of the two below
    """What is made of another field, whenever a row is saved, in bulk too."""

    defaults: dict[str, Any]

    def __init__(self, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**self.defaults | kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.of, *args], kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str | bytes:
        value = self.computed(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value

    def computed(self, text: str) -> str | bytes:
        raise NotImplementedError


class FoldedNameField(ComputedField, CharField):
    """What `fold_name` makes of another field; no two rows have the same."""

    defaults = {"max_length": 300, "unique": True, "editable": False}  # lower case may be longer

    def computed(self, text: str) -> str:
        return fold_name(text)


class SortKeyField(ComputedField, BinaryField):
    """The sort key of another field, as in a dictionary: bytes, which every database compares alike."""

    defaults = {"db_index": True, "default": b""}

    def computed(self, text: str) -> bytes:
        return "\0".join(in_order(text)).encode()


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


class TermsField(SearchField):
    """A field of Wagtail's search index that holds the terms of a text, so that every database finds the same word forms."""

    def get_value(self, obj: models.Model) -> str:
        return indexed(super().get_value(obj))


def fits(model: type[models.Model], expression: str) -> bool:
    """Return whether a model's column `expression` can hold a selection, which longer names of tags make longer."""
    field: Any = model._meta.get_field("expression")
    return len(expression) <= int(field.max_length)
