"""The buttons below an edit form: “Publish” comes first for whoever may publish."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem, WorkflowMenuItem


def publish_first(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Put “Publish” before “Save draft”, unless the page waits for this editor's approval: a receiver of Wagtail's hook."""
    if not any(isinstance(item, WorkflowMenuItem) for item in items):
        items.sort(key=lambda item: not isinstance(item, PublishMenuItem))
