"""`manage.py strip_image_metadata`: remove position, camera and time from the images that are in the library already."""

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandParser
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

from blog.images.intake import clean


class Command(BaseCommand):
    help = (
        "Remove metadata (position, camera, time, comments) from every image of the library, as is done with new ones: turned "
        "as the metadata said, the colour profile kept. The worker makes the versions of a changed image again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only name the images that have metadata.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        counts = {"stripped": 0, "clean": 0, "failed": 0}
        images = get_image_model().objects
        for pk in list(images.order_by("pk").values_list("pk", flat=True)):  # nothing is read while an image is written
            image = images.filter(pk=pk).first()
            if image is None:
                continue
            try:
                changed = self._strip(image, dry_run=dry_run)
            except (OSError, ValidationError) as error:
                reason = " ".join(error.messages) if isinstance(error, ValidationError) else error
                self.stderr.write(f"image {image.pk}, “{image.title}” ({image.file.name}): {reason}")
                counts["failed"] += 1
                continue
            counts["stripped" if changed else "clean"] += 1
        done = "with metadata (a dry run: nothing was changed)" if dry_run else "stripped of metadata"
        rest = f"Without: {counts['clean']}. Not readable: {counts['failed']}."
        self.stdout.write(f"Images {done}: {counts['stripped']}. {rest}")

    def _strip(self, image: AbstractImage, *, dry_run: bool) -> bool:
        """Store the image's file without metadata, under another name; return whether it had any."""
        with image.file.open() as file:
            before = file.read()
        after = clean(BytesIO(before), image.file.name)
        if after.read() == before:
            return False
        self.stdout.write(f"image {image.pk}, “{image.title}” ({image.file.name}) has metadata.")
        if not dry_run:
            replace_file(image, after)
        return True


def replace_file(image: AbstractImage, content: Any) -> None:
    """Store another file of an image, and delete the former and its versions: they may hold metadata too."""
    former, storage = image.file.name, image.file.storage
    content.seek(0)
    image.file = content
    image.save()
    image.renditions.all().delete()
    storage.delete(former)
