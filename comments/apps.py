"""Writing comments: the form, the letter that confirms an address, moderation. Reading them is the blog's."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the outbox know this room's letters."""
        from comments import letters

        letters.register()
