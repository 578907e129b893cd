"""Lets subscriptions and sign-up pages follow a tag that was renamed or merged: they go on meaning the same notes."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver

from blog.models import TagAlias
from blog.selection import Selection, SelectionError
from signup.history import note
from signup.models import Event, SignupPage, Subscriber


@receiver(post_save, sender=TagAlias, dispatch_uid="signup.follow_tag")
def follow(instance: TagAlias, **_unused: Any) -> None:
    """An alias is written whenever a slug ceases to be a tag's own: by a renaming and by a merge. The blog knows nothing
    of sign-up, so that this is the one place where it can be heard of."""
    rename_tag(instance.slug, instance.tag.slug)


@transaction.atomic
def rename_tag(old: str, new: str) -> None:
    """Let whoever names a tag name it by its new slug, and note that with subscribers."""
    for subscriber in _naming(Subscriber.objects.all(), old):
        if (renamed := _renamed(subscriber.expression, old, new)) is not None:
            subscriber.expression = renamed
            subscriber.save(update_fields=["expression"])
            note(subscriber, Event.CHANGED, f"{old} → {new}")
    for page in _naming(SignupPage.objects.all(), old):
        if (renamed := _renamed(page.expression, old, new)) is not None:
            SignupPage.objects.filter(pk=page.pk).update(expression=renamed)


def _naming(found: QuerySet[Any], tag: str) -> QuerySet[Any]:
    """Those in whose selection the tag's slug stands, perhaps within another's."""
    return found.filter(expression__contains=tag)


def _renamed(expression: str, old: str, new: str) -> str | None:
    """The selection under the tag's new name; None where nothing changes, or where it would contradict itself."""
    try:
        renamed = Selection.parse(expression).renaming({old: new})
        renamed.check()
    except SelectionError:  # wanted by one name and unwanted by the other: only its owner knows what is meant
        return None
    return str(renamed) if str(renamed) != expression else None
