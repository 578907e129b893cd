"""The panel on the admin's first page with what became of mail: by week, and this week by recipients' domain."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from mail.models import Delivery, MailCount, Result
from mail.results import by_domain, by_week, monday


class ResultsPanel(Component):
    """Two small tables of accepted, deferred, bounced and complained."""

    order = 260
    template_name = "mail/admin/results_panel.html"

    def __init__(self, now: datetime) -> None:
        self.now = now

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"results": Result.labels, "weeks": by_week(self.now), "domains": by_domain(monday(self.now))}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel to whoever may see the outbox, once anything was sent."""
    policy = policy_registry.get_by_type(Delivery)
    if policy.user_has_any_permission(request.user, ["view", "change"]) and MailCount.objects.exists():
        panels.append(ResultsPanel(timezone.now()))
