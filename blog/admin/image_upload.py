"""Pictures pasted or dropped into a text: taken into the library, as its own form would take them."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.images.models import AbstractImage
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from wagtail_actions.users import admin_user

NAME = "text_image_upload"
PASTED = "image.png"  # what browsers call a picture of the clipboard
MOST_TITLE = 255  # characters


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Add the picture `file`, described by `alt`; respond with its id, or with the sentences why it is refused."""
    try:
        image = take(admin_user(request), request.FILES.get("file"), request.POST.get("alt", "").strip())
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    return JsonResponse({"id": image.pk})


def take(user: User, file: "UploadedFile[Any] | None", alt: str) -> AbstractImage:
    """Add a picture for a user; return it. Raise ValidationError with the reasons, PermissionDenied where they may not."""
    model = get_image_model()
    collection = policy_registry.get_by_type(model).collections_user_has_permission_for(user, "add").first()
    if collection is None:
        raise PermissionDenied
    name = file.name if file and file.name and file.name != PASTED else ""
    title = (name.rpartition(".")[0] or alt or _("Picture"))[:MOST_TITLE]
    fields = {"title": title, "description": alt[:MOST_TITLE], "collection": collection.pk, "tags": ""}
    image = model(uploaded_by_user=user, collection=collection)
    form = get_image_form(model)(fields, {"file": file}, instance=image, user=user)
    if not form.is_valid():
        raise ValidationError([sentence for errors in form.errors.values() for sentence in errors])
    form.save()
    log(instance=image, action="wagtail.create", user=user)
    return image
