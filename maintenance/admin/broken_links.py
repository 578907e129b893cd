"""Broken links: a form that starts the check, and its report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import user_has_any_page_permission

from jobs.admin.tools import StartView, ToolViewSet
from jobs.kinds import JobKind

KIND = JobKind("check_links", _("Broken links"), "maintenance.links.check_links", "maintenance/admin/broken_links.html")


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
    kind = KIND.name

    @classmethod
    def may_start(cls, user: Any) -> bool:
        return bool(user_has_any_page_permission(user))

    def parameters(self, form: LinksForm) -> dict[str, Any]:
        return {"others": form.cleaned_data["others"]}


class LinksViewSet(ToolViewSet):
    name = "broken_links"
    url_prefix = "broken-links"
    icon = "link"
    menu_order = 40
    view = LinksView
