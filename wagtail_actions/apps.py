"""The app of what Wagtail's listings have here."""

from django.apps import AppConfig


class WagtailActionsConfig(AppConfig):
    name = "wagtail_actions"

    def ready(self) -> None:
        from wagtail_actions.spreadsheets import make_exports_safe

        make_exports_safe()
