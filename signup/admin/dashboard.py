"""The panel on the admin's first page: how many subscribers there are, and a line of the weeks' confirmed sign-ups."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from signup.models import ConsentRecord, State, Subscriber
from web import limits

WEEKS = 12
NETWORKS_SHOWN = 5
WIDTH, HEIGHT = 240, 48  # units of the picture
MARGIN = 3  # units: half of a dot at the line's end


class SignupPanel(Component):
    """Counts by state, and a sparkline; empty for whoever may not see subscribers."""

    order = 250
    template_name = "signup/admin/dashboard.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        counts = Subscriber.objects.counts()
        weeks = ConsentRecord.objects.confirmed_by_week(WEEKS, timezone.now())
        line = sparkline(weeks)
        now = timezone.now()
        return {
            "refused": limits.refused(now, settings.SIGNUP_LIMITS)[:NETWORKS_SHOWN],
            "mailboxes": limits.mailboxes_reached(now, settings.SIGNUP_LIMITS),
            "counts": [(state, State(state).label, count) for state, count in counts.items()],
            "weeks": weeks,
            "total": sum(weeks),
            "points": " ".join(f"{x:g},{y:g}" for x, y in line),
            "end": line[-1],
            "width": WIDTH,
            "height": HEIGHT,
        }


def sparkline(counts: list[int]) -> list[tuple[float, float]]:
    """Return the points of a line through these counts, from left to right, in WIDTH × HEIGHT units; the y axis points down.

    >>> sparkline([0, 4, 2])
    [(3.0, 45.0), (120.0, 3.0), (237.0, 24.0)]
    """
    step = (WIDTH - 2 * MARGIN) / max(len(counts) - 1, 1)
    scale = (HEIGHT - 2 * MARGIN) / (max(counts) or 1)
    return [(MARGIN + number * step, HEIGHT - MARGIN - count * scale) for number, count in enumerate(counts)]


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Show the panel to whoever may see subscribers."""
    policy = policy_registry.get_by_type(Subscriber)
    if policy.user_has_any_permission(request.user, ["view", "change", "delete"]):
        panels.append(SignupPanel(request))
