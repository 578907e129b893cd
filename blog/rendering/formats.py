"""Localised formats of dates and numbers."""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

DAYS = 10_000  # formatted dates in the cache
NUMBERS = 10_000  # formatted numbers in the cache: Django takes longer to format one than the rest of a facet


def day(moment: datetime) -> str:
    """Return a localised date in the site's time zone: “24 January 2018”."""
    return day_in(get_language(), moment)


def day_in(language: str | None, moment: datetime) -> str:
    """Return a localised date; `language` is the thread's active language."""
    return _day(timezone.localtime(moment).date(), language)


@lru_cache(DAYS)
def _day(date: date, language: str | None) -> str:
    return date_format(date, "DATE_FORMAT")


def month_name(year: int, month: int) -> str:
    """Return a localised month and year: “January 2018”."""
    return date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")


def month_of_year(month: int) -> str:
    """Return a localised month: “January”."""
    return str(MONTHS[month])


def number(count: int) -> str:
    """Return a localised count: “1,234”, in German “1.234”. Not for years."""
    return str(count) if count < 1000 else grouped(get_language(), count)


@lru_cache(NUMBERS)
def grouped(language: str | None, count: int) -> str:
    """Return a localised count; `language` is the thread's active language, part of the cache key."""
    return number_format(count, force_grouping=True) if count >= 1000 else str(count)
