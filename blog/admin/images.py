"""Images in the library: a description is asked for, and what cannot be decoded is refused."""

from typing import Any

from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _
from wagtail.images.forms import BaseImageForm, ImageInsertionForm

from blog.images.intake import ImageField

# Wagtail's form asks for the alternative text when an image is chosen for a text, and for a format that Markdown does not have.
ImageInsertionForm.base_fields["format"].initial = "fullwidth"
ImageInsertionForm.base_fields["format"].widget = HiddenInput()
ImageInsertionForm.base_fields["alt_text"].label = _("Alternative text")
ImageInsertionForm.base_fields["image_is_decorative"].label = _("It says nothing: it is there for its looks")


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
