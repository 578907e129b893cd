"""Claims an image while its versions are made, among the workers of however many machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from blog.models import VersionClaim

LONGEST = timedelta(minutes=10)  # that making one image's versions takes; a claim older than that is a killed worker's


@contextmanager
def claimed(image: int) -> Iterator[bool]:
    """Claim an image for the time of the block; give False where another worker has claimed it, or where it is gone."""
    now = timezone.now()
    until = now + LONGEST
    VersionClaim.objects.filter(image=image, until__lte=now).delete()
    try:
        with transaction.atomic():
            VersionClaim.objects.create(image_id=image, until=until)
    except IntegrityError:
        yield False
        return
    try:
        yield True
    finally:
        VersionClaim.objects.filter(image=image, until=until).delete()
