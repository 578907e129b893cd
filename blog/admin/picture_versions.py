"""Picture versions: a button that has all that are missing made now, and how far that is."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from blog.services.image_files import VersionMaker
from blog.services.version_job import KIND as NAME
from blog.services.version_job import SOON as SOON_NAME
from blog.services.version_job import make_missing
from jobs.admin.tools import StartView, ToolViewSet
from jobs.kinds import JobKind

KIND = JobKind(
    NAME,
    _("Picture versions"),
    f"{make_missing.__module__}.{make_missing.__name__}",
    "blog/admin/versions_made.html",
    may_start=lambda user: policy_registry.get_by_type(get_image_model()).user_has_permission(user, "change"),
)
SOON = replace(KIND, name=SOON_NAME, may_start=user_has_any_page_permission)


class VersionsView(StartView):
    page_title = _("Picture versions")
    kind = KIND

    @cached_property
    def missing(self) -> int:
        """Return the number of pictures that lack a version."""
        return len(VersionMaker().incomplete())

    @property
    def button(self) -> Any:
        return _("Make what is missing") if self.missing else ""

    @property
    def introduction(self) -> Any:
        if not self.missing:
            return _("Every picture has all its sizes and formats.")
        words = ngettext(
            "Of %(count)d picture not every size and format has been made. The worker makes them by and by, those of new "
            "pictures first; here all are made at once, and those that failed are tried again.",
            "Of %(count)d pictures not every size and format has been made. The worker makes them by and by, those of new "
            "pictures first; here all are made at once, and those that failed are tried again.",
            self.missing,
        )
        return words % {"count": self.missing}

    def parameters(self, form: forms.Form) -> dict[str, Any]:
        return {}


class VersionsViewSet(ToolViewSet):
    name = "picture_versions"
    url_prefix = "picture-versions"
    icon = "image"
    menu_order = 60
    view = VersionsView
