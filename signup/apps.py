"""The app of subscribers and digests."""

from django.apps import AppConfig


class SignupConfig(AppConfig):
    name = "signup"

    def ready(self) -> None:
        """Register the kinds of email and connect the receivers of signals."""
        from signup import receivers  # noqa: F401 (connects them)
        from signup.emails import composers

        composers.register()
