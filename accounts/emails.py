"""Composes the email with a link to reset a password."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mail import compose
from mail.compose import Email, Unwanted
from mail.models import Delivery
from signup.emails.rendering import render
from signup.models import Wording
from signup.sites import default_site, language_of

KIND = "password-reset"


def register() -> None:
    compose.register(KIND, gettext_lazy("password reset"), password_reset)


def password_reset(delivery: Delivery) -> Email:
    """Compose the email with a link for each account of this address; raises Unwanted where there is none.

    The links are made here, so that their time begins when the email leaves, and none is stored.
    """
    users = accounts_of(delivery.to)
    if not users:
        raise Unwanted(_("No account with a password has this address."))
    with translation.override(language_of(None)):
        wording = Wording.of(default_site())
        context = {
            "links": [(user.get_username(), reset_url(user)) for user in users],
            "asked": delivery.asked,
            "network": delivery.context.get("network", ""),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        return render("accounts/mail/password_reset", _("Choose a new password"), wording, context)


def accounts_of(address: str) -> list[User]:
    """Return the active accounts with a password that have this very address.

    Django finds addresses that look alike too, and sends to the account's own; here nothing but case may differ, of ASCII.
    """
    if "\0" in address:  # which PostgreSQL refuses
        return []
    field = get_user_model().get_email_field_name()
    return [user for user in PasswordResetForm().get_users(address) if _folded(getattr(user, field)) == _folded(address)]


def reset_url(user: User) -> str:
    token = default_token_generator.make_token(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("wagtailadmin_password_reset_confirm", kwargs={"uidb64": uid, "token": token})
    return f"{settings.WAGTAILADMIN_BASE_URL}{path}"


def _folded(address: str) -> str:
    return address.lower() if address.isascii() else address
