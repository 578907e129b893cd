"""Subscriptions in words, for pages and emails."""

from collections.abc import Iterable
from functools import partial

from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from blog.paths import selection_url, stream_path
from blog.rendering.describe import describe
from blog.rendering.navigation import name_of
from blog.resolve import without_unknown
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from signup.models import AnyOf, Rhythm, Subscription, Texts


def describe_selections(selections: AnyOf, index: TagIndex, only_known: bool = False) -> str:
    """Return selections in words, their tags and authors under their names: “Notes tagged design or typography”.

    `only_known`: without the tags that no post has, so that no word of a visitor's reaches another's mailbox.
    """
    choices = selections.choices
    if only_known:
        choices = tuple(without_unknown(choice, index.unknown(choice)) for choice in choices)
    if len(choices) > 1 and all(choice == Selection(wanted=choice.wanted) and len(choice) == 1 for choice in choices):
        return _("Notes tagged %s") % get_text_list([name_of(index, choice.wanted[0]) for choice in choices], _("or"))
    described = (describe(one, partial(name_of, index), index.author_name(one.author)) for one in choices)
    return get_text_list(list(described), _("or"))


def describe_subscription(subscription: Subscription, index: TagIndex, only_known: bool = False) -> str:
    """Return what a subscription selects, in words."""
    if subscription.stream:
        return _("the stream “%s”") % subscription.stream.name
    return describe_selections(subscription.selections, index, only_known)


def brings_nothing(subscription: Subscription, index: TagIndex) -> bool:
    """Return whether no note can be in a subscription: each selection wants what no note has, or contradicts itself."""
    return all(
        {*choice.wanted} & {*choice.unwanted} or index.unknown(Selection(choice.wanted, author=choice.author))
        for choice in subscription.selections.choices
    )


def describe_schedule(subscription: Subscription) -> str:
    """Return when a subscription's emails come, and whether with whole texts, in words: “daily at 6:00, with whole texts”."""
    words = _describe_times(subscription)
    return _("%s, with whole texts") % words if subscription.texts == Texts.WHOLE else words


def _describe_times(subscription: Subscription) -> str:
    if subscription.rhythm == Rhythm.EACH:
        return _("each note as it appears")
    hour = f"{subscription.hour}:00"
    if subscription.rhythm == Rhythm.DAILY:
        return _("daily at %s") % hour
    return _("weekly, %(day)s at %(hour)s") % {"day": WEEKDAYS[subscription.weekday], "hour": hour}


def listing_of(subscriptions: Iterable[Subscription]) -> str:
    """Return the path of the listing of what subscriptions select; of every post where they are several."""
    several = list(subscriptions)
    if len(several) == 1 and several[0].stream:
        return stream_path(several[0].stream.slug)
    choices = [choice for one in several for choice in one.selections.choices]
    return selection_url(choices[0] if len(choices) == 1 else Selection())
