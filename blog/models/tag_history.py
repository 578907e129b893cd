"""What editors did to tags, with what undoes it; and where the addresses of a deleted tag lead."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from blog.models.operations import Operation, OperationQuerySet
from blog.selections.selection import Selection


class Kind(models.TextChoices):
    RENAME = "rename", _("Renamed")
    MERGE = "merge", _("Merged")
    ALIAS = "alias", _("Old name added")
    SPLIT = "split", _("Split")
    DELETE = "delete", _("Deleted")


class TagOperationQuerySet(OperationQuerySet):
    """Queries of what was done to tags."""

    def later_than(self, operation: "TagOperation") -> "list[TagOperation]":
        """Return what was done since to the same tags, and not undone: the latest first."""
        later = self.filter(pk__gt=operation.pk, undone_at=None).defer("changes").order_by("-pk")
        return [other for other in later if set(other.tags) & set(operation.tags)]


class TagOperation(Operation):
    """A rename, merge, split or the like; its changes are rows by model: see `blog.services.row_changes`."""

    kind = models.CharField(_("what was done"), max_length=6, choices=Kind)
    source = models.CharField(_("tag"), max_length=100)  # its name before
    target = models.CharField(_("became"), max_length=1000, blank=True)  # a name, or a selection
    tags = models.JSONField(default=list)  # the ids of the tags concerned
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = TagOperationQuerySet.as_manager()

    class Meta(Operation.Meta):
        verbose_name = _("change of tags")
        verbose_name_plural = _("changes of tags")

    def __str__(self) -> str:
        arrow = f" → {self.target}" if self.target else ""
        return f"{self.get_kind_display()}: {self.source}{arrow}"


class TagRedirect(models.Model):
    """Where the addresses of a deleted tag lead: to a selection. Where that is one tag, there is a `TagAlias` instead."""

    slug = models.CharField(_("slug of the deleted tag"), max_length=100, unique=True)
    expression = models.CharField(_("selection"), max_length=1000)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.slug} → {self.expression}"

    @property
    def selection(self) -> Selection:
        return Selection.parse(self.expression)

    @classmethod
    def followed(cls, selection: Selection) -> Selection:
        """Return a selection with those of its wanted tags replaced that were deleted and lead to others."""
        found: dict[str, Any] = {redirect.slug: redirect for redirect in cls.objects.filter(slug__in=selection.wanted)}
        for slug, redirect in found.items():
            selection = selection.replacing(slug, redirect.selection)
        return selection
