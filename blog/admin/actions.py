"""Wagtail's actions on pages, by its API and other programs, as they are in this admin: authors, locks, and the bin."""

from typing import Any

from wagtail.actions.create_page import CreatePageAction
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.registry import ActionRegistry
from wagtail.models import Page

from blog.admin.defaults import set_author
from blog.models import PostPage
from blog.services.bin import move_to_bin


class CreatePost(CreatePageAction):
    """Wagtail's, after which a post has the author of its owner's account."""

    def _save_instance(self) -> None:
        set_author(self.instance)
        super()._save_instance()


class PutIntoBin(DeletePageAction):
    """Wagtail's, but for posts, which go into the bin."""

    def execute(self, *args: Any, skip_permission_checks: bool = False, **kwargs: Any) -> Any:
        page = self.page.specific
        if not isinstance(page, PostPage):
            return super().execute(*args, skip_permission_checks=skip_permission_checks, **kwargs)
        self.check(skip_permission_checks=skip_permission_checks)
        return move_to_bin([page.pk], self.user)


def register(registry: ActionRegistry) -> None:
    """Put ours in the place of Wagtail's: a receiver of its hook."""
    registry.register(PostPage, CreatePost)
    registry.register(Page, PutIntoBin)
