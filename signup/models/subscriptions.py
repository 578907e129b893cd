"""Subscriptions: each a selection or a stream that a subscriber is sent, and when."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from blog.models import Stream
from blog.selections.any_of import AnyOf
from signup.models.schedule import DEFAULT_HOUR, MONDAY, Rhythm
from signup.models.subscribers import State, Subscriber

SELECTION = Coalesce("stream__expression", "expression")  # of a subscription: that of its stream, or its own


def is_due(edition: int, now: datetime) -> Q:
    """Return the condition under which what is new up to an edition is to be sent for a subscription."""
    at_once, timed = Q(rhythm=Rhythm.EACH, edition__lt=edition), Q(next_at__lte=now)
    return (at_once | timed) & (Q(paused_until=None) | Q(paused_until__lte=now))


class Texts(models.TextChoices):
    """How much of each note an email holds."""

    EXCERPT = "excerpt", _("its beginning")
    WHOLE = "whole", _("the whole text")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Chainable queries on subscriptions."""

    def asked(self) -> Self:
        """Return those that wait for a confirmation."""
        return self.filter(confirmed_at=None)

    def confirmed(self) -> Self:
        """Return those that were confirmed, of whatever state their subscriber is now."""
        return self.exclude(confirmed_at=None)

    def current(self) -> Self:
        """Return those that may be sent emails."""
        return self.confirmed().filter(subscriber__state=State.CONFIRMED)

    def unscheduled(self) -> Self:
        """Return those whose next email has no time yet: confirmed or changed since the worker last looked."""
        return self.current().filter(next_at=None).exclude(rhythm=Rhythm.EACH)

    def due(self, edition: int, now: datetime) -> Self:
        """Return those to be sent what is new up to an edition."""
        return self.current().filter(is_due(edition, now))

    def at_once(self) -> Self:
        return self.filter(rhythm=Rhythm.EACH)

    def nothing_remembered(self) -> Self:
        """Return those that have missed no post, of subscribers who were sent none that another one may bring too."""
        return self.filter(missed=[], subscriber__told={})

    def like(self, other: "Subscription") -> Self:
        """Return those of the same subscriber to the same stream, or the same selection of the same site."""
        found = self.filter(subscriber_id=other.subscriber_id, stream=other.stream_id)
        return found if other.stream_id else found.filter(site=other.site_id, expression=other.expression)


class Subscription(models.Model):
    """What a subscriber is sent, and when.

    A subscription to a stream selects what the stream does, as it is edited; `expression` is what remains when the stream is
    deleted. `edition`, `next_at` and `missed` belong to `signup.digests`.
    """

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("subscriber")
    )
    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    expression = models.CharField(_("selection"), max_length=1000, blank=True)
    stream = models.ForeignKey(
        Stream, verbose_name=_("stream"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    rhythm = models.CharField(_("rhythm"), max_length=6, choices=Rhythm, default=Rhythm.EACH)
    texts = models.CharField(
        _("how much of each note"), max_length=7, choices=Texts, default=Texts.EXCERPT, db_default=Texts.EXCERPT
    )
    hour = models.PositiveSmallIntegerField(_("hour"), default=DEFAULT_HOUR, validators=[MaxValueValidator(23)])
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=WEEKDAYS, default=MONDAY)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    created = models.DateTimeField(_("asked for"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    edition = models.PositiveBigIntegerField(default=0, editable=False)  # the last of which everything was sent
    next_at = models.DateTimeField(null=True, editable=False, db_index=True)  # of its next email, unless at once
    missed = models.JSONField(default=list, editable=False)  # ids of posts that were hidden when their email was written

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "site", "expression"], condition=Q(stream=None), name="subscription_selection_once"
            ),
            models.UniqueConstraint(
                fields=["subscriber", "stream"], condition=~Q(stream=None), name="subscription_stream_once"
            ),
        ]
        indexes = [models.Index(fields=["edition"], condition=Q(rhythm=Rhythm.EACH), name="subscription_at_once")]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.stream or self.expression or _('every note')} ({self.get_rhythm_display()})"

    @property
    def nonce(self) -> str:
        """The subscriber's nonce: a token for this subscription opens nothing once its subscriber is erased."""
        return self.subscriber.nonce

    @property
    def selections(self) -> AnyOf:
        """What is selected now. Raise SelectionError where what is stored is invalid."""
        return AnyOf.parse(self.stream.expression if self.stream else self.expression)

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None and self.paused_until > timezone.now()
