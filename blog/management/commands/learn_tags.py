"""`manage.py learn_tags`: make the models by which tags are suggested, of each blog that has changed; the worker runs it."""

from typing import Any

from django.core.management.base import BaseCommand

from blog.suggestions.stored import refresh


class Command(BaseCommand):
    help = "Learn from the public posts which tags to suggest (docs/suggestions.md). The worker does so every ten minutes."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        blogs = refresh()
        for blog in blogs:
            self.stdout.write(f"Learnt from the posts of “{blog}”.")
        if not blogs:
            self.stdout.write("Nothing has changed.")
