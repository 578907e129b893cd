"""Subscribers, and the record of what each of them agreed to, when, and in which words."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db import models
from django.db.models import Count, Q, Value
from django.db.models.functions import Concat, Replace, TruncDate
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from blog.selections.any_of import SEPARATOR
from mail import suppression
from mail.models import SuppressionReason, address_hmacs
from signup.models.schedule import Rhythm, zone_named

NONCE_LENGTH = 12  # characters of 62: over 70 bits


NOTES_HELP = _("For those who care for subscribers. Whoever asks what is held about them is given these remarks too.")


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    CONFIRMED = "confirmed", _("confirmed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
    SUPPRESSED = "suppressed", _("suppressed")


def make_nonce() -> str:
    """Return a random word that binds tokens to this subscriber, so that no link works after an erasure."""
    return get_random_string(NONCE_LENGTH)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Chainable queries on subscribers."""

    def known_as(self, address: str) -> "SubscriberQuerySet":
        """Return whoever has this address, in any case; also someone erased."""
        return self.filter(Q(address_hmac__in=address_hmacs(address)) | Q(address=address)).order_by("pk")

    def confirmed(self) -> "SubscriberQuerySet":
        return self.filter(state=State.CONFIRMED)

    def not_erased(self) -> "SubscriberQuerySet":
        """Return all but the erased, of whom nothing but an HMAC remains."""
        return self.exclude(address="")

    def paused(self, now: datetime) -> "SubscriberQuerySet":
        """Return those of whose subscriptions one is paused."""
        return self.filter(pk__in=self.model.objects.filter(subscriptions__paused_until__gt=now).values("pk"))

    def naming(self, tag: str) -> "SubscriberQuerySet":
        """Return those of whose selections one names `tag`, wanted or, written `-tag`, unwanted."""
        plain = Replace("subscriptions__expression", Value(SEPARATOR), Value("+"))
        words = Concat(Value("+"), plain, Value("+"))
        return self.filter(pk__in=self.model.objects.alias(words=words).filter(words__contains=f"+{tag}+").values("pk"))

    def found_by(self, words: str) -> "SubscriberQuerySet":
        """Return those whose address holds these words, or who had exactly this address until it was erased."""
        return self.filter(Q(address__icontains=words) | Q(address_hmac__in=address_hmacs(words.strip())))

    def counts(self) -> dict[str, int]:
        """Return the number of subscribers in each state."""
        found = dict(self.order_by().values_list("state").annotate(Count("pk")))
        return {state: found.get(state, 0) for state in State.values}


class Subscriber(models.Model):
    """An address and what it is to be sent. Once erased, only `address_hmac` says whose it was."""

    address = models.CharField(_("address"), max_length=320, blank=True)
    address_hmac = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING, db_index=True)
    suppressed_because = models.CharField(_("suppressed because"), max_length=9, choices=SuppressionReason, blank=True)
    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    created = models.DateTimeField(_("signed up"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, db_index=True)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True)  # empty: the site's
    last_digest_at = models.DateTimeField(_("last digest"), null=True, blank=True)
    told = models.JSONField(default=dict, editable=False)  # posts sent that another subscription may bring too: id → edition
    notes = models.TextField(
        _("remarks"),
        blank=True,
        default="",
        db_default="",
        max_length=5_000,
        help_text=NOTES_HELP,
    )
    nonce = models.CharField(max_length=NONCE_LENGTH, default=make_nonce, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=~Q(address=""), name="subscriber_address_once"),
        ]
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return self.address or str(_("erased"))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of their emails: their own, or the site's."""
        return zone_named(self.time_zone)

    @property
    def today(self) -> date:
        """The date where they are."""
        return timezone.localdate(timezone=self.zone)

    @property
    def tomorrow(self) -> date:
        return self.today + timedelta(days=1)

    @property
    def erased(self) -> bool:
        return not self.address

    @admin.display(description=_("subscriptions"))
    def what(self) -> str:
        """Return what they are sent, and how often, subscriptions with semicolons between."""
        return "; ".join(map(str, self.subscriptions.all()))

    @property
    def bounce_score(self) -> int:
        """The number of bounces in a row, as mail counts them for the address."""
        found = suppression.find(self.address) if self.address else None
        return found.bounce_score if found else 0

    @property
    def bounced_at(self) -> datetime | None:
        found = suppression.find(self.address) if self.address else None
        return found.bounced_at if found else None


class Event(models.TextChoices):
    """What was done: by a subscriber, an editor, or a mail server."""

    REQUESTED = "requested", _("asked for mail")
    CONFIRMED = "confirmed", _("confirmed")
    CHANGED = "changed", _("changed the subscription")
    UNSUBSCRIBED = "unsubscribed", _("left")
    SUPPRESSED = "suppressed", _("was suppressed")
    LIFTED = "lifted", _("suppression lifted")
    RESENT = "resent", _("confirmation sent again")
    BOUNCED = "bounced", _("mail came back")


class ConsentQuerySet(models.QuerySet["ConsentRecord"]):
    """Chainable queries on the history of subscribers."""

    def confirmed_by_week(self, weeks: int, now: datetime) -> list[int]:
        """Return how many sign-ups were confirmed in each of the last weeks of seven days, the latest last."""
        today = timezone.localdate(now)
        days = self.filter(event=Event.CONFIRMED, at__gt=now - timedelta(weeks=weeks + 1)).order_by()
        counts = [0] * weeks
        for day, count in days.values_list(TruncDate("at")).annotate(Count("pk")):
            if (age := (today - day).days // 7) < weeks:
                counts[weeks - 1 - age] += count
        return counts


class ConsentRecord(models.Model):
    """One event in a subscriber's history, with the words that were on the page. Rows are added, never changed."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents", verbose_name=_("subscriber"))
    subscription = models.ForeignKey(  # of which it is; of all together without one
        "signup.Subscription", null=True, on_delete=models.SET_NULL, related_name="consents", verbose_name=_("subscription")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    event = models.CharField(_("what"), max_length=12, choices=Event)
    expression = models.CharField(_("selection"), max_length=1000, blank=True)
    stream = models.CharField(_("stream"), max_length=200, blank=True)
    rhythm = models.CharField(_("rhythm"), max_length=6, choices=Rhythm, blank=True)
    wording = models.TextField(_("wording shown"), blank=True)
    network = models.CharField(_("network"), max_length=43, blank=True, help_text=_("Truncated to /24 or /64."))
    actor = models.CharField(_("by whom"), max_length=150, blank=True, help_text=_("Empty: the subscriber."))
    detail = models.CharField(_("detail"), max_length=500, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("consent record")
        verbose_name_plural = _("consent records")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_event_display()}"

    def as_dict(self) -> dict[str, Any]:
        """Return what a subscriber's own download says of this event."""
        names = ("at", "event", "expression", "stream", "rhythm", "wording", "network", "actor", "detail")
        return {name: getattr(self, name) for name in names}
