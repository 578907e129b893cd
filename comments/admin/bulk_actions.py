"""What is done with many comments: chosen in the list, asked about once, done in one transaction."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.models import Comment, CommentState
from comments.admin.listing import CommentFilterSet, found_by
from comments.services import moderation, writing
from wagtail_actions.many import PermittedBulkAction


class ForMany(PermittedBulkAction):
    """What is done with the chosen comments, once it was asked about, by whoever has `permission`."""

    models = [Comment]
    template_name = "comments/admin/decide.html"

    def get_all_objects_in_listing_query(self, parent_id: object) -> list[int]:
        """Return what “all” means: everything that the listing held, as it was filtered and searched."""
        asked = QueryDict(urlsplit(self.next_url).query)
        found = CommentFilterSet(asked, queryset=Comment.objects.filter(post__binned=None)).qs
        words = asked.get("q", "").replace("\0", " ")  # which PostgreSQL refuses
        return list((found_by(found, words) if words else found).values_list("pk", flat=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(title=self.aria_label, button=self.display_name, **kwargs)
        return context


class Decision(ForMany):
    """Put the chosen comments into a state."""

    state: CommentState

    def get_execution_context(self) -> dict[str, Any]:
        return {"state": self.state, "actor": self.request.user.get_username()}

    @classmethod
    def execute_action(
        cls, objects: Sequence[Comment], state: CommentState = CommentState.WAITING, actor: str = "", **kwargs: Any
    ) -> tuple[int, int]:
        return moderation.decide([comment.pk for comment in objects], state, actor), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        words = ngettext("%(count)d comment: %(state)s.", "%(count)d comments: %(state)s.", num_parent_objects)
        return words % {"count": num_parent_objects, "state": self.state.label}


class Approve(Decision):
    display_name = _("Approve")
    aria_label = _("Approve the chosen comments")
    action_type = "approve"
    action_priority = 10
    state = CommentState.APPROVED


class Reject(Decision):
    display_name = _("Reject")
    aria_label = _("Reject the chosen comments")
    action_type = "reject"
    action_priority = 20
    state = CommentState.REJECTED


class Spam(Decision):
    display_name = _("Mark as spam")
    aria_label = _("Mark the chosen comments as spam")
    action_type = "spam"
    action_priority = 30
    state = CommentState.SPAM


class Undo(Decision):
    display_name = _("Undo the decision")
    aria_label = _("Let the chosen comments await moderation again")
    action_type = "undo"
    action_priority = 40
    state = CommentState.WAITING


class Delete(ForMany):
    display_name = _("Delete")
    aria_label = _("Delete the chosen comments, with their writers' names and addresses")
    action_type = "delete"
    action_priority = 50
    permission = "delete"
    classes = {"serious"}

    @classmethod
    def execute_action(cls, objects: Sequence[Comment], **kwargs: Any) -> tuple[int, int]:
        return writing.erase_many([comment.pk for comment in objects]), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        words = ngettext("%(count)d comment is deleted.", "%(count)d comments are deleted.", num_parent_objects)
        return words % {"count": num_parent_objects}


FOR_MANY = (Approve, Reject, Spam, Undo, Delete)
