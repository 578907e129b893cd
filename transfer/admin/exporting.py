"""Export: a form, and the archive, for whoever asked for it."""

from contextlib import nullcontext
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from jobs.admin.tools import StartView, ToolViewSet
from jobs.kinds import JobKind
from jobs.models import Job
from transfer.admin.blogs import BlogForm
from transfer.rights import blogs_to_export

ARCHIVE = "export.zip"


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return what the job's page shows: the archive's size, while it is there."""
    archive = None if job.is_pending else job.file(ARCHIVE)
    with archive or nullcontext():
        return {"size": archive.size if archive else 0}


KIND = JobKind(
    "export", _("Export"), "transfer.background.export_posts", "transfer/admin/exported.html", shown, blogs_to_export
)


class ExportForm(BlogForm):
    allowed = staticmethod(blogs_to_export)
    public_only = forms.BooleanField(
        label=_("Only what anybody may read"),
        required=False,
        help_text=_("Without drafts and scheduled, private and expired posts."),
    )


class ExportView(StartView):
    page_title = _("Export")
    introduction = _(
        "Everything goes into one file: posts as Markdown that Jekyll, Hugo and this site read, with pictures, tags, authors, "
        "pages, approved comments and old addresses."
    )
    button = _("Export")
    form_class = ExportForm
    kind = KIND

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def parameters(self, form: ExportForm) -> dict[str, Any]:
        return {"blog": form.blog.pk, "public_only": form.cleaned_data["public_only"]}


def download(request: HttpRequest, pk: int) -> FileResponse:
    """Respond with the archive of an export, to whoever started it and still may."""
    job = get_object_or_404(Job.objects.of(request.user), pk=pk, kind=KIND.name)
    if job.parameters["blog"] not in [blog.pk for blog in blogs_to_export(request.user)]:
        raise PermissionDenied
    archive = None if job.is_pending else job.file(ARCHIVE)
    if archive is None:
        raise Http404
    return FileResponse(archive, as_attachment=True, filename=job.result["name"])


class ExportViewSet(ToolViewSet):
    name = "export"
    icon = "download"
    menu_order = 20
    view = ExportView

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/download/", download, name="download")]
