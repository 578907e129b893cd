"""Profile pictures: they get the checks of the library of images, and lose their metadata."""

from typing import Any

from wagtail.admin.forms.account import AvatarPreferencesForm
from wagtail.images.utils import get_allowed_image_extensions

from blog.images.intake import ImageField, clean


class ProfilePictureField(ImageField):
    """The field of the library, but for SVG, of which Wagtail's form can make no smaller one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.help_text = ""
        self.allowed_image_extensions = [one for one in get_allowed_image_extensions() if one != "svg"]
        self.error_messages["invalid_image_extension"] = self.error_messages["invalid_image"]

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        return file and clean(file, file.name)


def replace_field() -> None:
    """Put the field into Wagtail's form, for which there is no setting."""
    former = AvatarPreferencesForm.base_fields["avatar"]
    AvatarPreferencesForm.base_fields["avatar"] = ProfilePictureField(label=former.label, widget=former.widget, required=False)
