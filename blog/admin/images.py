"""Images in the library: a description is asked for, and their versions are made as soon as they are there."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.forms import BaseImageForm
from wagtail.images.models import AbstractImage

from blog.pictures import versions


class ImageForm(BaseImageForm):
    """Wagtail's form, in which the description says what it is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "description" in self.fields:
            self.fields["description"].label = _("Alternative text")
            self.fields["description"].help_text = _(
                "What the picture says, for whoever does not see it. A text may say it otherwise: ![what it says](image:1). "
                "Leave it empty only for pictures that say nothing."
            )


@receiver(post_save, sender=get_image_model(), dispatch_uid="versions_of_uploaded_image")
def on_image_saved(instance: AbstractImage, raw: bool = False, **kwargs: Any) -> None:
    """Make its versions once it is stored: later they would keep an editor waiting, and the database with a transaction."""
    if not raw:
        transaction.on_commit(lambda: _make(instance.pk), robust=True)


def _make(image: int) -> None:
    try:
        versions(get_image_model().objects.get(pk=image))
    except ObjectDoesNotExist:  # an import took it back
        return
