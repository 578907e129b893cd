"""The app of those who sign in."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        """Register the kind of email and connect the receivers of signals."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out
        from django.db.models.signals import post_delete

        from accounts import attempts, cached_sessions, emails, second_factor_sign_in, session_middleware, sessions
        from accounts.models import Session

        emails.register()
        user_logged_in.connect(sessions.describe_session, dispatch_uid="accounts.sessions")
        post_delete.connect(cached_sessions.note_end, Session, dispatch_uid="accounts.cached_sessions")
        user_logged_in.connect(second_factor_sign_in.ask, dispatch_uid="accounts.second_factor")
        user_logged_out.connect(session_middleware.note_end, dispatch_uid="accounts.session_middleware")
        attempts.connect()  # after these: a sign-in that waits for a code has not succeeded yet
