"""Images and documents in the admin's API: those that the user may choose; Wagtail lists all to whoever enters the admin."""

from typing import Any

from django.db.models import QuerySet
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.permissions import policy_registry

from blog.images.visibility import EDITOR_ACTIONS


class ChoosableFiles:
    """Leaves out the files on which the user has no permission."""

    model: type[Any]
    request: Any

    def get_queryset(self) -> QuerySet[Any]:
        allowed = policy_registry.get_by_type(self.model).instances_user_has_any_permission_for(
            self.request.user, EDITOR_ACTIONS
        )
        found: QuerySet[Any] = super().get_queryset().filter(pk__in=allowed.values("pk"))  # type: ignore[misc]  # of a mixin
        return found


class Images(ChoosableFiles, ImagesAdminAPIViewSet):
    pass


class Documents(ChoosableFiles, DocumentsAdminAPIViewSet):
    pass


def register(router: Any) -> None:
    """Replace Wagtail's endpoints: a receiver of its hook."""
    router.register_endpoint("images", Images)
    router.register_endpoint("documents", Documents)
