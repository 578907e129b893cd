"""Undoing operations on tags, by the rows stored with them. What was done to a post since stays."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import models
from django.dispatch import Signal
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from blog.models import MergedTag, Pin, PostPage, PostTag, Tag, TagAlias, TagOperation, TagRedirect
from blog.models.relations import insert
from blog.models.revision import locked_revision, raise_revision
from blog.selections.slugs import fold_name
from blog.services.references import index_items
from blog.services.row_changes import Change, changes_of, other_selections
from blog.services.tags import chunks, references_to_tag

selection_restored = Signal()  # sender: the model; `pk`, and the `expression` that was replaced
selections_removed = Signal()  # sender: the model; `rows` by primary key, `since` the operation, `until` its undoing
DERIVED = ("folded_name", "sort_key")  # from the name
RELATED: tuple[type[models.Model], ...] = (Pin, TagAlias, MergedTag, TagRedirect)


class CannotBeUndone(ValueError):
    """What stands in the way; the message is a sentence."""


def undo(operation: TagOperation, user: Any = None) -> None:
    """Restore the rows that an operation changed. Raise CannotBeUndone where what came later makes that impossible."""
    with locked_revision():
        operation = TagOperation.objects.get(pk=operation.pk)
        _refuse(operation)
        now = timezone.now()
        tags = changes_of(operation.changes, Tag)
        _restore_tags(tags)
        for related in RELATED:
            _restore_rows(related, changes_of(operation.changes, related))
        _restore_items(changes_of(operation.changes, PostTag))
        for model in other_selections(operation.changes):
            _restore_selections(model, operation, now)
        for change in tags:
            if change.before is None:
                Tag.objects.filter(pk=change.pk).delete()
        operation.undone_at = now
        operation.save(update_fields=["undone_at"])
        logged = Tag(pk=operation.tags[0], name=operation.source)
        log(logged, "blog.tag.undo", user=user, data={"operation": str(operation)}, title=operation.source)
        raise_revision()


def _refuse(operation: TagOperation) -> None:
    if not operation.is_undoable:
        raise CannotBeUndone(_("This was undone before, or is more than 30 days old."))
    if later := TagOperation.objects.later_than(operation):
        when = date_format(timezone.localtime(later[0].at), "SHORT_DATETIME_FORMAT")
        raise CannotBeUndone(
            _("“%(operation)s” of %(when)s came later and concerns the same tags: undo that first.")
            % {"operation": later[0], "when": when}
        )
    for change in changes_of(operation.changes, Tag):
        _refuse_tag(operation, change)


def _refuse_tag(operation: TagOperation, change: Change) -> None:
    """Raise CannotBeUndone where a tag is gone, has another name, or where its former name is another's by now."""
    present = Tag.objects.filter(pk=change.pk).first()
    if change.after:
        name = change.after["name"]
        if present is None:
            raise CannotBeUndone(_("The tag “%s” has been deleted since.") % name)
        if (present.name, present.slug) != (name, change.after["slug"]):
            raise CannotBeUndone(_("The tag “%(name)s” is called “%(present)s” by now.") % {"name": name, "present": present})
    if change.before is None:
        _refuse_new_posts(operation, change)
        return
    slug, folded = change.before["slug"], fold_name(change.before["name"])
    others = Tag.objects.exclude(pk=change.pk)
    taken = others.filter(models.Q(slug=slug) | models.Q(folded_name=folded) | models.Q(name=change.before["name"])).first()
    alias = TagAlias.objects.filter(slug=slug).exclude(tag__in=operation.tags).first()
    if other := taken or (alias.tag if alias else None):
        raise CannotBeUndone(
            _("“%(name)s” stands for the tag “%(other)s” by now: merge or rename that first.")
            % {"name": change.before["name"], "other": other}
        )


def _refuse_new_posts(operation: TagOperation, change: Change) -> None:
    """Raise CannotBeUndone where posts got a tag since it was split off, which would lose it."""
    known = [item.pk for item in changes_of(operation.changes, PostTag)]
    count = PostTag.objects.filter(tag=change.pk).exclude(pk__in=known).count()
    if count and change.after:
        sentence = ngettext(
            "%(count)d post got the tag “%(name)s” since: merge it into “%(source)s” instead.",
            "%(count)d posts got the tag “%(name)s” since: merge it into “%(source)s” instead.",
            count,
        )
        raise CannotBeUndone(sentence % {"count": count, "name": change.after["name"], "source": operation.source})


def _restore_tags(changes: list[Change]) -> None:
    """Restore the tags that are gone or have another name; those that were new go last."""
    Tag.objects.bulk_create([Tag(pk=change.pk, **change.before) for change in changes if change.before and not change.after])
    for change in changes:
        if change.before and change.after:
            tag = Tag.objects.get(pk=change.pk)
            changed = [name for name, value in change.before.items() if value != change.after[name]]
            names = [name for name in changed if getattr(tag, name) == change.after[name]]  # others were edited since
            for name in names:
                setattr(tag, name, change.before[name])
            for name in DERIVED:
                Tag._meta.get_field(name).pre_save(tag, add=False)  # which bulk_update leaves out
            Tag.objects.bulk_update([tag], [*names, *DERIVED])


def _restore_rows(model: type[models.Model], changes: list[Change]) -> None:
    """Restore aliases, redirects and pins; those whose tag or post is gone stay away."""
    manager = model._default_manager
    manager.filter(pk__in=[change.pk for change in changes]).delete()
    rows = [{"pk": change.pk, **change.before} for change in changes if change.before]
    manager.bulk_create([model(**row) for row in rows if _has_what_it_refers_to(model, row)])


def _has_what_it_refers_to(model: type[models.Model], row: dict[str, Any]) -> bool:
    keys = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return all(field.related_model._default_manager.filter(pk=row[field.attname]).exists() for field in keys)


def _restore_items(changes: list[Change]) -> None:
    """Give posts their tags back, except those that are gone, or that had the tag taken away since."""
    moved: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)  # posts by item
    for change in changes:
        if change.before and change.after:
            moved[change.before["tag_id"], change.after["tag_id"]][change.pk] = change.before["content_object_id"]
    lost = set[int]()  # posts whose editors took the tag away
    for (before, after), posts in moved.items():
        still = set(
            PostTag.objects.filter(tag=after, content_object__in=posts.values()).values_list("content_object", flat=True)
        )
        lost |= set(posts.values()) - still
        _move_back(before, after, still)
    removed = [(change.pk, change.before) for change in changes if change.before and not change.after]
    there = set[int]()
    for some in chunks({row["content_object_id"] for _pk, row in removed} - lost):
        there |= set(PostPage.objects.filter(pk__in=some).values_list("pk", flat=True))
    rows = [(pk, row["content_object_id"], row["tag_id"]) for pk, row in removed if row["content_object_id"] in there]
    insert(PostTag, ("id", "content_object_id", "tag_id"), rows)
    index_items("tagged_items", Tag, rows)


def _move_back(before: int, after: int, posts: set[int]) -> None:
    has_both = set(PostTag.objects.filter(tag=before).values_list("content_object_id", flat=True)) & posts
    for some in chunks(has_both):
        references_to_tag(after).filter(object_id__in=map(str, some)).delete()
        PostTag.objects.filter(tag=after, content_object__in=some).delete_at_once()
    for some in chunks(posts - has_both):
        references_to_tag(after).filter(object_id__in=map(str, some)).update(to_object_id=str(before))
        PostTag.objects.filter(tag=after, content_object__in=some).update(tag=before)


def _restore_selections(model: type[models.Model], operation: TagOperation, now: datetime) -> None:
    """Restore streams and subscriptions, except those that select something else since."""
    changes = changes_of(operation.changes, model)
    for change in changes:
        if change.before and change.after:
            replaced = change.after["expression"]
            rows = model._default_manager.filter(pk=change.pk, expression=replaced)
            if rows.update(expression=change.before["expression"]):
                selection_restored.send(sender=model, pk=change.pk, replaced=replaced)
    removed = {change.pk: change.before for change in changes if change.before and not change.after}
    selections_removed.send(sender=model, rows=removed, since=operation.at, until=now)
