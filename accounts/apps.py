"""The app of those who sign in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kind of email and connect the receivers of signals."""
        from django.contrib.auth.signals import user_logged_in

        from accounts import attempts, emails, second_factor_sign_in, sessions

        emails.register()
        user_logged_in.connect(sessions.describe_session, dispatch_uid="accounts.sessions")
        user_logged_in.connect(second_factor_sign_in.ask, dispatch_uid="accounts.second_factor")
        attempts.connect()  # after these: a sign-in that waits for a code has not succeeded yet
