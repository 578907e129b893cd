"""Counters behind the limits on sign-ups: how often something was asked for within a span of time."""

from django.db import models


class Counter(models.Model):
    """How many sign-ups one key (a network, an address's HMAC, a domain, all) has had in one span."""

    key = models.CharField(max_length=300, unique=True)
    count = models.PositiveIntegerField(default=0)
    ends = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
