"""What editors decide of the mailing of a post, and what became of its emails."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import models
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mail.models import Result
from mail.models.counts import add_to_counts


class HeldPost(models.Model):
    """A post that no email tells of until an editor releases it: to digests it is as if it had not appeared."""

    post_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: the post may be gone
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return f"post {self.post_id}, held by {self.by}"


class CountedEmails(NamedTuple):
    """What is counted together: attempts to send emails that hold a post."""

    post: int
    domain: str
    result: str


class EmailCountQuerySet(models.QuerySet["EmailCount"]):
    def add(self, counted: Mapping[CountedEmails, int]) -> None:
        """Add these numbers to the counts."""
        numbers = {(post, domain[:255], result): number for (post, domain, result), number in counted.items()}
        rows = self.filter(post_id__in={key[0] for key in numbers}, domain__in={key[1] for key in numbers})
        add_to_counts(rows, numbers, ("post_id", "domain", "result"))

    def by_domain(self, post: int) -> dict[str, dict[str, int]]:
        """Return the numbers of a post's emails by domain and result, those of the most emails first."""
        found: dict[str, dict[str, int]] = {}
        rows = self.filter(post_id=post).annotate(total=Sum("count")).order_by("-total", "domain")
        for domain, result, count in rows.values_list("domain", "result", "count"):
            found.setdefault(domain, {})[result] = count
        return found


class EmailCount(models.Model):
    """A number of attempts to send emails that hold a post, to one domain, with one result."""

    post_id = models.PositiveBigIntegerField()  # no foreign key: the post may be gone
    domain = models.CharField(max_length=255)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    count = models.PositiveIntegerField(default=0)

    objects = EmailCountQuerySet.as_manager()

    class Meta:
        db_table = "signup_lettercount"  # as it was called first: a version before goes on writing to it
        constraints = [models.UniqueConstraint(fields=["post_id", "domain", "result"], name="letter_count_once")]

    def __str__(self) -> str:
        return f"post {self.post_id}, {self.domain} {self.result}: {self.count}"
