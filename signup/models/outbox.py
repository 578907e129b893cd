"""The outbox: a row for each mail to one recipient, written together with what caused it, sent by the worker."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kind(models.TextChoices):
    """What a mail is for; its templates bear this name."""

    CONFIRM = "confirm", _("confirmation")
    ALREADY = "already", _("reminder of the subscription")
    DIGEST = "digest", _("new posts")
    TEST = "test", _("test")


OTHER_KINDS: "dict[str, StrOrPromise]" = {}  # other rooms' letters, with their names: `delivery.register` puts them here


def kinds() -> "list[tuple[str, StrOrPromise]]":
    """Every kind of mail with its name."""
    return [*Kind.choices, *OTHER_KINDS.items()]


class MailState(models.TextChoices):
    """How far a mail has come."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the recipient's server")
    STUCK = "stuck", _("stuck")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (MailState.WAITING, MailState.SENDING)


class MailQuerySet(models.QuerySet["Mail"]):
    """Chainable questions about mails, and the compare-and-set by which a worker claims and ends one."""

    def due(self, now: datetime) -> Self:
        """What a worker may claim now: waiting and due, or held by a worker whose lease has run out."""
        return self.filter(state__in=OPEN, due__lte=now)

    def held(self, worker: str) -> Self:
        """What this worker has claimed and not yet ended."""
        return self.filter(state=MailState.SENDING, worker=worker)

    def stuck(self) -> Self:
        return self.filter(state=MailState.STUCK)

    def waiting_since(self, moment: datetime) -> Self:
        """What has been due and never got an answer about itself since then: no worker runs, or the server is out of reach."""
        return self.filter(state=MailState.WAITING, attempts=0, created__lt=moment, due__lte=timezone.now())

    def ended_before(self, moment: datetime) -> Self:
        """What needs no one any more, and has not for long: neither open nor stuck."""
        return self.exclude(state__in=(*OPEN, MailState.STUCK)).filter(ended__lt=moment)

    def take(self, pk: int, worker: str, now: datetime, until: datetime) -> bool:
        """Claim one mail, unless someone else did; a claim left by a dead worker has cost the mail an attempt."""
        lost = When(state=MailState.SENDING, then=F("attempts") + 1)
        attempts = Case(lost, default=F("attempts"), output_field=models.PositiveSmallIntegerField())
        claim = {"state": MailState.SENDING, "worker": worker, "due": until, "attempts": attempts}
        return self.due(now).filter(pk=pk).update(**claim) == 1

    def end(self, state: MailState, answer: str = "", **more: Any) -> int:
        """Put these mails into their last state, with the server's words."""
        return self.update(state=state, answer=answer, worker="", ended=timezone.now(), **more)


class Mail(models.Model):
    """A mail to one recipient. Its Message-ID is fixed when it is written: a duplicate can be known as one."""

    key = models.CharField(_("key"), max_length=200, unique=True, help_text=_("What caused it: never sent twice."))
    kind = models.CharField(_("kind"), max_length=20, choices=kinds)
    to = models.CharField(_("recipient"), max_length=320)  # RFC 3696: 64 + 1 + 255
    subscriber = models.ForeignKey(
        "signup.Subscriber", verbose_name=_("subscriber"), null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=255, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due = models.DateTimeField(_("due"), help_text=_("While it is being sent: when the worker's lease ends."))
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    answer = models.TextField(_("the server's words"), blank=True, default="")
    created = models.DateTimeField(_("written"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        indexes = [
            models.Index(fields=["due"], condition=Q(state__in=OPEN), name="mail_open_due"),
            models.Index(fields=["state", "ended"], name="mail_state_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.to}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
