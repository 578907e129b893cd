"""What digests remember: which posts have been news, in which edition, and how far each subscriber has been told."""

from typing import Self

from django.db import models
from django.db.models import F, Q


class Edition(models.Model):
    """Posts that became visible to everyone between two looks at the blog. Numbers have no gap and are never reused:
    whoever writes the next one first has written it, and an edition is whole before the next begins."""

    number = models.PositiveBigIntegerField(primary_key=True)
    seen = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.number)


class News(models.Model):
    """That a post became visible to everyone for the first time. It never becomes news again."""

    post_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: the post may be gone
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="news")
    published = models.DateTimeField(null=True)  # the date the post bears; None for one too old to be told

    def __str__(self) -> str:
        return f"post {self.post_id} in edition {self.edition_id}"


class MarkQuerySet(models.QuerySet["DigestMark"]):
    def behind(self, edition: int, period: str) -> Self:
        """The marks that have not been moved to this edition, or past this period."""
        return self.filter(~Q(period=period), edition__lt=edition)


class DigestMark(models.Model):
    """The last edition a subscriber has been told of, and the period of their last digest."""

    subscriber = models.OneToOneField("signup.Subscriber", primary_key=True, on_delete=models.CASCADE, related_name="digest_mark")
    edition = models.PositiveBigIntegerField(default=0)
    period = models.CharField(max_length=20, default="")

    objects = MarkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"subscriber {self.subscriber_id} up to edition {self.edition}"
