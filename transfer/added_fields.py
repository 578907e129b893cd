"""Fields that a site has added to posts, as docs/theming.md says: an export and its import take them along."""

from typing import Any, Final

from django.db.models import Field

from blog.models import PostPage
from blog.models.rows import PostRow

EXPORTED: Final = {"published", "link", "subtitle", "comments_allowed"}  # fields of PostRow that exports have under other names


def added_fields() -> "list[Field[Any, Any]]":
    """Return the fields with plain values that a post's page shows, and that an export has no name of its own for."""
    shown = set(PostRow._fields) - EXPORTED
    return [
        field
        for field in PostPage._meta.local_concrete_fields
        if field.name in shown and field.editable and not field.is_relation
    ]


def added_values(post: PostPage) -> dict[str, Any]:
    """Return the values of these fields, those that are empty left out, as `Field.to_python` reads them."""
    return {
        field.name: field.value_to_string(post)
        for field in added_fields()
        if field.value_from_object(post) not in field.empty_values
    }
