"""The panel on the admin's first page: how many comments await moderation."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from blog.models import Comment


class WaitingPanel(Component):
    order = 80
    template_name = "comments/admin/dashboard.html"

    def __init__(self, count: int) -> None:
        self.count = count

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"count": self.count}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel to whoever may decide, if any comment awaits a decision."""
    if policy_registry.get_by_type(Comment).user_has_permission(request.user, "change"):
        count = Comment.objects.waiting().count()
        if count:
            panels.append(WaitingPanel(count))
