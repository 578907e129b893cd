"""gettext that remembers: for each word Django goes through the catalogues of every installed app, in the time of a facet."""

from collections.abc import Callable
from functools import lru_cache, partial

from django.utils import translation

REMEMBERED = 1_000  # phrases, in all languages


def spoken(language: str | None = None) -> Callable[[str], str]:
    """gettext in the language of this thread; give the language where it is known, since asking for it takes its time too."""
    return partial(_said, language or translation.get_language())


@lru_cache(REMEMBERED)
def _said(language: str | None, message: str) -> str:
    return translation.gettext(message)
