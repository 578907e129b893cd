"""Descriptions of selections for titles, feeds and e-mails."""

from collections.abc import Callable
from functools import lru_cache

from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from blog.rendering.formats import grouped, month_name
from blog.selections.selection import INTERNAL, Selection

COUNTS = 10_000  # formatted counts in the cache
DESCRIPTIONS = 1_000  # of selections in the cache


def describe(selection: Selection, name_of: Callable[[str], str] = str, author: str = "") -> str:
    """Return the description of a selection: “Notes by Ada tagged programming and kimonote, without email, from 2018”.

    `name_of` gives a tag's name for its slug; `author` is the author's name where the handle is not to stand for it.
    """
    wanted, unwanted = tuple(map(name_of, selection.wanted)), tuple(map(name_of, selection.unwanted))
    return _describe(selection, wanted, unwanted, author, get_language())


@lru_cache(DESCRIPTIONS)
def _describe(
    selection: Selection, wanted: tuple[str, ...], unwanted: tuple[str, ...], author: str, language: str | None
) -> str:
    """Return the description of a selection by its tags' names; `language` is the active one, part of the cache key."""
    text = _whose(selection, author)
    if wanted:
        text += " " + _("tagged %s") % get_text_list([*wanted], _("and"))
    if unwanted:
        text += _(", without %s") % get_text_list([*unwanted], _("or"))
    if selection.year:
        text += _(", from %s") % period_name(selection)
    return text if selection else _("All notes")


def _whose(selection: Selection, author: str) -> str:
    """Return the description of source and author: “Link notes by Ada”."""
    if selection.source is None:
        head = _("Notes")
    else:
        head = _("Notes written here") if selection.source == INTERNAL else _("Link notes")
    return " ".join([head, _("by %s") % (author or f"@{selection.author}")]) if selection.author else head


def period_name(selection: Selection) -> str:
    """Return the year, or month and year, of a selection; empty without one."""
    if not selection.year:
        return ""
    return month_name(selection.year, selection.month) if selection.month else str(selection.year)


def source_name(selection: Selection) -> str:
    """Return what readers call a selection's source; empty without one."""
    if selection.source is None:
        return ""
    return _("written here") if selection.source == INTERNAL else _("links")


def notes(count: int) -> str:
    """Return a formatted number of posts: “1,234 notes”."""
    return notes_in(get_language(), count)


@lru_cache(COUNTS)
def notes_in(language: str | None, count: int) -> str:
    """Return a formatted number of posts; `language` is the thread's active language, part of the cache key."""
    return ngettext("%(count)s note", "%(count)s notes", count) % {"count": grouped(language, count)}
