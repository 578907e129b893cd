"""Pictures that a program sends, taken into the library as the text field of the admin takes them."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from blog.admin.image_upload import take
from publishing.micropub.commands import bad
from publishing.refusals import FORBIDDEN, Refusal
from publishing.tokens import Program


def store(program: Program, file: "UploadedFile[Any]", alt: str = "") -> Any:
    """Add a picture; return it. Raise Refusal where the library does not take it, or not from this user."""
    try:
        return take(program.user, file, alt)
    except ValidationError as error:
        raise bad(" ".join(error.messages)) from None
    except PermissionDenied:
        raise Refusal(FORBIDDEN, _("You may not upload pictures.")) from None
