"""Merging tags, from the editor's list of them: some are chosen, and become one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from blog.models import Tag
from blog.services.tags import merge_tags


class MergeForm(forms.Form):
    """Which tag the chosen ones become."""

    target = forms.ModelChoiceField(Tag.objects.all(), label=_("Merge them into"))


class MergeTags(SnippetBulkAction):
    """Merge the chosen tags into another, to which their URLs redirect."""

    models = [Tag]
    display_name = _("Merge")
    action_type = "merge"
    aria_label = _("Merge the chosen tags into one")
    template_name = "blog/admin/confirm_merge.html"
    action_priority = 20
    form_class = MergeForm

    def check_perm(self, tag: Tag) -> bool:
        policy = self.permission_policy
        user = self.request.user
        return all(policy.user_has_permission(user, action) for action in ("change", "delete"))

    def get_execution_context(self) -> dict[str, Any]:
        return {"target": self.cleaned_form.cleaned_data["target"]}

    @classmethod
    def execute_action(cls, objects: Sequence[Tag], target: Tag | None = None, **kwargs: Any) -> tuple[int, int]:
        if target is None:
            return 0, 0
        sources = [tag for tag in objects if tag.pk != target.pk]
        for tag in sources:
            merge_tags(tag, target)
        return len(sources), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext("%(count)d tag has been merged.", "%(count)d tags have been merged.", num_parent_objects) % {
            "count": num_parent_objects
        }
