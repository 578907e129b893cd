"""Sign-up: subscribers, their confirmations, and mail through the site's own SMTP server."""

from django.apps import AppConfig


class SignupConfig(AppConfig):
    name = "signup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what comes back of sent mail and to tags that are renamed; keep the links in letters out of logs."""
        from signup import logs, renaming, signals  # noqa: F401

        logs.keep_tokens_out()
