"""What the workers agree on: who does a chore that only one of them should do, and when it is due again.

And in which language words are stored.
"""

from datetime import datetime

from django.db import models


class Turn(models.Model):
    """A chore's next turn. Whoever moves `due` on does the chore: a compare-and-set."""

    chore = models.CharField(max_length=50, primary_key=True)
    due = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chore} at {self.due:%Y-%m-%d %H:%M:%S}"


class StoredWords(models.Model):
    """The language, and the time zone of the dates, that stored cards and texts were rendered in. A single row (id 1)."""

    ROW = 1

    language = models.CharField(max_length=20)
    time_zone = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.language}, {self.time_zone}"


def take_turn(chore: str, now: datetime, then: datetime, first: datetime) -> bool:
    """Say whether the chore is this worker's to do now; its next turn is `then`, its very first was due at `first`."""
    if Turn.objects.filter(pk=chore, due__lte=now).update(due=then):
        return True
    if not Turn.objects.filter(pk=chore).exists():
        Turn.objects.bulk_create([Turn(chore=chore, due=first)], ignore_conflicts=True)
    return False
