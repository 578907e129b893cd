"""The outbox: one row for each email to one recipient, written in the transaction that causes it, sent by the worker."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, StrIndex, Substr
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


KINDS: "dict[str, StrOrPromise]" = {}  # each kind of email with its name in the admin: `compose.register` fills it
BULK: set[str] = set()  # the kinds that go to many at once, and let every other kind pass first


def kinds() -> "list[tuple[str, StrOrPromise]]":
    """Return every kind of email with its name."""
    return list(KINDS.items())


class DeliveryState(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the recipient's server")
    STUCK = "stuck", _("stuck")
    CANCELLED = "cancelled", _("cancelled")


PACED = timedelta(minutes=15)  # beyond which a delivery that was never tried waits for limits, not for a text to settle
OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Chainable queries on deliveries, and the compare-and-set by which a worker claims and ends one."""

    def due(self, now: datetime) -> Self:
        """Return what a worker may claim now: waiting and due, or held by a worker whose lease has run out."""
        return self.filter(state__in=OPEN, due__lte=now)

    def urgent(self) -> Self:
        """Return what somebody waits for: everything but bulk mail."""
        return self.filter(kind__in=KINDS.keys() - BULK)

    def bulk(self) -> Self:
        return self.filter(kind__in=BULK)

    def untried(self) -> Self:
        """Return what waits and was never tried."""
        return self.filter(state=DeliveryState.WAITING, attempts=0)

    def held(self, worker: str) -> Self:
        """Return what this worker has claimed and not yet ended."""
        return self.filter(state=DeliveryState.SENDING, worker=worker)

    def to_address(self, address: str) -> Self:
        """Return those to this address, in any case."""
        return self.filter(to__iexact=address)

    def stuck(self) -> Self:
        return self.filter(state=DeliveryState.STUCK)

    def waiting_since(self, moment: datetime) -> Self:
        """Return what was due then and has had no answer since: no worker runs, or the server cannot be reached."""
        return self.untried().filter(created__lt=moment, due__lte=timezone.now())

    def delayed(self, now: datetime) -> Self:
        """Return what was never tried and is due later than its pace would have it: limits bite."""
        return self.untried().filter(due__gt=now + PACED)

    def ended_before(self, moment: datetime) -> Self:
        """Return what ended before `moment`, stuck deliveries left out."""
        return self.exclude(state__in=(*OPEN, DeliveryState.STUCK)).filter(ended__lt=moment)

    def unchanged(self, read: "Delivery") -> Self:
        """Return the delivery that was read, if nobody has claimed, tried or put it off since."""
        return self.filter(pk=read.pk, state=read.state, worker=read.worker, attempts=read.attempts, due=read.due)

    def end(self, state: DeliveryState, answer: str = "", **more: Any) -> int:
        """Put these deliveries into their last state, with the server's answer; return their number."""
        return self.update(state=state, answer=answer, worker="", ended=timezone.now(), **more)


class Delivery(models.Model):
    """An email to one recipient. Its Message-ID is fixed when the row is written, so that a duplicate can be recognised.

    `context` holds what the kind's composer needs besides `to`; it is emptied once the email is sent.
    """

    key = models.CharField(_("key"), max_length=200, unique=True, help_text=_("What caused it: never sent twice."))
    kind = models.CharField(_("kind"), max_length=20, choices=kinds)
    to = models.CharField(_("recipient"), max_length=320, db_index=True)  # RFC 3696: 64 + 1 + 255
    domain = models.GeneratedField(
        expression=Lower(Substr("to", StrIndex("to", Value("@")) + 1)),
        output_field=models.CharField(_("domain"), max_length=320),
        db_persist=True,
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=255, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due = models.DateTimeField(_("due"), help_text=_("While it is being sent: when the worker's lease ends."))
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    answer = models.TextField(_("the server's words"), blank=True, default="")
    created = models.DateTimeField(_("written"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        indexes = [
            models.Index(fields=["due"], condition=Q(state__in=OPEN), name="delivery_open_due"),
            models.Index(fields=["kind", "due"], condition=Q(state__in=OPEN), name="delivery_open_kind_due"),
            models.Index(fields=["state", "ended"], name="delivery_state_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.to}"

    @property
    def asked(self) -> datetime:
        """Return when somebody asked for it, if its context says so; else when it was written."""
        return parse_datetime(self.context.get("asked_at", "")) or self.created

    @property
    def is_bulk(self) -> bool:
        return self.kind in BULK

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_due(self, now: datetime) -> bool:
        """Return whether a worker may claim it now, as `DeliveryQuerySet.due` does."""
        return self.is_open and self.due <= now
