"""Find and replace: a form, the list of what would be changed, and a button that changes it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from blog.admin.post_undo import operations_of
from jobs.admin.tools import StartView, ToolViewSet, to_job
from jobs.kinds import JobKind
from jobs.models import Job
from jobs.starting import start
from maintenance.pattern import MAX_PATTERN, MAX_REPLACEMENT, Pattern, PatternFault
from maintenance.rights import editable_pages, rows_among
from wagtail_actions.users import admin_user


def found(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return what was found in posts that the user may still change."""
    posts = rows_among(editable_pages(admin_user(request)), job)
    words = "{times} {in_posts}".format(**_counts(sum(post["number"] for post in posts), len(posts)))
    return {"posts": posts, "words": words, "may_begin": may_begin(job)}


def may_begin(job: Job) -> bool:
    """Return whether what was found can be replaced now: once."""
    return bool(job.state == "done" and job.result["posts"] and job.position is None)


def replaced(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return what has been replaced up to now; and once the job has ended, what is to be undone by a button."""
    if not job.position:
        return {}
    counts = _counts(job.position["number"], job.position["posts"])
    context = {"words": gettext("%(times)s replaced %(in_posts)s") % counts}
    if job.is_pending:
        return context
    done = operations_of(admin_user(request)).filter(batch=job.parameters.get("batch"), undone_at=None)
    return context | {"operation": done.first()}


def _counts(number: int, posts: int) -> dict[str, str]:
    """Return how often, and in how many posts: each in words of its own number."""
    return {
        "times": ngettext("%(count)s time", "%(count)s times", number) % {"count": number},
        "in_posts": ngettext("in %(count)s post", "in %(count)s posts", posts) % {"count": posts},
    }


FIND = JobKind("find", _("Find and replace: dry run"), "maintenance.replacing.find", "maintenance/admin/found.html", found)
REPLACE = JobKind("replace", _("Find and replace"), "maintenance.replacing.replace", "blog/admin/changed_many.html", replaced)


class FindForm(forms.Form):
    find = forms.CharField(label=_("Find"), max_length=MAX_PATTERN, strip=False, widget=forms.Textarea(attrs={"rows": 2}))
    replacement = forms.CharField(
        label=_("Replace by"), max_length=MAX_REPLACEMENT, strip=False, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_expression = forms.BooleanField(
        label=_("A regular expression"),
        required=False,
        help_text=_(r"As Python has them; \1 or \g<name> in the replacement is what a group has found."),
    )
    match_case = forms.BooleanField(label=_("Upper and lower case as written"), required=False, initial=True)
    fields_searched = forms.ChoiceField(
        label=_("Where"), choices=[("text", _("in texts")), ("all", _("in titles, subtitles, summaries and texts"))]
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            data |= {name: data[name].replace("\r\n", "\n") for name in ("find", "replacement")}
            try:
                Pattern(data["find"], data["replacement"], data["is_expression"], data["match_case"]).check_syntax()
            except PatternFault as fault:
                raise ValidationError(gettext("This expression cannot be used. %s") % fault) from fault
        return data


class FindView(StartView):
    page_title = _("Find and replace")
    introduction = _(
        "First you get a list of what is found in the posts that you may change. Nothing is replaced before you say so."
    )
    button = _("Find")
    form_class = FindForm
    kind = FIND

    def parameters(self, form: FindForm) -> dict[str, Any]:
        data = form.cleaned_data
        asked = {name: data[name] for name in ("find", "replacement", "is_expression", "match_case")}
        return {**asked, "fields": data["fields_searched"]}


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace what was found, once."""
    if not REPLACE.may_start(request.user):
        raise PermissionDenied
    tried = get_object_or_404(Job.objects.of(request.user), pk=pk, kind=FIND.name)
    is_first = may_begin(tried) and Job.objects.filter(pk=pk, position__isnull=True).update(position={"begun": True})
    if not is_first:
        messages.error(request, gettext("This is being replaced already: find it anew."))
        return redirect("find_replace:index")
    posts = [one["post"] for one in tried.result["posts"]]
    return to_job(start(REPLACE.name, request.user, {**tried.parameters, "posts": posts, "batch": str(uuid4())}))


class FindReplaceViewSet(ToolViewSet):
    name = "find_replace"
    url_prefix = "find-replace"
    icon = "search"
    menu_order = 30
    view = FindView

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/begin/", begin, name="begin")]
