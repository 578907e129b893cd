"""Pictures pasted or dropped into a text: taken into the library, as its own form would take them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from blog.admin.page_choosers import admin_user

NAME = "text_image_upload"
PASTED = "image.png"  # what browsers call a picture of the clipboard
MOST_TITLE = 255  # characters


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Add the picture `file`, described by `alt`; respond with its id, or with the sentences why it is refused."""
    user, model = admin_user(request), get_image_model()
    collection = policy_registry.get_by_type(model).collections_user_has_permission_for(user, "add").first()
    if collection is None:
        raise PermissionDenied
    file = request.FILES.get("file")
    alt = request.POST.get("alt", "").strip()
    name = file.name if file and file.name and file.name != PASTED else ""
    title = (name.rpartition(".")[0] or alt or _("Picture"))[:MOST_TITLE]
    fields = {"title": title, "description": alt[:MOST_TITLE], "collection": collection.pk, "tags": ""}
    image = model(uploaded_by_user=user, collection=collection)
    form = get_image_form(model)(fields, request.FILES, instance=image, user=user)
    if not form.is_valid():
        sentences = [sentence for errors in form.errors.values() for sentence in errors]
        return JsonResponse({"error": " ".join(map(str, sentences))}, status=400)
    form.save()
    log(instance=image, action="wagtail.create", user=user)
    return JsonResponse({"id": image.pk})
