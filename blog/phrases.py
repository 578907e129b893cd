"""gettext that remembers: for each word Django goes through the catalogues of every installed app, in the time of a facet."""

from functools import lru_cache

from django.utils import translation

REMEMBERED = 1_000  # phrases, in all languages


def gettext(message: str) -> str:
    """A message in the language of this thread."""
    return _remembered(message, translation.get_language())


@lru_cache(REMEMBERED)
def _remembered(message: str, language: str | None) -> str:
    return translation.gettext(message)
