"""What may be done with many posts of the listing: tags, author, publishing, the bin."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.admin.bin import may_bin, say_binned
from blog.admin.many import ManyAction
from blog.admin.page_choosers import explorable_pages
from blog.admin.post_export import TEXTS
from blog.admin.posts import listed_posts
from blog.admin.tag_field import TagsFormField
from blog.models import Author, PostPage
from blog.models.tag_names import find_tags, get_or_create_tags
from blog.services import many_posts
from blog.services.bin import move_to_bin

MOST = 2_000  # posts at once


class TagsForm(forms.Form):
    """Which tags; a new name makes a tag."""

    tags = TagsFormField(label=_("Tags"))


class KnownTagsForm(TagsForm):
    """Which tags, of those that there are."""

    def clean_tags(self) -> list[str]:
        names: list[str] = self.cleaned_data["tags"]
        if missing := [name for name in names if name not in find_tags(names)]:
            raise ValidationError(_("There is no tag “%s”: choose one of those that are suggested.") % missing[0])
        return names


class AuthorForm(forms.Form):
    """Which author the posts are by."""

    author = forms.ModelChoiceField(Author.objects.all(), label=_("Author"))


def may_change(user: User, post: PostPage) -> bool:
    """Return whether a user may change a post: one that is published needs the right to publish."""
    rights = post.permissions_for_user(user)
    return bool(rights.can_edit() and (rights.can_publish() or not post.live) and not rights.page_locked())


class PostsAction(ManyAction):
    """An action on chosen posts; `many_posts` has the verb."""

    models = [PostPage]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse too many posts before they are read, in words."""
        if self.number_asked() > MOST:
            words = _("At most %(most)d posts can be changed at once: narrow the listing by its filters.")
            messages.error(request, words % {"most": MOST})
            return redirect(self.next_url)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def number_asked(self) -> int:
        ids = self.request.GET.getlist("id")
        return len(self.listed) if "all" in ids else len(ids)

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> list[PostPage]:
        posts = PostPage.objects.filter(pk__in=object_ids).defer(*TEXTS).prefetch_workflow_states()
        return list(posts.annotate_approved_schedule().order_by("-latest_revision_created_at", "-pk"))

    def get_all_objects_in_listing_query(self, parent_id: object) -> list[int]:
        return self.listed

    @cached_property
    def listed(self) -> list[int]:
        """Return what “all” means: the posts of the listing, as it was filtered and searched."""
        asked = QueryDict(urlsplit(self.next_url).query)
        found: Any = listed_posts(self.request, asked)  # Any: modelsearch adds a method
        if words := asked.get("q"):
            return [post.pk for post in found.only("pk").autocomplete(words)]
        return list(found.values_list("pk", flat=True))

    def get_actionable_objects(self) -> tuple[list[PostPage], dict[str, list[PostPage]]]:
        """Return the posts that the user may change, and of the others those that they may see."""
        posts, others = super().get_actionable_objects()
        refused = others["items_with_no_access"]
        seen = set(
            explorable_pages(self.user_of_request()).filter(pk__in=[post.pk for post in refused]).values_list("pk", flat=True)
        )
        return posts, {"items_with_no_access": [post for post in refused if post.pk in seen]}

    def title_of(self, one: PostPage) -> str:
        return str(one.draft_title or one.title)

    def check_perm(self, obj: PostPage) -> bool:
        return may_change(self.user_of_request(), obj)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        words = ngettext("%(count)d post has been changed.", "%(count)d posts have been changed.", num_parent_objects)
        return words % {"count": num_parent_objects}


def _ids(posts: Sequence[PostPage]) -> list[int]:
    return [post.pk for post in posts]


class AddTags(PostsAction):
    display_name = _("Add tags")
    aria_label = _("Add tags to the chosen posts")
    question = _("Which tags are these posts to get beside those that they have?")
    action_type = "add_tags"
    action_priority = 10
    form_class = TagsForm

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "names": self.cleaned_form.cleaned_data["tags"]}

    @classmethod
    def execute_action(
        cls, objects: Sequence[PostPage], user: Any = None, names: Sequence[str] = (), **kwargs: Any
    ) -> tuple[int, int]:
        tags, _created = get_or_create_tags(names)
        return many_posts.add_tags(_ids(objects), list(dict.fromkeys(tags[name] for name in names)), user), 0


class RemoveTags(AddTags):
    display_name = _("Remove tags")
    aria_label = _("Remove tags from the chosen posts")
    question = _("Which tags are to be taken from these posts, where they have them?")
    action_type = "remove_tags"
    action_priority = 20
    form_class = KnownTagsForm

    @classmethod
    def execute_action(
        cls, objects: Sequence[PostPage], user: Any = None, names: Sequence[str] = (), **kwargs: Any
    ) -> tuple[int, int]:
        return many_posts.remove_tags(_ids(objects), list(find_tags(names).values()), user), 0


class SetAuthor(PostsAction):
    display_name = _("Set author")
    aria_label = _("Set the author of the chosen posts")
    question = _("By whom are these posts to be? Their present authors are replaced.")
    action_type = "set_author"
    action_priority = 30
    form_class = AuthorForm

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "author": self.cleaned_form.cleaned_data["author"]}

    @classmethod
    def execute_action(
        cls, objects: Sequence[PostPage], user: Any = None, author: Author | None = None, **kwargs: Any
    ) -> tuple[int, int]:
        return many_posts.set_author(_ids(objects), author, user) if author else 0, 0


class Publish(PostsAction):
    display_name = _("Publish")
    aria_label = _("Publish the chosen posts")
    question = _("Publish the newest draft of each of these posts?")
    action_type = "publish"
    action_priority = 40

    def check_perm(self, obj: PostPage) -> bool:
        rights = obj.permissions_for_user(self.user_of_request())
        return bool(rights.can_publish() and not rights.page_locked())

    @classmethod
    def execute_action(cls, objects: Sequence[PostPage], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        number, is_left_to_worker = many_posts.publish(_ids(objects), user)
        return number, int(is_left_to_worker)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        if num_child_objects:
            words = ngettext(
                "%(count)d post will be published within some minutes.",
                "%(count)d posts will be published within some minutes.",
                num_parent_objects,
            )
        else:
            words = ngettext("%(count)d post has been published.", "%(count)d posts have been published.", num_parent_objects)
        return words % {"count": num_parent_objects}


class Unpublish(PostsAction):
    display_name = _("Unpublish")
    aria_label = _("Unpublish the chosen posts")
    question = _("Take these posts from every page? They stay here as drafts.")
    action_type = "unpublish"
    action_priority = 50

    def check_perm(self, obj: PostPage) -> bool:
        return bool(obj.permissions_for_user(self.user_of_request()).can_unpublish())

    @classmethod
    def execute_action(cls, objects: Sequence[PostPage], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        return many_posts.unpublish(_ids(objects), user), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        words = ngettext("%(count)d post has been unpublished.", "%(count)d posts have been unpublished.", num_parent_objects)
        return words % {"count": num_parent_objects}


class MoveToBin(PostsAction):
    display_name = _("Move to the bin")
    aria_label = _("Move the chosen posts to the bin")
    question = _("Take these posts from every page? They stay in the bin for thirty days with everything they have.")
    action_type = "bin"
    action_priority = 60
    classes = {"serious"}
    serious = True

    def check_perm(self, obj: PostPage) -> bool:
        return may_bin(self.user_of_request(), obj)

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "view": self}

    @classmethod
    def execute_action(
        cls, objects: Sequence[PostPage], user: Any = None, view: "MoveToBin | None" = None, **kwargs: Any
    ) -> tuple[int, int]:
        batch = move_to_bin(_ids(objects), user)
        if view:
            say_binned(view.request, batch, len(objects), view.next_url)
        return len(objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> None:
        """Return None: `say_binned` has said it, with a button."""


POST_ACTIONS = (AddTags, RemoveTags, SetAuthor, Publish, Unpublish, MoveToBin)
