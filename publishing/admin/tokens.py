"""One's own tokens: a panel of one's account that lists and ends them, and the page that makes one and shows it once."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.account import BaseSettingsPanel, SettingsTab

from publishing import tokens
from publishing.models import Access
from publishing.scopes import LABELS, USUAL, known
from wagtail_actions.users import admin_user

tab = SettingsTab("programs", gettext_lazy("Programs"), order=350)
LIFETIMES: Final = {  # days
    "365": gettext_lazy("a year"),
    "90": gettext_lazy("90 days"),
    "": gettext_lazy("until I end it"),
}


class TokenForm(forms.Form):
    """What a new token is called, allows, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("The program that uses it, such as iA Writer.")
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=LABELS, initial=USUAL, widget=forms.CheckboxSelectMultiple
    )
    lifetime = forms.ChoiceField(label=gettext_lazy("It is valid for"), choices=LIFETIMES, required=False, initial="365")


class TokensPanel(BaseSettingsPanel):
    """The tokens of one's own that are valid. Its buttons send the form of the page to another address."""

    name = "tokens"
    title = gettext_lazy("Programs that may publish in your name")
    order = 10
    tab = tab
    template_name = "publishing/admin/tokens.html"

    def get_form(self) -> forms.Form:
        return forms.Form()

    def get_context_data(self) -> dict[str, Any]:
        return {"tokens": Access.objects.of(self.user).valid(timezone.now())}


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a name and scopes; make the token, and show it this once."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "publishing/admin/new_token.html", {"form": form})
    days = form.cleaned_data["lifetime"]
    expires_at = timezone.now() + timedelta(days=int(days)) if days else None
    _token, text = tokens.make(
        admin_user(request), form.cleaned_data["name"], known(form.cleaned_data["scopes"]), expires_at=expires_at
    )
    context = {"text": text, "micropub": request.build_absolute_uri(reverse("micropub"))}
    return render(request, "publishing/admin/token.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the token that was chosen."""
    if tokens.end(admin_user(request), request.POST.get("token", "")):
        messages.success(request, _("The token has ended."))
    else:
        messages.warning(request, _("That token had ended before."))
    return redirect(reverse("wagtailadmin_account") + "#tab-programs")
