"""Parse the dates of front matter and file names."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from transfer.importing.words import _

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ZONE_OFFSETS = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # RFC 822
MAX_LENGTH = 100  # characters of a date
MIN_YEAR, MAX_YEAR = 1000, 9998  # years that an address can name, in every zone

TIME = r"(?:[T,\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?)?"
ZONE = (  # of Nikola: UTC-03:00; of Go: -0700 PDT
    r"\s*(?:(?:UTC|GMT)(?=[+-]))?(?P<zone>[A-Za-z]+(?:/[A-Za-z_+\-0-9/]+)?|[+-]\d{1,2}(?::?\d{2})?)?(?:(?<=\d)\s+[A-Z]{2,5})?"
)
DATE_PATTERNS = [
    re.compile(form + TIME + ZONE + r"\s*(?:\([^)]*\))?\Z", re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<month>0?[1-9]|1[0-2])/(?P<day>\d{1,2})/(?P<year>\d{4})",  # of the United States
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?:[a-z]+,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})",
        r"(?:[a-z]+,\s+)?(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"[a-z]{3}\s+(?P<month>[a-z]{3})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})",
    )
]


def parse_date(text: str, time_zone: tzinfo) -> datetime:
    """Parse a date, with or without a time; one without a time zone is in `time_zone`. Raise ValueError where it is none.

    >>> [str(parse_date(text, UTC)) for text in ("2014-03-12", "March 2nd, 2014 4:05 pm", "Wed, 12 Mar 2014 10:11:00 -0400")]
    ['2014-03-12 00:00:00+00:00', '2014-03-02 16:05:00+00:00', '2014-03-12 10:11:00-04:00']
    """
    text = " ".join(text[:MAX_LENGTH].split())
    if re.fullmatch(r"\d{9,10}", text):
        return datetime.fromtimestamp(int(text), UTC)
    for form in DATE_PATTERNS:
        if found := form.fullmatch(text):
            return _datetime(found, time_zone)
    raise ValueError(
        _("“%(text)s” is no date that can be read: write it as 2018-05-31 or 2018-05-31 14:30.") % {"text": text[:60]}
    )


def _datetime(found: re.Match[str], time_zone: tzinfo) -> datetime:
    year, month, day = int(found["year"]), _month(found["month"]), int(found["day"])
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if half := found["half"]:
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(
            _("The year %(year)s is out of reach: it must lie between %(min_year)s and %(max_year)s.")
            % {"year": year, "min_year": MIN_YEAR, "max_year": MAX_YEAR}
        )
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found["zone"], time_zone))
    except ValueError as error:
        raise ValueError(
            _("“%(found)s” is no date of the calendar: %(error)s.") % {"found": found[0], "error": error}
        ) from error


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text[:3].lower() not in MONTHS:
        raise ValueError(_("“%(text)s” is no English name of a month.") % {"text": text})
    return MONTHS.index(text[:3].lower()) + 1


def _zone(text: str | None, default: tzinfo) -> tzinfo:
    if not text:
        return default
    if text[0] in "+-":
        hours, minutes = re.fullmatch(r"(\d{1,2}):?(\d\d)?", text[1:]).groups("0")  # type: ignore[union-attr]  # a zone was matched already
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(offset if text[0] == "+" else -offset)
    if text.lower() in ("z", "utc", "gmt"):
        return UTC
    if text.lower() in ZONE_OFFSETS:
        return timezone(timedelta(hours=ZONE_OFFSETS[text.lower()]))
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(_("“%(text)s” is no time zone") % {"text": text}) from error
