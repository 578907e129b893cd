"""Mail that came back lately, by the recipient's domain: many at once say that the domain refuses us, not that readers left."""

from datetime import datetime
from typing import Self

from django.db import models


class RecentBounceQuerySet(models.QuerySet["RecentBounce"]):
    def of_domain(self, domain: str, since: datetime) -> Self:
        """Return what came back from a domain since then."""
        return self.filter(domain=domain, at__gt=since)

    def readers(self) -> int:
        """Return the number of addresses concerned."""
        return self.order_by().values("address_hmac").distinct().count()


class RecentBounce(models.Model):
    """A mail that came back. `ignored`: so many of its domain did that it counts for nobody."""

    domain = models.CharField(max_length=255)
    address_hmac = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    answer = models.TextField(blank=True)  # the server's words, without addresses
    ignored = models.BooleanField(default=False)

    objects = RecentBounceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["domain", "at"], name="recent_bounce_domain_at")]

    def __str__(self) -> str:
        return f"{self.domain} {self.at:%Y-%m-%d %H:%M}"
