"""Stored selections follow a tag that has another name, or whose addresses lead to a selection: streams, subscriptions …"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver

from blog.models import TagAlias, TagRedirect
from blog.models.fields import fits
from blog.models.revision import locked_revision
from blog.selections.any_of import AnyOf
from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from blog.services.row_changes import selections_naming

selection_follows = Signal()  # sender: the model; `one`, `expression`, `detail`. Whoever receives it stores the selection


@receiver(post_save, sender=TagAlias, dispatch_uid="blog.follow_tag")
def follow_tag(instance: TagAlias, raw: bool = False, **_unused: Any) -> None:
    """An alias is written whenever a slug ceases to be a tag's own: when the tag is renamed, merged or deleted."""
    if not raw:
        follow(instance.slug, Selection.of([instance.tag.slug]))


@receiver(post_save, sender=TagRedirect, dispatch_uid="blog.follow_redirect")
def follow_redirect(instance: TagRedirect, raw: bool = False, **_unused: Any) -> None:
    """Written when a tag is deleted whose addresses lead to several others."""
    if not raw:
        follow(instance.slug, instance.selection)


@locked_revision()
def follow(slug: str, leads_to: Selection) -> None:
    """Have every stored selection that can follow a tag to another selection."""
    for queryset in selections_naming([slug]):
        for one in queryset:
            expression = followed(queryset.model, one.expression, slug, leads_to)
            if expression is None or expression == one.expression:
                continue
            detail = f"{slug} → {leads_to}"
            if not selection_follows.send(sender=queryset.model, one=one, expression=expression, detail=detail):
                queryset.model._default_manager.filter(pk=one.pk).update(expression=expression)


def followed(model: type[Model], expression: str, slug: str, leads_to: Selection) -> str | None:
    """Return what a stored selection becomes; None where it would want a tag and refuse it, or no longer fit its column.

    Another tag takes the place of a tag that is not wanted, too; other selections do where it is wanted.
    """
    is_tag = leads_to == Selection(leads_to.wanted) and len(leads_to.wanted) == 1
    try:
        before = AnyOf.parse(expression)
        if is_tag:
            after = AnyOf.of(choice.renaming({slug: leads_to.wanted[0]}) for choice in before.choices)
        else:
            after = AnyOf.of(choice.replacing(slug, leads_to) for choice in before.choices)
        if after == before:
            return expression
        after.check()
    except SelectionError:  # only its owner knows what is meant
        return None
    return str(after) if fits(model, str(after)) else None


def left_behind(slugs: Iterable[str], leads_to: Selection) -> Iterator[tuple[type[Model], list[Any]]]:
    """Yield the stored selections, by model, that cannot follow tags which one after another lead to a selection."""
    for queryset in selections_naming(slugs):
        if named := [one for one in queryset if not _follows(queryset.model, one.expression, slugs, leads_to)]:
            yield queryset.model, named


def _follows(model: type[Model], expression: str, slugs: Iterable[str], leads_to: Selection) -> bool:
    for slug in slugs:
        changed = followed(model, expression, slug, leads_to)
        if changed is None:
            return False
        expression = changed
    return True
