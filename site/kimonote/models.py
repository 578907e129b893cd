"""What the workers agree on: who does a chore that only one of them should do, and when it is due again.

And what a proxy in front has been told to forget.
"""

from datetime import datetime
from typing import Self

from django.db import models


class Turn(models.Model):
    """A chore's next turn. Whoever moves `due` on does the chore: a compare-and-set."""

    chore = models.CharField(max_length=50, primary_key=True)
    due = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chore} at {self.due:%Y-%m-%d %H:%M:%S}"


class Purged(models.Model):
    """The revision up to which the proxy in front was told what to forget, or is being told. A single row (id 1)."""

    ROW = 1

    revision = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.revision)

    @classmethod
    def at(cls, revision: int) -> bool:
        """Say whether that is the revision."""
        return cls.objects.filter(pk=cls.ROW, revision=revision).exists()

    @classmethod
    def held(cls) -> Self:
        """The row, held until the transaction ends: whoever else asks for it waits."""
        cls.objects.bulk_create([cls(pk=cls.ROW, revision=0)], ignore_conflicts=True)
        return cls.objects.select_for_update().get(pk=cls.ROW)

    @classmethod
    def remember(cls, revision: int) -> None:
        cls.objects.update_or_create(pk=cls.ROW, defaults={"revision": revision})


class Shown(models.Model):
    """Where a post was to be seen when the proxy was last told of it: a place on each line."""

    EVERYWHERE = 0  # no post: the places that tell of all of them

    post_id = models.PositiveBigIntegerField(primary_key=True)  # no foreign key: the post may be gone
    places = models.TextField()

    def __str__(self) -> str:
        return f"post {self.post_id}"


class ToPurge(models.Model):
    """A place that the proxy has yet to forget."""

    place = models.CharField(max_length=500)  # not percent-encoded

    def __str__(self) -> str:
        return self.place


def take_turn(chore: str, now: datetime, then: datetime, first: datetime) -> bool:
    """Say whether the chore is this worker's to do now; its next turn is `then`, its very first was due at `first`."""
    if Turn.objects.filter(pk=chore, due__lte=now).update(due=then):
        return True
    if not Turn.objects.filter(pk=chore).exists():
        Turn.objects.bulk_create([Turn(chore=chore, due=first)], ignore_conflicts=True)
    return False
