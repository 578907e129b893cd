"""The versions of pictures as a job: of all that lack some, where the worker makes a few at a time between its other tasks."""

from typing import Any, Final

from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from blog.services.image_files import BATCH, VersionMaker, place_image_files
from jobs.kinds import Run
from jobs.models import Job
from jobs.starting import start

KIND: Final = "make_versions"


def make_missing(run: Run) -> dict[str, int]:
    """Make what is missing; an image whose versions another process makes is left to it."""
    maker = VersionMaker()
    images = maker.incomplete()
    run.total = len(images)
    for first in range(0, len(images), BATCH):
        batch = images[first : first + BATCH]
        maker.make_free(batch)
        run.step(len(batch))
    place_image_files()
    failed = {image for image, _file, _version in maker.failed}
    for title in get_image_model().objects.filter(pk__in=failed).order_by("title").values_list("title", flat=True):
        run.log(_("“%(title)s” cannot be made in every size: the file is damaged, or too large.") % {"title": title})
    return {"images": len(images), "failed": len(failed), "left": len(maker.incomplete())}


def make_soon(user: Any) -> None:
    """Start the job, unless one waits or runs that will find what is missing now."""
    if not Job.objects.pending().filter(kind=KIND, done=0).exists():
        start(KIND, user, {})
