"""Attempts to sign in or to open what a password protects; sessions, of which everyone may see and end their own; secrets."""

from datetime import datetime
from importlib import import_module
from typing import Self

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.encryption import decrypt


class AttemptKind(models.TextChoices):
    """What an attempt would open; each has counters of its own."""

    SIGN_IN = "sign-in", _("sign-in")
    PAGE = "page", _("protected page")
    DOCUMENTS = "documents", _("protected documents")
    RESET = "reset", _("password reset")


class SignInAttemptQuerySet(models.QuerySet["SignInAttempt"]):
    """Chainable queries on attempts."""

    def of(self, user: object) -> Self:
        """Return the attempts on this user's account."""
        return self.filter(user=user)

    def failed_since(self, moment: datetime) -> Self:
        return self.filter(success=False, refused=0, at__gte=moment)

    def refused_since(self, moment: datetime) -> int:
        """Return the number of attempts that the limits refused."""
        total: int | None = self.filter(at__gte=moment).aggregate(total=models.Sum("refused"))["total"]
        return total or 0


class SignInAttempt(models.Model):
    """An attempt: on whose account, from which truncated network. `name` is what was typed, shortened: it may be a password.

    Those that the limits refuse are not stored one by one: `refused` is their number within an hour from `at`.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="sign_in_attempts",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=40, blank=True, default="")
    network = models.CharField(_("network"), max_length=50, blank=True, default="")
    kind = models.CharField(_("what for"), max_length=10, choices=AttemptKind, default=AttemptKind.SIGN_IN)
    success = models.BooleanField(_("succeeded"))
    refused = models.PositiveIntegerField(_("refused by limits"), default=0)
    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    objects = SignInAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_attempt_user_at")]

    def __str__(self) -> str:
        network = self.network or _("unknown network")
        return f"{self.name} ({network})"

    def get_success_display(self) -> str:
        """Return what the page about an attempt shows."""
        return gettext("yes") if self.success else gettext("no")


class Session(AbstractBaseSession):
    """A session, with what its owner is shown of it. `accounts.sessions` writes it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    network = models.CharField(max_length=50, blank=True, default="")  # truncated
    browser = models.CharField(max_length=100, blank=True, default="")  # in words
    started_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta(AbstractBaseSession.Meta):
        permissions = [("require_second_factor", _("Must sign in with a second factor"))]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class Authenticator(TOTPDevice):
    """django-otp's device for codes by time (TOTP), whose secret is stored encrypted."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        """Return the secret; raise ValueError where it cannot be decrypted."""
        return decrypt(self.key, self.user_id)
