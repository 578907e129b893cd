"""What the workers agree on: who does a chore that only one of them should do, and when it is due again."""

from datetime import datetime

from django.db import models


class Turn(models.Model):
    """A chore's next turn. Whoever moves `due` on does the chore: a compare-and-set."""

    chore = models.CharField(max_length=50, primary_key=True)
    due = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chore} at {self.due:%Y-%m-%d %H:%M:%S}"


def take_turn(chore: str, now: datetime, then: datetime, first: datetime) -> bool:
    """Say whether the chore is this worker's to do now; its next turn is `then`, its very first was due at `first`."""
    if Turn.objects.filter(pk=chore, due__lte=now).update(due=then):
        return True
    if not Turn.objects.filter(pk=chore).exists():
        Turn.objects.bulk_create([Turn(chore=chore, due=first)], ignore_conflicts=True)
    return False
