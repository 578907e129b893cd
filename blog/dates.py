"""Dates in words, in the site's language."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format


def day(moment: datetime) -> str:
    """A day as a reader writes it, in the site's time zone: “24 January 2018”."""
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def month_name(year: int, month: int) -> str:
    """“January 2018”."""
    return date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")
