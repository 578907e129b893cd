"""When emails come: at once, or at an hour of each day or of one day of the week, in the reader's time zone."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DEFAULT_HOUR = 6  # o'clock
HOURS = range(24)
MONDAY = 0  # as `date.weekday` counts
DAY = timedelta(days=1)


class Rhythm(models.TextChoices):
    EACH = "each", _("each note as it appears")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of this name, or the site's where it is empty or not known (any more)."""
    return ZoneInfo(name if name in zone_names() else timezone.get_default_timezone_name())


@cache
def zone_names() -> set[str]:
    """Return the names of all time zones; finding them opens 600 files."""
    return available_timezones()


def next_due(rhythm: str, hour: int, weekday: int, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the first time after `now` at which emails of a rhythm are written; None for those written at once.

    An hour that the clock leaves out in spring comes an hour later, one that it shows twice in autumn counts once.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> noon = datetime(2018, 3, 24, 12, tzinfo=UTC)
    >>> [next_due("daily", hour, 0, berlin, noon).isoformat() for hour in (2, 6)]
    ['2018-03-25T01:00:00+00:00', '2018-03-25T04:00:00+00:00']
    >>> next_due("weekly", 6, MONDAY, berlin, noon).isoformat()
    '2018-03-26T04:00:00+00:00'
    """
    if rhythm == Rhythm.EACH:
        return None
    local = now.astimezone(zone)
    day = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0) - DAY
    while day.astimezone(UTC) <= now or (rhythm == Rhythm.WEEKLY and day.weekday() != weekday):
        day += DAY
    return day.astimezone(UTC)
