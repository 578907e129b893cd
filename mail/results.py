"""What became of mail, by week and by recipients' domain, for the admin's first page and `manage.py mail_report`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum

from mail.models import MailCount, Result
from mail.models.counts import day_of

WEEKS = 4
DOMAINS = 8  # with the most mail


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the mail of one week, by its Monday, or to one domain: numbers in the order of `Result`."""

    name: date | str
    numbers: list[int]

    @property
    def by_result(self) -> dict[str, int]:
        return dict(zip(Result.values, self.numbers, strict=True))


def by_week(now: datetime, weeks: int = WEEKS) -> list[Row]:
    """Return those of the last weeks in which anything was sent, the present one first."""
    found = MailCount.objects.since(monday(now, weeks)).order_by().values_list("hour", "result").annotate(Sum("count"))
    return sorted(
        _rows((monday(hour).date(), result, count) for hour, result, count in found),
        key=lambda row: str(row.name),
        reverse=True,
    )


def by_domain(since: datetime, domains: int = DOMAINS) -> list[Row]:
    """Return the domains that most mail went to."""
    found = MailCount.objects.since(since).order_by().values_list("domain", "result").annotate(Sum("count"))
    return sorted(_rows(found), key=lambda row: (-sum(row.numbers), str(row.name)))[:domains]


def monday(moment: datetime, weeks: int = 1) -> datetime:
    """Return when the week began, or the first of so many weeks that end with it."""
    day = day_of(moment)
    return day - timedelta(days=day.weekday(), weeks=weeks - 1)


def _rows(counts: Iterable[tuple[Any, str, int]]) -> list[Row]:
    numbers: dict[Any, list[int]] = defaultdict(lambda: [0] * len(Result))
    for name, result, count in counts:
        numbers[name][Result.values.index(result)] += count
    return [Row(name, each) for name, each in numbers.items()]
