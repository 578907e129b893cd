"""Rows as they were before a change to tags and after it: what is stored to undo it.

A row is the list of its fields' values, by name of the model and primary key: `{"blog.tag": {"7": [before, after]}}`; None
where there was no row before, or none after.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from blog.batches import batched
from blog.models import MergedTag, Pin, PostTag, Stream, Tag, TagAlias, TagRedirect
from blog.models.fields import FoldedNameField, SortKeyField

COMPUTED = (FoldedNameField, SortKeyField, models.AutoField)
CHUNK_SIZE = 5_000  # rows in one statement

Row = list[Any]
Rows = dict[int, Row]
Changes = dict[str, dict[str, list[Row | None]]]

stored_selections = Signal()  # receivers return querysets of models with a field `expression` that holds a selection


class Scope(NamedTuple):
    """The tags of an operation: their ids and slugs; `moved` are those whose posts it may take away."""

    tags: set[int]
    slugs: set[str]
    moved: set[int]


def fields_of(model: type[models.Model]) -> list[str]:
    """Return the names of a model's columns that are stored: of what a change of tags never removes, perhaps the selection."""
    if model._meta.parents or getattr(model, "is_stored_by_selection", False):
        return ["expression"]
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, COMPUTED)]


OWN: tuple[type[models.Model], ...] = (Tag, PostTag, Pin, TagAlias, MergedTag, TagRedirect)


def selections_naming(slugs: Iterable[str]) -> Iterator[QuerySet[Any]]:
    """Yield the stored selections, of each model, in which one of these slugs stands, perhaps as a part of another's."""
    condition = Q(pk=None)
    for slug in slugs:
        condition |= Q(expression__contains=slug)
    responses: list[tuple[Any, Any]] = stored_selections.send(sender=Tag)
    for _receiver, querysets in responses:
        for queryset in querysets:
            yield queryset.filter(condition)


def own_selections(**kwargs: Any) -> list[QuerySet[Any]]:
    return [Stream.objects.all(), TagRedirect.objects.all()]


stored_selections.connect(own_selections, dispatch_uid="blog.own_selections")


def read_rows(scope: Scope, before: "dict[str, Rows] | None" = None) -> dict[str, Rows]:
    """Return the rows that an operation on these tags may change; those of `before` too, wherever they are now."""
    found: dict[str, Rows] = {}
    for queryset in _querysets(scope):
        model = queryset.model
        rows = found.setdefault(model._meta.label_lower, {})
        rows.update(_values(queryset))
        if before is not None:
            missing = [pk for pk in before.get(model._meta.label_lower, {}) if pk not in rows]
            for some in batched(missing, CHUNK_SIZE):
                rows.update(_values(model._default_manager.filter(pk__in=some)))
    return found


def _querysets(scope: Scope) -> Iterator[QuerySet[Any]]:
    yield Tag.objects.filter(pk__in=scope.tags)
    posts = PostTag.objects.filter(tag__in=scope.moved)
    yield PostTag.objects.filter(Q(pk__in=posts) | Q(tag__in=scope.tags, content_object__in=posts.values("content_object")))
    yield Pin.objects.filter(tag__in=scope.tags)
    yield TagAlias.objects.filter(Q(tag__in=scope.tags) | Q(slug__in=scope.slugs))
    yield MergedTag.objects.filter(Q(tag__in=scope.tags) | Q(old_id__in=scope.tags))
    yield TagRedirect.objects.filter(slug__in=scope.slugs)
    yield from selections_naming(scope.slugs)


def _values(queryset: QuerySet[Any]) -> Rows:
    return {pk: list(values) for pk, *values in queryset.order_by().values_list("pk", *fields_of(queryset.model))}


def difference(before: dict[str, Rows], after: dict[str, Rows]) -> Changes:
    """Return the rows that are another than before, that are gone or that are new."""
    changes: Changes = {}
    for label in before.keys() | after.keys():
        old, new = before.get(label, {}), after.get(label, {})
        changed = {str(pk): [old.get(pk), new.get(pk)] for pk in old.keys() | new.keys() if old.get(pk) != new.get(pk)}
        if changed:
            changes[label] = changed
    return changes


class Change(NamedTuple):
    """One row before an operation and after it."""

    pk: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def changes_of(changes: Changes, model: type[models.Model]) -> list[Change]:
    """Return what changed of a model, each row with the names of its fields."""
    fields = fields_of(model)
    return [
        Change(int(pk), *(None if row is None else dict(zip(fields, row, strict=True)) for row in rows))
        for pk, rows in changes.get(model._meta.label_lower, {}).items()
    ]


def other_selections(changes: Changes) -> list[type[models.Model]]:
    """Return the models with selections that are not among the blog's own rows."""
    own = {model._meta.label_lower for model in OWN}
    return [apps.get_model(label) for label in changes if label not in own]
