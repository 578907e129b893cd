"""The versions of pictures as a job: of all that lack some, where the worker makes a few at a time between its other tasks."""

from typing import Any, Final

from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from blog.batches import batched
from blog.images.visibility import EDITOR_ACTIONS
from blog.services.image_files import BATCH, VersionMaker, place_image_files
from jobs.kinds import Run
from jobs.models import Job
from jobs.starting import start

KIND: Final = "make_versions"
SOON: Final = "make_versions_soon"  # what the worker would make anyway: whoever imports needs no right on pictures


def make_missing(run: Run) -> dict[str, int]:
    """Make what is missing; an image whose versions another process makes is left to it.

    What fails is named as far as the user may see it in the admin.
    """
    maker = VersionMaker()
    images = maker.incomplete()
    run.total = len(images)
    for batch in batched(images, BATCH):
        maker.make_free(batch)
        run.step(len(batch))
    place_image_files()
    failed = {image for image, _file, _version in maker.failed}
    seen = policy_registry.get_by_type(get_image_model()).instances_user_has_any_permission_for(run.user, EDITOR_ACTIONS)
    for title in seen.filter(pk__in=failed).order_by("title").values_list("title", flat=True):
        run.log(_("“%(title)s” cannot be made in every size: the file is damaged, or too large.") % {"title": title})
    return {"images": len(images), "failed": len(failed), "left": len(maker.incomplete())}


def make_soon(user: Any) -> None:
    """Start the job, unless one waits or runs that will find what is missing now."""
    if not Job.objects.pending().filter(kind__in=(KIND, SOON), done=0).exists():
        start(SOON, user, {})
