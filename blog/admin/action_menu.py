"""The buttons below an edit form: “Publish” comes first for whoever may publish, and is all that they need.

Wagtail sets a workflow up on a new site, since Editors and Authors cannot publish: they submit for approval.
"""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem, SubmitForModerationMenuItem, WorkflowMenuItem


def publish_first(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Put “Publish” before “Save draft”, unless the page waits for this editor's approval: a receiver of Wagtail's hook."""
    if any(isinstance(item, WorkflowMenuItem) for item in items):
        return
    items.sort(key=lambda item: not isinstance(item, PublishMenuItem))
    if any(isinstance(item, PublishMenuItem) for item in items):
        items[:] = [item for item in items if not isinstance(item, SubmitForModerationMenuItem)]
