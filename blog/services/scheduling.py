"""Publishing and expiring pages at their time, each in a transaction of its own.

Wagtail's `publish_scheduled` publishes what was due when it began: also what has gone into the bin or off the schedule
meanwhile. There, one page that cannot be saved holds up all that are due after it.
"""

import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Page, Revision

from blog.models.revision import locked_revision

log = logging.getLogger(__name__)


def publish_scheduled() -> None:
    """Unpublish pages whose end has come, and publish revisions whose time has."""
    now = timezone.now()
    for pk in list(_ended(now).order_by("expire_at").values_list("pk", flat=True)):
        with locked_revision():
            for page in _ended(now).filter(pk=pk).select_for_update():
                page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    for pk in list(_due(now).order_by("approved_go_live_at").values_list("pk", flat=True)):
        _publish(pk, now)


def _publish(pk: int, now: datetime) -> None:
    """Publish a revision if it is still due; one that cannot be published stays on the schedule."""
    try:
        with locked_revision():
            for revision in _due(now).filter(pk=pk).select_for_update():
                revision.publish(log_action="wagtail.publish.scheduled")
    except ValidationError as fault:
        title = Revision.objects.values_list("object_str", flat=True).get(pk=pk)
        log.warning("“%s” cannot be published, though it is due: %s", title, " ".join(fault.messages))


def _ended(now: datetime) -> Any:
    return Page.objects.filter(live=True, expire_at__lt=now)


def _due(now: datetime) -> Any:
    return Revision.objects.filter(approved_go_live_at__lt=now)
