"""What Wagtail's log says of tags."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter

ACTIONS = {
    "rename": (_("Rename tag"), _("Renamed “%(source)s” to “%(target)s”")),
    "merge": (_("Merge tag"), _("Merged “%(source)s” into “%(target)s”")),
    "alias": (_("Add old name"), _("Added “%(target)s” as a name of “%(source)s”")),
    "split": (_("Split tag"), _("Gave posts of “%(source)s” the tag “%(target)s”")),
    "delete": (_("Delete tag"), _("Deleted “%(source)s”")),
    "undo": (_("Undo"), _("Undone: %(operation)s")),
}


class TagFormatter(LogFormatter):
    """A sentence with the names of the tags."""

    def format_message(self, log_entry: Any) -> str:
        return str(self.message % log_entry.data)


def register(actions: Any) -> None:
    """Register the actions: a receiver of Wagtail's hook."""
    for name, (label, message) in ACTIONS.items():
        formatter = type("Formatter", (TagFormatter,), {"label": label, "message": message})
        actions.register_action(f"blog.tag.{name}")(formatter)
