"""Broken links: a form that starts the check, and its report."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from blog.admin.page_choosers import explorable_pages
from jobs.admin.tools import StartView, ToolViewSet
from jobs.kinds import JobKind
from jobs.models import Job
from maintenance.rights import rows_among
from wagtail_actions.users import admin_user


def shown(job: Job, request: HttpRequest) -> dict[str, Any]:
    """Return the broken links of the posts that the user may still see."""
    return {"posts": rows_among(explorable_pages(admin_user(request)), job)}


KIND = JobKind("check_links", _("Broken links"), "maintenance.links.check_links", "maintenance/admin/broken_links.html", shown)


class LinksForm(forms.Form):
    others = forms.BooleanField(
        label=_("Links to other sites, too"),
        required=False,
        help_text=_("They are asked one after the other: a thousand take some ten minutes."),
    )


class LinksView(StartView):
    page_title = _("Broken links")
    introduction = _("The links and pictures of all public posts that you may see here are followed, as any reader could.")
    button = _("Check links")
    form_class = LinksForm
    kind = KIND

    def parameters(self, form: LinksForm) -> dict[str, Any]:
        return {"others": form.cleaned_data["others"]}


class LinksViewSet(ToolViewSet):
    name = "broken_links"
    url_prefix = "broken-links"
    icon = "link"
    menu_order = 40
    view = LinksView
