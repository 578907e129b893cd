"""The app of long work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        """Register who may see a job, before anything asks for it."""
        from wagtail.permissions import register_permission_policy

        from jobs.models import Job
        from jobs.policy import OwnJobsPolicy

        register_permission_policy(Job, OwnJobsPolicy(Job))
