"""Renaming a tag in subscriptions and sign-up pages, so that they go on selecting the same posts."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from signup.models import Event, SignupPage, Subscriber
from signup.services.history import note


@transaction.atomic
def rename_tag(old: str, new: str) -> None:
    """Replace a tag's slug in every selection that names it, and note that in the subscribers' histories."""
    for subscriber in _naming(Subscriber.objects.all(), old):
        if (renamed := _renamed(subscriber.expression, old, new)) is not None:
            subscriber.expression = renamed
            subscriber.save(update_fields=["expression"])
            note(subscriber, Event.CHANGED, f"{old} → {new}")
    for page in _naming(SignupPage.objects.all(), old):
        if (renamed := _renamed(page.expression, old, new)) is not None:
            SignupPage.objects.filter(pk=page.pk).update(expression=renamed)


def _naming(found: QuerySet[Any], tag: str) -> QuerySet[Any]:
    """Return those in whose selection the tag's slug stands, perhaps as a part of another's."""
    return found.filter(expression__contains=tag)


def _renamed(expression: str, old: str, new: str) -> str | None:
    """Return the selection under the tag's new name; None where nothing changes, or where it would contradict itself."""
    try:
        renamed = Selection.parse(expression).renaming({old: new})
        renamed.check()
    except SelectionError:  # wanted by one name and unwanted by the other: only its owner knows what is meant
        return None
    return str(renamed) if str(renamed) != expression else None
