"""What a token of Wagtail's API may do, and until when; what posts were sent with that they have no field for."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.models import APIToken

from blog.models import PostPage
from publishing.scopes import LABELS


class AccessQuerySet(models.QuerySet["Access"]):
    """Queries of what tokens may do."""

    def valid(self, now: datetime) -> "AccessQuerySet":
        """Return those of tokens that were not ended and have not expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), token__revoked_at=None)

    def of(self, user: User) -> "AccessQuerySet":
        """Return those of a user's tokens, the newest first."""
        return self.filter(token__user=user).select_related("token").order_by("-token__created", "-pk")


class Access(models.Model):
    """What a token may do. One that Wagtail's own page or command made has no such row: it may do all that its user may."""

    token = models.OneToOneField(APIToken, primary_key=True, on_delete=models.CASCADE, related_name="access")
    scopes = models.CharField(max_length=100)  # with blanks between
    client = models.CharField(max_length=500, blank=True, default="")  # the client_id, of a token given by IndieAuth
    me = models.CharField(max_length=500, blank=True, default="")  # the profile URL that it was given for
    expires_at = models.DateTimeField(null=True)

    objects = AccessQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.token}: {self.scopes}"

    @property
    def scope_set(self) -> frozenset[str]:
        return frozenset(self.scopes.split())

    @property
    def labels(self) -> list[Any]:
        """Return what it allows, in words."""
        return [label for scope, label in LABELS.items() if scope in self.scope_set]

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class KeptProperties(models.Model):
    """Properties of an entry that its post has no field for, as a program sent them; shown to programs alone."""

    post = models.OneToOneField(PostPage, primary_key=True, on_delete=models.CASCADE, related_name="kept_properties")
    properties = models.JSONField(default=dict)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.post_id}: {', '.join(self.properties)}"


class AuthorizationCode(models.Model):
    """A code of IndieAuth, which a program exchanges for a token; of the code itself only its hash."""

    code_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client = models.CharField(max_length=500)
    redirect_uri = models.CharField(max_length=500)
    challenge = models.CharField(max_length=100)  # PKCE, S256
    scopes = models.CharField(max_length=100)
    me = models.CharField(max_length=500)
    expires_at = models.DateTimeField(db_index=True)
    token_expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    token = models.ForeignKey(APIToken, null=True, on_delete=models.SET_NULL, related_name="+")

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.client}: {self.scopes}"
