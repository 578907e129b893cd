"""Suppressions: addresses that are never written to, and the count of soft bounces that leads there."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from mail.mailboxes import folded

HMAC_SALT = "mail.address"


class SuppressionReason(models.TextChoices):
    """Why an address is suppressed."""

    BOUNCE = "bounce", _("mail came back")
    COMPLAINT = "complaint", _("reported as spam")
    REFUSED = "refused", _("“this was not me”")
    EDITOR = "editor", _("by an editor")
    ERASED = "erased", _("erased")


def address_hmacs(address: str) -> list[str]:
    """Return the HMACs (hex) of an address, in any case, under the present secret key and each of SECRET_KEY_FALLBACKS."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(HMAC_SALT, address.lower(), secret=key, algorithm="sha256").hexdigest() for key in keys]


def mailbox_hmacs(address: str) -> list[str]:
    """Return the HMACs of the mailbox that an address leads to, the same for all its spellings."""
    return address_hmacs(folded(address))


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def of(self, address: str) -> "SuppressionQuerySet":
        """Return what is stored about an address."""
        return self.filter(address_hmac__in=address_hmacs(address))

    def of_mailbox(self, address: str) -> "SuppressionQuerySet":
        """Return what is stored about an address, and what the owner of its mailbox said at another spelling of it."""
        return self.filter(Q(address_hmac__in=address_hmacs(address)) | Q(mailbox_hmac__in=mailbox_hmacs(address)))

    def active(self) -> "SuppressionQuerySet":
        """Return those under which nothing is sent."""
        return self.exclude(reason="")


class Suppression(models.Model):
    """What is stored about an address to which mail did not get, or should not; without a `reason` it is written to."""

    address_hmac = models.CharField(max_length=64, unique=True)
    mailbox_hmac = models.CharField(max_length=64, blank=True, db_index=True)  # where its owner said never to write
    reason = models.CharField(max_length=9, choices=SuppressionReason, blank=True)
    bounce_score = models.PositiveSmallIntegerField(default=0)  # bounces in a row
    bounced_at = models.DateTimeField(null=True)

    objects = SuppressionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.address_hmac[:12]}: {self.reason or self.bounce_score}"
