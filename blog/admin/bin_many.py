"""Moving many posts to the bin, from any listing of pages, and what is done with many posts there."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.models import Page

from blog.admin.bin import RESTORED, new_addresses, restorable, say_binned
from blog.admin.many import ONE_BY_ONE_AT_ONCE, Asked, ManyAction, Note
from blog.models import BinnedPost, PostPage
from blog.models.revision import locked_revision
from blog.services.bin import delete_for_good, move_to_bin, restore


class DeletePages(DeleteBulkAction):
    """Wagtail's action on chosen pages, of which posts go to the bin."""

    template_name = "blog/admin/confirm_deleting_pages.html"

    def form_valid(self, form: Any) -> HttpResponse:
        self.batch: Any = None
        response: HttpResponse = super().form_valid(form)
        return response

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "view": self}

    @classmethod
    def execute_action(
        cls, objects: Sequence[Page], user: Any = None, view: "DeletePages | None" = None, **kwargs: Any
    ) -> tuple[int, int]:
        with locked_revision():
            there = Page.objects.filter(pk__in=[page.pk for page in objects]).in_bulk()  # none that was deleted meanwhile
            posts = set(PostPage.objects.filter(pk__in=there).values_list("pk", flat=True))
            others = [page for page in there.values() if page.pk not in posts]
            deleted: tuple[int, int] = super().execute_action(others, user=user, **kwargs)
            batch = move_to_bin(posts, user) if posts else None
        if batch and view:
            say_binned(view.request, batch, len(posts), view.next_url)
        return deleted

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        if not num_parent_objects:
            return None  # posts alone: said above, with a button
        words: str = super().get_success_message(num_parent_objects, num_child_objects)
        return words


class InBin(ManyAction):
    """An action on posts of the bin."""

    models = [BinnedPost]

    @classmethod
    def allowed(cls, user: Any, objects: Sequence[BinnedPost]) -> list[BinnedPost]:
        entries = BinnedPost.objects.filter(pk__in=[entry.pk for entry in objects])
        restorable = set(entries.restorable_by(user).values_list("pk", flat=True))
        return [entry for entry in objects if entry.pk in restorable]

    @classmethod
    def title_of(cls, one: BinnedPost) -> str:
        return str(one.post.draft_title)

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> list[BinnedPost]:
        return list(BinnedPost.objects.filter(pk__in=object_ids).select_related("post").defer("post__body", "post__html"))

    def get_all_objects_in_listing_query(self, parent_id: object) -> list[int]:
        return list(restorable(self.request).values_list("pk", flat=True))


class RestoreMany(InBin):
    display_name = _("Restore")
    aria_label = _("Restore the chosen posts")
    action_type = "restore"
    question = _("Put these posts back where they were, published if they were published?")
    done = RESTORED

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        restored = restore(BinnedPost.objects.filter(pk__in=ids), user)
        if changes := new_addresses(restored):
            note(changes)
        return len(restored)


class DeleteManyForGood(InBin):
    display_name = _("Delete for good")
    aria_label = _("Delete the chosen posts for good")
    action_type = "delete"
    question = _("Delete these posts with their revisions and comments? This cannot be undone.")
    done = ngettext_lazy("%(count)d post is deleted for good.", "%(count)d posts are deleted for good.", "count")
    serious = True
    classes = {"serious"}
    at_once = ONE_BY_ONE_AT_ONCE

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        return delete_for_good(BinnedPost.objects.filter(pk__in=ids), user)


BIN_ACTIONS = (DeletePages, RestoreMany, DeleteManyForGood)
