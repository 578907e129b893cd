"""The forms that ask for a link to reset a password, and for a code of the second factor."""

import secrets
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from accounts import second_factor
from accounts.emails import KIND
from mail import outbox
from web.client import network_of


class PasswordResetForm(WagtailPasswordResetForm):
    """Puts the request into the outbox, the same for every address: whether an account has it, its composer looks up."""

    def save(self, *args: Any, **options: Any) -> None:
        network = network_of(options["request"]) if options.get("request") else ""
        context = {"network": network, "asked_at": timezone.now().isoformat()}
        outbox.put(f"{KIND}:{secrets.token_hex(16)}", KIND, self.cleaned_data["email"], context)


class CodeForm(forms.Form):
    """Takes a code from the authenticator or a recovery code, and uses it up."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
        help_text=_("Six digits from your authenticator app, or a recovery code."),
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not second_factor.verify(self.user, code):
            raise forms.ValidationError(
                _("This code is not valid now. Each is valid once; after several wrong ones, wait a minute before the next.")
            )
        return code
