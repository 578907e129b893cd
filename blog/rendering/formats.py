"""Dates and numbers as the site's language writes them."""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

NUMBERS = 10_000  # kept at once: Django takes longer over one than over the rest of a facet


def day(moment: datetime) -> str:
    """A day as a reader writes it, in the site's time zone: “24 January 2018”."""
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def month_name(year: int, month: int) -> str:
    """“January 2018”."""
    return date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")


def number(count: int) -> str:
    """A count as a reader writes it: “1,234”, in German “1.234”. Years are no counts."""
    return str(count) if count < 1000 else grouped(count, get_language())


@lru_cache(NUMBERS)
def grouped(count: int, language: str | None) -> str:
    """The same, for whoever knows the language of this thread."""
    return number_format(count, force_grouping=True) if count >= 1000 else str(count)
