"""What digests store: which posts have been news, and in which edition."""

from typing import Self

from django.db import models

from blog.models import PostPage


class Edition(models.Model):
    """Posts that became visible to everyone between two checks of the blogs, those that came back included.

    Numbers have no gap: the first worker to write the next number has written it, so an edition is complete before the next.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    seen = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.number)


class NewsQuerySet(models.QuerySet["News"]):
    def to_be_mailed(self) -> Self:
        """Return those that neither an import brought nor the editor excluded."""
        return self.exclude(post_id__in=PostPage.objects.filter(unannounced=True).values("pk"))


class News(models.Model):
    """The first time that a post became visible to everyone. It never becomes news again.

    Whose email was written while the post was hidden is sent it with the edition in which it came back.
    """

    post_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: the post may be gone
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="news")
    appeared = models.DateTimeField()  # when it was published; where that is not known, when it was first seen
    hidden = models.BooleanField(default=False)
    returned = models.PositiveBigIntegerField(null=True)  # the edition in which it was last shown again

    objects = NewsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"post {self.post_id} in edition {self.edition_id}"
