"""The app that sends email and takes what comes back."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"

    def ready(self) -> None:
        """Connect the receiver of Anymail's tracking events."""
        from mail import tracking  # noqa: F401 (connects it)
