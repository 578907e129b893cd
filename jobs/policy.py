"""Who may see a job and cancel it: whoever started it, and superusers."""

from collections.abc import Collection
from typing import Any

from wagtail.permission_policies.base import BasePermissionPolicy

from jobs.models import Job, JobQuerySet


class OwnJobsPolicy(BasePermissionPolicy):
    """A job's log and result tell of drafts: they are for whoever started it alone."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(user.is_active and action in ("view", "change"))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Job) -> bool:
        return self.user_has_permission(user, action) and (user.is_superuser or instance.started_by_id == user.pk)

    def instances_user_has_any_permission_for(self, user: Any, actions: Collection[str]) -> JobQuerySet:
        return Job.objects.of(user)
