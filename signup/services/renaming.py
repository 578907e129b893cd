"""Subscriptions and sign-up pages follow tags that are renamed, merged or deleted, and streams that are deleted."""

from collections.abc import Callable

from blog.models import Stream
from blog.models.revision import locked_revision
from blog.models.selections import fits
from blog.selections.errors import SelectionError
from blog.selections.selection import Selection
from signup.models import AnyOf, Event, SignupPage, Subscription
from signup.services.history import locked, note


def rename_tag(old: str, new: str) -> None:
    """Replace a tag's slug in every selection that names it, and note that in the subscribers' histories."""
    _change(old, lambda selection: selection.renaming({old: new}), f"{old} → {new}")


def replace_tag(slug: str, other: Selection) -> None:
    """Put another selection in place of a deleted tag, wherever it is wanted."""
    _change(slug, lambda selection: selection.replacing(slug, other), f"{slug} → {other}")


@locked_revision()
def _change(slug: str, change: Callable[[Selection], Selection], detail: str) -> None:
    """Change every selection that names a tag; a slug may stand in an expression as a part of another's."""
    for subscription in Subscription.objects.filter(expression__contains=slug).order_by("subscriber_id", "pk"):
        if (changed := _changed(subscription.expression, change)) is not None and fits(Subscription, changed):
            _select(subscription, changed, detail)
    for page in SignupPage.objects.filter(expression__contains=slug):
        if (changed := _changed(page.expression, change)) is not None and fits(SignupPage, changed):
            SignupPage.objects.filter(pk=page.pk).update(expression=changed)


@locked_revision()
def leave_stream(stream: Stream) -> None:
    """Let subscriptions to a stream that is deleted select what it selected at last."""
    for subscription in Subscription.objects.filter(stream=stream).order_by("subscriber_id"):
        subscription.stream = None
        _select(subscription, str(AnyOf.parse(stream.expression)), f"{stream.name} ✕")


def _select(subscription: Subscription, expression: str, detail: str) -> None:
    """Give a subscription another selection; where its subscriber has that already, the two become one."""
    held = locked(subscription.subscriber)
    subscription.expression = expression
    for other in Subscription.objects.like(subscription).exclude(pk=subscription.pk):
        if other.confirmed_at and (subscription.confirmed_at is None or other.confirmed_at <= subscription.confirmed_at):
            subscription.delete()
            return
        other.delete()
    subscription.save(update_fields=["expression", "stream"])
    note(held, Event.CHANGED, detail, subscription)


def _changed(expression: str, change: Callable[[Selection], Selection]) -> str | None:
    """Return the selections as changed; None where nothing changes, or where one would contradict itself."""
    try:
        changed = AnyOf.of(map(change, AnyOf.parse(expression).choices))
        changed.check()
    except SelectionError:  # wanted by one name and unwanted by the other: only its owner knows what is meant
        return None
    return str(changed) if str(changed) != expression else None
