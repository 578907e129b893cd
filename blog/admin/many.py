"""What is done with many posts at once: chosen in a listing, asked about once, done in one transaction."""

from typing import Any

from wagtail.admin.views.bulk_action import BulkAction

from blog.admin.page_choosers import admin_user

MOST_SHOWN = 20  # titles in a question


class ManyAction(BulkAction):
    """An action on many objects: asks with the first titles, and says which of them are not the user's to change."""

    template_name = "blog/admin/confirm_many.html"
    action_priority = 50
    question: Any = ""
    serious = False

    def user_of_request(self) -> Any:
        return admin_user(self.request)

    def title_of(self, one: Any) -> str:
        """Return the name by which the question calls an object."""
        return str(one)

    def object_context(self, obj: Any) -> dict[str, Any]:
        return {"item": obj, "title": self.title_of(obj)}

    def may_see(self, one: Any) -> bool:
        """Return whether the user may know of an object that they may not change."""
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        refused = context["items_with_no_access"]
        return {
            **context,
            "title": self.aria_label,
            "button": self.display_name,
            "question": self.question,
            "is_serious": self.serious,
            "shown": context["items"][:MOST_SHOWN],
            "more": max(0, len(context["items"]) - MOST_SHOWN),
            "refused": len(refused),
            "refused_titles": [self.title_of(one) for one in refused[:MOST_SHOWN] if self.may_see(one)],
        }

    def get_execution_context(self) -> dict[str, Any]:
        return {"user": self.user_of_request()}
