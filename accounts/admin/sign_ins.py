"""The last sign-ins on the page of one's account, and everyone's as a report."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.account import BaseSettingsPanel, SettingsTab

from accounts.attempts import RETENTION
from accounts.models import SignInAttempt
from wagtail_actions.viewset import ActingViewSet

SHOWN = 20  # attempts
RECENT = timedelta(days=30)

sign_ins_tab = SettingsTab("sign-ins", _("Sign-ins"), order=300)


class SignInsTabPanel(BaseSettingsPanel):
    """A panel of the tab “Sign-ins”, which has nothing to fill in."""

    tab = sign_ins_tab

    def get_form(self) -> forms.Form:
        return forms.Form()


def redirect_to_tab() -> HttpResponse:
    """Redirect to the tab “Sign-ins” of one's account."""
    return redirect(reverse("wagtailadmin_account") + "#tab-sign-ins")


class SignInsPanel(SignInsTabPanel):
    """The last attempts on one's own account."""

    name = "sign_ins"
    title = _("Last sign-ins")
    order = 100
    template_name = "accounts/admin/sign_ins.html"

    def get_context_data(self) -> dict[str, Any]:
        attempts = SignInAttempt.objects.of(self.user)
        since = timezone.now() - RECENT
        numbers = {"failures": attempts.failed_since(since).count(), "refused": attempts.refused_since(since)}
        return {"attempts": attempts[:SHOWN], "recent": RECENT.days, "kept": RETENTION.days, **numbers}


def _short_time(attempt: SignInAttempt) -> str:
    return date_format(timezone.localtime(attempt.at), "SHORT_DATETIME_FORMAT")


class SignInsViewSet(ActingViewSet):
    """The report for whoever may view sign-ins: administrators, until a group is given the permission."""

    model = SignInAttempt
    icon = "user"
    menu_label = _("Sign-ins")
    menu_hook = "register_reports_menu_item"
    menu_order = 1100
    permissions = ("view",)
    list_display = [
        TitleColumn("at", label=_("time"), accessor=_short_time, url_name="sign_ins:inspect", sort_key="at", width="20%"),
        *("user", "name", "network", "kind"),
        BooleanColumn("success", label=_("succeeded"), sort_key="success"),
        Column("refused", label=_("refused by limits"), sort_key="refused"),
    ]
    list_filter = ["success", "kind", "user"]
    search_fields = ["name", "network"]
    list_export = ["at", "user", "name", "network", "kind", "success", "refused"]
    inspect_view_fields = ["at", "user", "name", "network", "kind", "success", "refused"]
    export_filename = "sign-ins"


viewset = SignInsViewSet("sign_ins")
