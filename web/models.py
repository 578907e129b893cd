"""Counters of rate limits."""

from django.db import models


class Counter(models.Model):
    """How many forms one key (a network, an address's HMAC, a domain, all) has sent in one span."""

    key = models.CharField(max_length=300, unique=True)
    count = models.PositiveIntegerField(default=0)
    ends = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
