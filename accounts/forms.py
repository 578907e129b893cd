"""The forms that ask for a link to reset a password, for the present one, and for a code of the second factor."""

import secrets
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from accounts import present_password, second_factor
from accounts.emails import KIND
from mail import outbox
from web.client import network_of


class PasswordResetForm(WagtailPasswordResetForm):
    """Puts the request into the outbox, the same for every address: whether an account has it, its composer looks up."""

    def save(self, *args: Any, **options: Any) -> None:
        network = network_of(options["request"]) if options.get("request") else ""
        context = {"network": network, "asked_at": timezone.now().isoformat()}
        outbox.put(f"{KIND}:{secrets.token_hex(16)}", KIND, self.cleaned_data["email"], context)


class PresentPasswordForm(forms.Form):
    """Takes the present password."""

    present_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_confirmed = present_password.is_confirmed(request, self.add_prefix(present_password.FIELD))

    def clean_present_password(self) -> str:
        typed: str = self.cleaned_data["present_password"]
        if typed and not self.is_confirmed:
            raise forms.ValidationError(_("This is not your present password."))
        return typed


class EmailForm(PresentPasswordForm, forms.ModelForm):  # type: ignore[type-arg]
    """Takes an e-mail address; another one than before with the present password."""

    class Meta:
        model = User
        fields = ["email"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["present_password"].required = False
        self.fields["present_password"].help_text = _("To change the address.")

    def clean(self) -> None:
        super().clean()
        if "email" in self.changed_data and not self.cleaned_data.get("present_password", "wrong"):
            self.add_error("present_password", _("Type your present password to change the address."))

    def save(self, commit: bool = True) -> User:
        """Save the address alone: the forms of other panels save the rest."""
        user: User = self.instance
        if "email" in self.changed_data:
            user.save(update_fields=["email"])
        return user


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
