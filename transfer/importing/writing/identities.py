"""Ids and keys that pages, comments and files of an export of Kimonote had: kept where the blog is empty and nobody has them.

Cursors in addresses of listings, anchors of comments and references in texts hold ids; feeds hold keys.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction

from blog.models import BlogPage, Comment, PostPage
from transfer.importing.source import OwnFields


@dataclass(frozen=True, slots=True)
class Identities:
    """The ids and keys that may be given again."""

    pages: frozenset[int] = frozenset()
    keys: frozenset[UUID] = frozenset()
    comments: frozenset[int] = frozenset()
    images: frozenset[int] = frozenset()
    documents: frozenset[int] = frozenset()

    def number(self, number: int) -> int | None:
        """Return the id for a page that had this one; None for the next."""
        return number if number in self.pages else None

    def keeps(self, number: int) -> bool:
        return number in self.pages

    def key(self, key: UUID | None) -> UUID | None:
        return key if key in self.keys else None

    def image(self, number: int) -> int | None:
        return number if number in self.images else None

    def document(self, number: int) -> int | None:
        return number if number in self.documents else None

    def keep(self, post: PostPage, own: OwnFields) -> None:
        """Give an unsaved post the id and key that it had."""
        if number := self.number(own.number):
            post.pk = post.id = number
        if key := self.key(own.key):
            post.translation_key = key


@dataclass(slots=True)
class WantedIdentities:
    """What an export's things had."""

    pages: set[int] = field(default_factory=set)
    keys: set[UUID] = field(default_factory=set)
    comments: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)

    def free(self, blog: BlogPage) -> Identities:
        """Return those that can be given again, and see to it that nobody else gets them meanwhile."""
        is_empty = not PostPage.objects.of_blog(blog.path).exists()
        keys = frozenset(
            self.keys - set(Page.objects.filter(translation_key__in=self.keys).values_list("translation_key", flat=True))
        )
        if not is_empty:
            return Identities(keys=keys)
        models = {
            Page: self.pages,
            Comment: self.comments,
            get_image_model(): self.images,
            get_document_model(): self.documents,
        }
        free = [frozenset(_reserve(model, wanted - {0})) for model, wanted in models.items()]
        return Identities(free[0], keys, *free[1:])


def _reserve(model: type[Model], wanted: set[int]) -> set[int]:
    """Return the ids that no row has; the next row that asks for none gets one above all of them."""
    there = set(model._default_manager.values_list("pk", flat=True))
    if wanted and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            sequence = "pg_get_serial_sequence(%s, 'id')"
            table = model._meta.db_table
            cursor.execute(f"SELECT setval({sequence}, GREATEST(%s, nextval({sequence})))", [table, max(wanted), table])
    return wanted - there


def restrict(pages: Iterable[tuple[int, OwnFields]]) -> None:
    """Say who may open pages that not everybody may, in the transaction in which they are made."""
    for page, own in pages:
        if own.privacy:
            restriction = PageViewRestriction.objects.create(page_id=page, restriction_type=own.privacy, password=own.password)
            restriction.groups.set(Group.objects.filter(name__in=own.groups))
