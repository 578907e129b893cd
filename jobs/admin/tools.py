"""Tools: pages with a form that starts a job, in the menu of that name for whoever may start it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from jobs.kinds import JobKind
from jobs.models import Job
from jobs.starting import start

if TYPE_CHECKING:
    Form = FormView[forms.Form]
else:
    Form = FormView


class StartView(WagtailAdminTemplateMixin, Form):
    """Asks what is to be done, and starts it."""

    template_name = "jobs/admin/start.html"
    form_class: type[forms.Form] = forms.Form
    kind: JobKind
    introduction: Any = ""
    button: Any = _("Start")  # without one there is nothing to start

    def parameters(self, form: Any) -> dict[str, Any]:
        """Return what the job is to know, of what was asked."""
        raise NotImplementedError

    def upload(self, form: Any) -> "UploadedFile[bytes] | None":
        return None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.kind.may_start(request.user):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: forms.Form) -> HttpResponse:
        return to_job(start(self.kind.name, self.request.user, self.parameters(form), self.upload(form)))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]


class ToolMenuItem(MenuItem):
    """An entry of the menu for whoever may start it."""

    view: type[StartView]

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(self.view.kind.may_start(request.user))


class ToolViewSet(ViewSet):
    """A tool: its page, and its entry in the menu."""

    view: type[StartView]
    menu_hook = "register_tools_menu_item"

    @property
    def menu_label(self) -> Any:
        return self.view.page_title

    @property
    def menu_item_class(self) -> type[ToolMenuItem]:
        return type("ToolMenuItem", (ToolMenuItem,), {"view": self.view})

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", self.view.as_view(header_icon=self.icon), name="index")]


def to_job(job: Job) -> HttpResponseRedirect:
    """Lead to a job's page."""
    return HttpResponseRedirect(reverse("jobs:inspect", args=[job.pk]))
