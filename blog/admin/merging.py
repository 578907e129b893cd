"""Merging and deleting several tags, from the editor's list of them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from blog.admin.tags.done import ReportsTagError, say_done
from blog.admin.tags.effects import effects_of, stays
from blog.admin.tags.forms import TagNameField
from blog.models import Tag, TagOperation
from blog.selections.selection import Selection
from blog.services.tags import delete_tag, merge
from wagtail_actions.users import admin_user


class MergeForm(forms.Form):
    """Which tag the chosen ones become."""

    target = TagNameField(label=_("Merge them into"))


def sources_of(tags: Sequence[Tag], target: Tag) -> list[Tag]:
    """Return the tags that are merged: without the one that they become."""
    return [tag for tag in tags if tag.pk != target.pk]


class TagBulkAction(ReportsTagError, SnippetBulkAction):
    """An action on several tags, each of which can be undone."""

    models = [Tag]
    done: tuple[TagOperation, ...] = ()

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> None:
        """Show what was done, with the buttons that undo it, instead of Wagtail's message."""
        say_done(self.request, *self.done)


class MergeTags(TagBulkAction):
    """Merge the chosen tags into another, to which their URLs redirect."""

    display_name = _("Merge")
    action_type = "merge"
    aria_label = _("Merge the chosen tags into one")
    template_name = "blog/admin/confirm_merge.html"
    action_priority = 20
    form_class = MergeForm
    target: Tag | None = None

    def check_perm(self, tag: Tag) -> bool:
        policy = self.permission_policy
        user = self.request.user
        return all(policy.user_has_permission(user, action) for action in ("change", "delete"))

    def object_context(self, obj: Tag) -> dict[str, Any]:
        effects = effects_of(admin_user(self.request), obj, self.target)
        return {**super().object_context(obj), "effects": effects}

    def prepare_action(self, objects: Sequence[Tag], objects_without_access: Any) -> HttpResponse | None:
        """Show what would change, unless that is what was shown."""
        self.target = self.cleaned_form.cleaned_data["target"]
        sources = sources_of(objects, self.target)
        confirmed = repr([self.target.pk, *(tag.pk for tag in sources)])
        if self.request.POST.get("confirmed") == confirmed:
            return None
        preview = {"confirmed": confirmed, "stays": stays([tag.slug for tag in sources], Selection.of([self.target.slug]))}
        shown: HttpResponse = self.render_to_response(self.get_context_data(form=self.cleaned_form, **preview))
        return shown

    def get_execution_context(self) -> dict[str, Any]:
        return {"target": self.target, "action": self}

    @classmethod
    def execute_action(
        cls, objects: Sequence[Tag], target: Tag | None = None, action: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        if target is None:
            return 0, 0
        sources = sources_of(objects, target)
        action.done = tuple(merge(tag, target, action.request.user) for tag in sources)
        return len(sources), 0


class DeleteTags(TagBulkAction, DeleteBulkAction):
    """Delete the chosen tags."""

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "action": self}

    @classmethod
    def execute_action(cls, objects: Sequence[Tag], action: Any = None, **kwargs: Any) -> tuple[int, int]:
        action.done = tuple(delete_tag(tag, action.request.user) for tag in objects)
        return len(objects), 0
