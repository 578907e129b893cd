"""Import: a file is uploaded, tried in a dry run, and imported by a button beneath its report."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from jobs.admin.tools import StartView, ToolViewSet, to_job
from jobs.files import UPLOAD
from jobs.kinds import JobKind
from jobs.models import Job
from jobs.starting import start
from transfer.admin.blogs import BlogForm
from transfer.rights import blogs_to_import

MAX_UPLOAD = 500  # MB; larger ones are imported by `manage.py import_posts`
OPTIONS = ("as_draft", "file_dates", "overwrite", "fetch_images")  # of the command, which the form has too
SUFFIXES = (".zip", ".xml", ".rss", ".atom", ".json", ".html", ".htm", ".md", ".markdown", ".mdx", ".rst", ".lhs")


def may_begin(job: Job) -> bool:
    """Return whether what a job tried can be imported now."""
    if job.state != "done" or not job.parameters["dry_run"] or not job.files(UPLOAD):
        return False
    return not job.result["refused"] or any(job.result.get(name) for name in ("imported", "changed", "unchanged"))


KIND = JobKind(
    "import",
    _("Import"),
    "transfer.background.import_posts",
    "transfer/admin/imported.html",
    lambda job, request: {"is_dry_run": job.parameters["dry_run"], "may_begin": may_begin(job)},
    blogs_to_import,
)


class ImportForm(BlogForm):
    allowed = staticmethod(blogs_to_import)
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A .zip of a folder of posts (Jekyll, Hugo, Eleventy, Astro, Pelican …) or of an export of this site; an export of "
            "WordPress or Ghost, a feed, bookmarks; or a single post."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    as_draft = forms.BooleanField(label=_("Import every post as a draft"), required=False)
    file_dates = forms.BooleanField(
        label=_("Take when a file was last changed as the date of a post without one"), required=False
    )
    overwrite = forms.BooleanField(
        label=_("Let the file win over what was edited or deleted here since an earlier import"), required=False
    )
    fetch_images = forms.BooleanField(label=_("Fetch the images that posts show from other sites"), required=False)

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        name = Path(file.name or "")
        if name.suffix.lower() not in SUFFIXES:
            words = gettext("“%(name)s” is of no type that can be imported. These types can be: %(types)s.")
            raise ValidationError(words % {"name": name.name, "types": ", ".join(SUFFIXES)})
        if (file.size or 0) > MAX_UPLOAD * 1_000_000:
            words = gettext("The file is larger than %(most)d MB: import it by “manage.py import_posts” on the server.")
            raise ValidationError(words % {"most": MAX_UPLOAD})
        return file


def words_of_form() -> dict[str, str]:
    """Return what a report names in place of the command's options: the form's own, or the command where it has none."""
    labels = {f"--{name.replace('_', '-')}": gettext("“%s”") % ImportForm.base_fields[name].label for name in OPTIONS}
    return {**labels, "--encoding": gettext("--encoding (by “manage.py import_posts” on the server)")}


class ImportView(StartView):
    page_title = _("Import")
    introduction = _("First the file is only read and checked: the report says what would be imported, and nothing is written.")
    button = _("Try it")
    form_class = ImportForm
    kind = KIND

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def parameters(self, form: ImportForm) -> dict[str, Any]:
        chosen = {name: form.cleaned_data[name] for name in OPTIONS}
        return {
            "blog": form.blog.pk,
            "dry_run": True,
            "name": form.cleaned_data["file"].name,
            "words": words_of_form(),
            **chosen,
        }

    def upload(self, form: ImportForm) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        return file


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was tried in a dry run, once."""
    if not KIND.may_start(request.user):
        raise PermissionDenied
    tried = get_object_or_404(Job.objects.of(request.user), pk=pk, kind=KIND.name)
    try:
        if not may_begin(tried):
            raise FileNotFoundError
        job = start(KIND.name, request.user, {**tried.parameters, "dry_run": False}, taken_from=tried)
    except FileNotFoundError:
        messages.error(request, gettext("The file is being imported already, or was deleted after a day: upload it again."))
        return redirect("import:index")
    return to_job(job)


class ImportViewSet(ToolViewSet):
    name = "import"
    icon = "upload"
    menu_order = 10
    view = ImportView

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/begin/", begin, name="begin")]
