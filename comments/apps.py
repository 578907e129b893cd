"""The app that writes and moderates comments; their model is the blog's."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"

    def ready(self) -> None:
        """Register the kinds of email, and connect the receivers."""
        from comments import emails, receivers  # noqa: F401 (connected by the import)

        emails.register()
