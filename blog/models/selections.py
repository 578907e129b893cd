"""Stored selections, which follow tags that are renamed, merged or deleted."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models

from blog.selections.errors import SelectionError
from blog.selections.selection import Selection

Row = TypeVar("Row", bound=models.Model)


class SelectionQuerySet(models.QuerySet[Row]):
    """Queries of rows whose `selection` is stored in their column `expression`."""

    def change(self, slug: str, change: Callable[[Selection], Selection]) -> None:
        """Change the selections that name a tag; one that would contradict itself, or be too long, stays as it is."""
        for row in self.filter(expression__contains=slug):
            try:
                changed = change(row.selection)  # type: ignore[attr-defined]
                changed.check()
            except SelectionError:  # both wanted and unwanted now: left for its editor to resolve
                continue
            if fits(self.model, str(changed)):
                self.filter(pk=row.pk).update(expression=str(changed))

    def rename_tag(self, old_slug: str, new_slug: str) -> None:
        """Replace a tag's slug by its new one."""
        self.change(old_slug, lambda selection: selection.renaming({old_slug: new_slug}))


def fits(model: type[models.Model], expression: str) -> bool:
    """Return whether a model's column `expression` can hold a selection, which longer names of tags make longer."""
    field: Any = model._meta.get_field("expression")
    return len(expression) <= int(field.max_length)
