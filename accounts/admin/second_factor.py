"""Setting up, renewing and removing one's second factor; resetting another's."""

from collections.abc import Iterator
from typing import Any

import segno
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin import messages
from wagtail.admin.widgets.button import Button

from accounts import second_factor
from accounts.admin.sign_ins import SignInsTabPanel, redirect_to_tab
from accounts.forms import CodeForm, PresentPasswordForm
from accounts.second_factor_sign_in import has_second_factor
from wagtail_actions.users import admin_user

CHANGE_USER = "auth.change_user"


class SecondFactorPanel(SignInsTabPanel):
    """Whether there is a second factor, with links to its pages."""

    name = "second_factor"
    title = gettext_lazy("Second factor")
    order = 10
    template_name = "accounts/admin/second_factor_panel.html"

    def get_context_data(self) -> dict[str, Any]:
        return {
            "is_set_up": has_second_factor(self.user),
            "is_required": second_factor.is_required(self.user),
            "left": second_factor.count_recovery_codes(self.user),
        }


@never_cache
@sensitive_post_parameters()
def enrol(request: HttpRequest) -> HttpResponse:
    """Show a secret as QR code and text; store it once a code and the password confirm it, and show the recovery codes."""
    user = admin_user(request)
    if has_second_factor(user):
        return redirect_to_tab()
    signed = request.POST.get("secret", "") if request.method == "POST" else second_factor.new_secret(user)
    device = second_factor.device_for(user, signed)
    if device is None:
        messages.error(request, _("That page was too old. Here is a new secret."))
        return redirect("accounts_enrol")
    error, form = "", PresentPasswordForm(request, request.POST if request.method == "POST" else None)
    if form.is_valid():
        codes = second_factor.enrol(device, "".join(request.POST.get("code", "").split()), request.session.session_key)
        if codes:
            return _show_codes(request, codes)
        error = _("This code does not belong to this secret. Is the clock of your device right?")
    context = {
        "qr_code": segno.make(device.config_url).svg_data_uri(scale=5),
        "secret": second_factor.secret_of(device),
        "signed": signed,
        "error": error,
        "form": form,
        "is_required": second_factor.is_required(user),
    }
    return render(request, "accounts/admin/enrol.html", context)


@never_cache
@sensitive_post_parameters()
def renew(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes, once a code is given."""
    user, form = admin_user(request), _code_form(request)
    if not has_second_factor(user):
        return redirect_to_tab()
    if form.is_valid():
        return _show_codes(request, second_factor.renew_recovery_codes(user))
    return _ask(request, form, _("New recovery codes"), _("The former ones are no longer valid."))


@never_cache
@sensitive_post_parameters()
def remove(request: HttpRequest) -> HttpResponse:
    """Remove one's second factor, once a code is given, unless a group requires it."""
    user, form = admin_user(request), _code_form(request)
    if not has_second_factor(user):
        return redirect_to_tab()
    if second_factor.is_required(user):
        messages.error(request, _("A group that you belong to requires a second factor."))
        return redirect_to_tab()
    if form.is_valid():
        second_factor.remove(user)
        messages.success(request, _("The second factor is removed."))
        return redirect_to_tab()
    return _ask(request, form, _("Remove the second factor"), _("Your password alone will sign you in."))


def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove another's second factor, after a button is pressed; a superuser's only superusers may."""
    other = get_object_or_404(User, pk=pk)
    if not _may_reset(admin_user(request), other):
        raise PermissionDenied
    if request.method == "POST":
        second_factor.reset(other)
        messages.success(
            request, _("The second factor of %s is removed, and their sessions have ended.") % other.get_username()
        )
        return redirect("wagtailusers_users:index")
    context = {"header_title": _("Reset second factor"), "page_title": _("Reset second factor"), "other": other}
    return render(request, "accounts/admin/reset.html", context)


def listing_buttons(user: User, request_user: User) -> Iterator[Button]:
    """Yield the button beside a user who has a second factor."""
    if _may_reset(request_user, user) and has_second_factor(user):
        url = reverse("accounts_reset_second_factor", args=(user.pk,))
        yield Button(_("Reset second factor"), url, icon_name="key", priority=40)


def _may_reset(user: User, other: User) -> bool:
    return user.pk != other.pk and user.has_perm(CHANGE_USER) and (user.is_superuser or not other.is_superuser)


def _code_form(request: HttpRequest) -> CodeForm:
    return CodeForm(admin_user(request), request.POST if request.method == "POST" else None)


def _ask(request: HttpRequest, form: CodeForm, title: str, explanation: str) -> HttpResponse:
    return render(request, "accounts/admin/ask_code.html", {"form": form, "page_title": title, "explanation": explanation})


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/admin/recovery_codes.html", {"codes": codes})
