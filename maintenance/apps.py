"""The app of work on many posts."""

from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    name = "maintenance"

    def ready(self) -> None:
        """Register the kinds of jobs."""
        from jobs.kinds import register
        from maintenance.admin import broken_links, find_replace, suggestions, topics

        for kind in (suggestions.KIND, find_replace.FIND, find_replace.REPLACE, broken_links.KIND, topics.KIND):
            register(kind)
