"""The listing of a user's jobs, and a page for each that keeps itself up to date while the job runs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn, UserColumn
from wagtail.admin.viewsets.model import ModelViewSet

from jobs.kinds import kind_of
from jobs.models import Job
from wagtail_actions.actions import Action
from wagtail_actions.spreadsheets import SafeExportIndexView
from wagtail_actions.viewset import ActingInspectView, ActingViewSet

REFRESH = "3"  # seconds between two looks at a job that runs


CANCEL = Action(
    name="cancel",
    label=_("Cancel this job"),
    question=_("Cancel “%(object)s”? What it has done up to now stays."),
    done=_("“%(object)s” will not go on."),
    permission="change",
    icon="cross",
    is_possible=lambda job: job.can_be_cancelled,
    do=lambda job, by: Job.objects.cancel(job.pk),
    serious=True,
)


class JobIndexView(SafeExportIndexView):
    def get_base_queryset(self) -> QuerySet[Job]:
        return (
            Job.objects.of(self.request.user)
            .select_related("started_by__wagtail_userprofile")
            .defer("log", "result", "parameters")
        )


class JobInspectView(ActingInspectView):
    template_name = "jobs/admin/job.html"

    def get_object(self) -> Job:
        job = get_object_or_404(Job.objects.of(self.request.user), pk=self.pk)
        if not kind_of(job.kind).may_start(self.request.user):
            raise PermissionDenied
        return job

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().get(request, *args, **kwargs)
        if self.object.is_pending:
            response.headers["Refresh"] = REFRESH
        return response

    def get_page_title(self) -> str:
        return str(self.object)

    def get_page_subtitle(self) -> str:
        return ""

    @cached_property
    def result(self) -> str:
        """Return what the job's kind shows of its result."""
        kind = kind_of(self.object.kind)
        if not kind.template:
            return ""
        return render_to_string(kind.template, {"job": self.object, **kind.context(self.object, self.request)}, self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(job=self.object, result=self.result, **kwargs)
        return context


class JobViewSet(ActingViewSet):
    model = Job
    icon = "tasks"
    menu_label = _("Jobs")
    menu_order = 900
    menu_hook = "register_tools_menu_item"
    actions = (CANCEL,)
    permissions = ()
    index_view_class = JobIndexView
    inspect_view_class = JobInspectView
    inspect_view_fields = ["state"]
    list_display = [
        "__str__",
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        Column("progress", label=_("Progress"), accessor="progress"),
        UserColumn("started_by", label=_("Started by")),
        DateColumn("created", label=_("Asked for"), sort_key="created"),
    ]
    list_export: list[str] = []


viewset: ModelViewSet = JobViewSet("jobs")
