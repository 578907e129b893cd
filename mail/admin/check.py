"""The check of `manage.py check_mail` in the admin: every finding on DNS and mail server, with the record that cures it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from mail.deliverability.checking import run
from mail.deliverability.findings import Finding, Level
from mail.models import Delivery
from mail.sending_settings import sending_from_settings

LABELS = {
    Level.OK: gettext_lazy("ok"),
    Level.WARNING: gettext_lazy("warning"),
    Level.ERROR: gettext_lazy("error"),
    Level.NOT_CHECKED: gettext_lazy("not checked"),
}


PERMITTED_MODELS: list[type[Model]] = [Delivery]  # whoever may see one of them may open the check; apps add theirs


def may_check(user: Any) -> bool:
    """Return whether a user may see any of PERMITTED_MODELS, and so whether mail arrives."""
    policies = map(policy_registry.get_by_type, PERMITTED_MODELS)
    return any(policy.user_has_any_permission(user, ["view", "change", "delete"]) for policy in policies)


class CheckMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_check(request.user)


class CheckView(WagtailAdminTemplateMixin, View):
    """Checks anew each time it is opened, for seven seconds at most."""

    page_title = gettext_lazy("Will mail arrive?")
    header_icon = "mail"
    template_name = "mail/admin/check.html"
    name_server = ""  # this machine's

    def get(self, request: HttpRequest) -> HttpResponse:
        if not may_check(request.user):
            raise PermissionDenied
        page: HttpResponse = self.render_to_response(self.get_context_data())
        return page

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": reverse("check_mail:index"), "label": self.get_page_title()}]

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        domain, findings = checked(self.name_server)
        counts = [(level, label, sum(finding.level is level for finding in findings)) for level, label in LABELS.items()]
        context: dict[str, Any] = super().get_context_data(
            domain=domain,
            rows=[(finding, LABELS[finding.level]) for finding in findings],
            summary=", ".join(_("%(level)s: %(count)d") % {"level": label, "count": count} for _level, label, count in counts),
            **more,
        )
        return context


def checked(name_server: str) -> tuple[str, list[Finding]]:
    """Return the domain and the findings on it; a setting that cannot be read is a finding too."""
    try:
        sending = sending_from_settings()
    except ValueError as error:
        return settings.DEFAULT_FROM_EMAIL, [Finding(gettext_noop("settings"), Level.ERROR, "settings", str(error))]
    return sending.domain, run(sending, name_server)


class CheckViewSet(ViewSet):
    name = "check_mail"
    icon = "mail"
    menu_label = gettext_lazy("Will mail arrive?")
    menu_hook = "register_reports_menu_item"
    menu_item_class = CheckMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", CheckView.as_view(), name="index")]


viewset = CheckViewSet()
