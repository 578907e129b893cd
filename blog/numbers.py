"""Numbers as the site's language writes them."""

from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language

NUMBERS = 10_000  # kept at once: Django takes longer over one than over the rest of a facet


def number(count: int) -> str:
    """A count as a reader writes it: “1,234”, in German “1.234”. Years are no counts."""
    return str(count) if count < 1000 else grouped(count, get_language())


@lru_cache(NUMBERS)
def grouped(count: int, language: str | None) -> str:
    """The same, for whoever knows the language of this thread."""
    return number_format(count, force_grouping=True) if count >= 1000 else str(count)
