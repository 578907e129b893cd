"""The pace of bulk mail: by domain and in all, a warm-up plan, paused and resumed. Other mail never waits for it."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from mail.models import BulkSending, Delivery, MailCount
from mail.models.counts import day_of, hour_of

DAY = timedelta(days=1)
RETENTION = timedelta(days=400)  # of counts
DOMAIN = "domain"  # the scope of a limit for each domain; any other is for all
WARM_UP = (50, 50, 100, 100, 200, 200, 400, 400, 800, 800, 1600, 1600, 3200, 3200, 6400, 6400, 12800, 12800, 25600, 25600)

logger = logging.getLogger(__name__)


def pause(by: str = "") -> bool:
    """Send no bulk mail until `resume`; return False where it was paused already."""
    row = BulkSending.current()
    if row.paused_at is not None:
        return False
    row.paused_at, row.paused_by = timezone.now(), by[:150]
    row.save()
    logger.warning("Bulk mail is paused%s.", f" by {by}" if by else "")
    return True


def resume(by: str = "") -> bool:
    """Send bulk mail again; return False where it was not paused."""
    row = BulkSending.current()
    if row.paused_at is None:
        return False
    row.paused_at, row.paused_by = None, ""
    row.save()
    logger.warning("Bulk mail is resumed%s.", f" by {by}" if by else "")
    return True


def warm_up(first_day: date | None, volumes: Iterable[int] = WARM_UP) -> None:
    """Keep to a plan of daily volumes from a day on; None ends the plan, and what waited for it is due."""
    row = BulkSending.current()
    row.warm_up_from, row.warm_up = first_day, [] if first_day is None else list(volumes)
    row.save()
    Delivery.objects.bulk().untried().update(due=timezone.now())


def clear(now: datetime) -> int:
    """Delete counts older than RETENTION; return the number of rows."""
    return MailCount.objects.filter(hour__lt=now - RETENTION).delete()[0]


class Allowance:
    """How many more bulk mails may leave at the moment, for each domain and in all."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.state = BulkSending.current()
        self.reached: dict[str, datetime] = {}  # by domain, "" for all: when the next mail may leave
        self._limits = [(rule.scope, rule.count, rule.span) for rule in settings.MAIL_PACE]
        volume = self.state.volume(timezone.localdate(now))
        if volume is not None:
            self._limits.append(("all", volume, DAY))
        self._sent = {span: self._count(span) for _scope, _number, span in self._limits}

    @property
    def paused(self) -> bool:
        return self.state.paused_at is not None

    def take(self, domain: str) -> bool:
        """Return whether one more may leave to a domain, and count it; where not, `reached` says until when."""
        for scope, number, span in self._limits:
            concerned = domain if scope == DOMAIN else ""
            counts = self._sent[span]
            if (counts[domain] if concerned else counts.total()) >= number:
                self.reached[concerned] = self._ends(span)
                return False
        for counts in self._sent.values():
            counts[domain] += 1
        return True

    def _count(self, span: timedelta) -> Counter[str]:
        begin = day_of(self.now) if span >= DAY else hour_of(self.now)
        return MailCount.objects.sent_in_bulk().since(begin).by_domain()

    def _ends(self, span: timedelta) -> datetime:
        return day_of(self.now) + DAY if span >= DAY else hour_of(self.now) + timedelta(hours=1)


def admitted(now: datetime, limit: int) -> list[int]:
    """Return the bulk deliveries that may be claimed now; those beyond the pace are made due when it lets them through."""
    due = Delivery.objects.due(now).bulk().order_by("due", "pk")
    found = list(due.values_list("pk", "domain")[:limit])
    if not found:
        return []
    allowance = Allowance(now)
    if allowance.paused:
        return []
    allowed = [pk for pk, domain in found if allowance.take(domain)]
    for domain, until in allowance.reached.items():
        _delay(domain, until, now)
    return allowed if allowed or not allowance.reached else admitted(now, limit)


def _delay(domain: str, until: datetime, now: datetime) -> None:
    """Make what waits for a domain, or all that waits, due at a later time."""
    waiting = Delivery.objects.due(now).bulk()
    number = (waiting.filter(domain=domain) if domain else waiting).update(due=until)
    if number:
        logger.warning("%d mails to %s wait until %s for the pace of bulk mail.", number, domain or "all", f"{until:%H:%M}")
