"""The panel on the admin's first page with what became of mail: by week, and this week by recipients' domain."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from mail.models import Delivery, MailCount, Result
from mail.models.counts import day_of

WEEKS = 4
DOMAINS = 8  # with the most mail


@dataclass(frozen=True, slots=True)
class Row:
    """What became of the mail of one week, or to one domain: numbers in the order of `Result`."""

    name: date | str
    numbers: list[int]


class ResultsPanel(Component):
    """Two small tables of accepted, deferred, bounced and complained."""

    order = 260
    template_name = "mail/admin/results_panel.html"

    def __init__(self, now: datetime) -> None:
        self.now = now

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        monday = _monday(self.now)
        return {"results": Result.labels, "weeks": by_week(self.now), "domains": by_domain(monday), "monday": monday}


def by_week(now: datetime) -> list[Row]:
    """Return the last weeks in which anything was sent, the present one first."""
    first = _monday(now) - timedelta(weeks=WEEKS - 1)
    found = MailCount.objects.since(first).order_by().values_list("hour", "result").annotate(Sum("count"))
    return sorted(_rows((_monday(hour).date(), result, count) for hour, result, count in found), key=_name, reverse=True)


def by_domain(since: datetime) -> list[Row]:
    """Return the domains that most mail went to."""
    found = MailCount.objects.since(since).order_by().values_list("domain", "result").annotate(Sum("count"))
    return sorted(_rows(found), key=lambda row: (-sum(row.numbers), str(row.name)))[:DOMAINS]


def _rows(counts: Iterable[tuple[Any, str, int]]) -> list[Row]:
    numbers: dict[Any, list[int]] = defaultdict(lambda: [0] * len(Result))
    for name, result, count in counts:
        numbers[name][Result.values.index(result)] += count
    return [Row(name, each) for name, each in numbers.items()]


def _name(row: Row) -> str:
    return str(row.name)


def _monday(moment: datetime) -> datetime:
    day = day_of(moment)
    return day - timedelta(days=day.weekday())


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel to whoever may see the outbox, once anything was sent."""
    policy = policy_registry.get_by_type(Delivery)
    if policy.user_has_any_permission(request.user, ["view", "change"]) and MailCount.objects.exists():
        panels.append(ResultsPanel(timezone.now()))
