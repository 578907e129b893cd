"""Moving posts between this site and others."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "transfer"

    def ready(self) -> None:
        """Register the kinds of jobs."""
        from jobs.kinds import register
        from transfer.admin import exporting, importing

        register(importing.KIND)
        register(exporting.KIND)
