"""Rows of Wagtail's reference index for thousands of posts at once, without an object for each."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex

from blog.models import Author, PostPage, Tag
from blog.models.relations import insert

COLUMNS = (
    "content_type_id",
    "base_content_type_id",
    "object_id",
    "to_content_type_id",
    "to_object_id",
    "model_path",
    "content_path",
    "content_path_hash",
)

Reference = tuple[int, str, str, str]  # content type and id of what is referred to, model path, content path


def add_references(references: Iterable[tuple[int, Reference]]) -> None:
    """Note what posts, by id, refer to; what is noted already stays as it is."""
    own, base = (ContentType.objects.get_for_model(model).pk for model in (PostPage, Page))
    insert(ReferenceIndex, COLUMNS, ((own, base, str(post), *found, _hash(found[-1])) for post, found in references))


def _hash(content_path: str) -> str:
    """Return a path's UUID as both databases take it, without the field's conversion of each."""
    digest: UUID = ReferenceIndex._get_content_path_hash(content_path)
    return digest.hex


def index_references(posts: Iterable[PostPage]) -> None:
    """Note everything that new posts refer to."""
    add_references((post.pk, found) for post in posts for found in set(ReferenceIndex._extract_references_from_object(post)))


def index_items(relation: str, model: type[Tag | Author], rows: Iterable[tuple[int, int, int]]) -> None:
    """Note what posts refer to by a relation, given by the ids of its item, of the post, and of the tag or author."""
    field, to_type = model._meta.model_name, ContentType.objects.get_for_model(model).pk
    add_references(
        (post, (to_type, str(to), f"{relation}.item.{field}", f"{relation}.{item}.{field}")) for item, post, to in rows
    )
