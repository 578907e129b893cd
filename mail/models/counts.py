"""What became of mail, by hour and recipients' domain: it outlasts the outbox, and the pace of bulk mail is kept by it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db import models, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Result(models.TextChoices):
    """What became of one attempt to send."""

    ACCEPTED = "accepted", _("accepted")
    DEFERRED = "deferred", _("deferred")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("complained")


class Counted(NamedTuple):
    """What is counted together within an hour."""

    domain: str
    result: Result
    bulk: bool


KEY = ("hour", "domain", "result", "bulk")  # of a row of MailCount


@transaction.atomic
def add_to_counts(rows: models.QuerySet[Any], counted: Mapping[tuple[Any, ...], int], names: tuple[str, ...]) -> None:
    """Add numbers to the `count` of rows that these fields name, in a few statements; a row that is not there is written.

    `rows` holds those rows, and as few others as can be. They are locked in one order: several workers count at once.
    """
    numbers = dict(counted)
    found = {tuple(key): pk for pk, *key in rows.select_for_update().order_by("pk").values_list("pk", *names)}
    if missing := [key for key in numbers if key not in found]:
        new = [rows.model(**dict(zip(names, key, strict=True))) for key in missing]
        rows.bulk_create(new, ignore_conflicts=True)
        found = {tuple(key): pk for pk, *key in rows.select_for_update().order_by("pk").values_list("pk", *names)}
    by_number: dict[int, list[int]] = {}
    for key, number in numbers.items():
        by_number.setdefault(number, []).append(found[key])
    for number, keys in by_number.items():
        rows.filter(pk__in=keys).update(count=F("count") + number)


class MailCountQuerySet(models.QuerySet["MailCount"]):
    """Chainable queries on counts, and the verb that adds to them."""

    def add(self, counted: Mapping[Counted, int], now: datetime) -> None:
        """Add these numbers to the counts of this hour."""
        hour = hour_of(now)
        add_to_counts(self.filter(hour=hour), {(hour, *key): number for key, number in counted.items()}, KEY)

    def since(self, moment: datetime) -> Self:
        return self.filter(hour__gte=moment)

    def sent_in_bulk(self) -> Self:
        """Return the counts of bulk mail that a server was given, whatever it said."""
        return self.filter(bulk=True, result__in=(Result.ACCEPTED, Result.DEFERRED, Result.BOUNCED))

    def by_domain(self) -> "Counter[str]":
        """Return the numbers by domain."""
        return Counter(dict(self.order_by().values_list("domain").annotate(Sum("count"))))


class MailCount(models.Model):
    """A number of results within one hour."""

    hour = models.DateTimeField(_("hour"))
    domain = models.CharField(_("domain"), max_length=255)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    bulk = models.BooleanField(_("bulk mail"), default=False)
    count = models.PositiveIntegerField(_("number"), default=0)

    objects = MailCountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "domain", "result", "bulk"], name="mail_count_once")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.domain} {self.result}: {self.count}"


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """Return the beginning of the day in the site's time zone."""
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
