"""The form that asks for a link to reset a password."""

import secrets
from typing import Any

from django.utils import timezone
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from accounts.emails import KIND
from mail import outbox
from web.client import network_of


class PasswordResetForm(WagtailPasswordResetForm):
    """Puts the request into the outbox, the same for every address: whether an account has it, its composer looks up."""

    def save(self, *args: Any, **options: Any) -> None:
        network = network_of(options["request"]) if options.get("request") else ""
        context = {"network": network, "asked_at": timezone.now().isoformat()}
        outbox.put(f"{KIND}:{secrets.token_hex(16)}", KIND, self.cleaned_data["email"], context)
