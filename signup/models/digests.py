"""What digests store: which posts have been news, in which edition, and the last edition that each subscriber was sent."""

from typing import Self

from django.db import models


class Edition(models.Model):
    """Posts that became visible to everyone between two checks of the blogs.

    Numbers have no gap: the first worker to write the next number has written it, so an edition is complete before the next.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    seen = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.number)


class NewsQuerySet(models.QuerySet["News"]):
    def between(self, after: int, last: int) -> Self:
        """Return the news of the editions after one and up to another."""
        return self.filter(edition__gt=after, edition__lte=last)

    def fresh(self) -> Self:
        """Return those that were new when they appeared, not out of an archive."""
        return self.filter(published__isnull=False)


class News(models.Model):
    """The first time that a post became visible to everyone. It never becomes news again."""

    post_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: the post may be gone
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="news")
    published = models.DateTimeField(null=True)  # the date it bore; None when that was long ago: it is an old post

    objects = NewsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"post {self.post_id} in edition {self.edition_id}"


class DigestMark(models.Model):
    """The last edition that a subscriber's digests hold, and the period in which they were last written."""

    subscriber = models.OneToOneField(
        "signup.Subscriber", primary_key=True, on_delete=models.CASCADE, related_name="digest_mark"
    )
    edition = models.PositiveBigIntegerField(default=0)
    period = models.CharField(max_length=20, default="")

    def __str__(self) -> str:
        return f"subscriber {self.subscriber_id} up to edition {self.edition}"
