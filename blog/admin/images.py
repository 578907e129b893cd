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

from blog.images.intake import ImageField
from blog.images.versions import make_renditions
from blog.models.revision import locked_revision, raise_revision
from blog.models.usage import filters_of, posts_that_use, references_to


class ImageForm(BaseImageForm):
    """Wagtail's form, in which the description says what it is for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            self.fields["file"] = ImageField(label=field.label, widget=field.widget, required=field.required)
        if "description" in self.fields:
            self.fields["description"].label = _("Alternative text")
            self.fields["description"].help_text = _(
                "What the picture says, for whoever does not see it. A text may say it otherwise: ![what it says](image:1). "
                "Leave it empty only for pictures that say nothing."
            )


@receiver(post_save, sender=get_image_model(), dispatch_uid="versions_of_uploaded_image")
def on_image_saved(instance: AbstractImage, raw: bool = False, **kwargs: Any) -> None:
    """Make its renditions once it is stored: later they would keep an editor waiting, and the database with a transaction."""
    if not raw:
        transaction.on_commit(lambda: _make(instance.pk), robust=True)


def _make(pk: int) -> None:
    """Make the renditions that texts show the image in; pages made since it was stored show the file itself, until now."""
    try:
        image = get_image_model().objects.get(pk=pk)
    except ObjectDoesNotExist:  # an import took it back
        return
    before = image.renditions.count()
    make_renditions(image, filters_of(image))
    references = list(references_to(image))
    if references and image.renditions.count() != before:
        with locked_revision():
            raise_revision(posts_that_use(references))
