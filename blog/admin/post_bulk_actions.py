"""What may be done with many posts of the listing: tags, author, publishing, the bin."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from blog.admin.bin import IN_BIN, may_bin, say_binned
from blog.admin.many import ONE_BY_ONE_AT_ONCE, Asked, ManyAction, Note
from blog.admin.page_choosers import explorable_pages
from blog.admin.post_export import TEXTS
from blog.admin.post_undo import may_change, undo_message
from blog.admin.posts import listed_posts
from blog.admin.tag_field import TagsFormField
from blog.models import Author, PostPage
from blog.models.tag_names import find_tags, get_or_create_tags
from blog.services import many_posts
from blog.services.bin import move_to_bin
from jobs.kinds import JobFailed


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


class PostsAction(ManyAction):
    """An action on chosen posts; `many_posts` has the verb."""

    models = [PostPage]
    done = ngettext_lazy("%(count)d post has been changed.", "%(count)d posts have been changed.", "count")
    most = 20_000  # posts at once

    @cached_property
    def asked(self) -> Asked:
        """Return what the form says, and the batch by which all that is done is undone."""
        return {"batch": str(uuid4()), **self.form_values()}

    def form_values(self) -> Asked:
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse too many posts before they are read, in words."""
        if self.number_asked() > self.most:
            words = _("At most %(most)d posts can be changed at once: narrow the listing by its filters.")
            messages.error(request, words % {"most": self.most})
            return redirect(self.next_url)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def number_asked(self) -> int:
        ids = self.request.GET.getlist("id")
        return len(self.listed) if "all" in ids else len(ids)

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> list[PostPage]:
        posts = PostPage.objects.filter(pk__in=object_ids, binned=None).defer(*TEXTS).prefetch_workflow_states()
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

    @classmethod
    def allows(cls, user: User, post: PostPage) -> bool:
        """Return whether a user may do this with a post."""
        return may_change(user, post)

    @classmethod
    def allowed(cls, user: Any, objects: Sequence[PostPage]) -> list[PostPage]:
        return [post for post in objects if cls.allows(user, post)]

    @classmethod
    def visible(cls, user: Any, objects: Sequence[PostPage]) -> list[PostPage]:
        seen = set(explorable_pages(user).filter(pk__in=[post.pk for post in objects]).values_list("pk", flat=True))
        return [post for post in objects if post.pk in seen]

    @classmethod
    def title_of(cls, one: PostPage) -> str:
        return str(one.draft_title or one.title)

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Return it with a button that undoes it."""
        words = self.done % {"count": num_parent_objects}
        return undo_message(self.request, UUID(self.asked["batch"]), words, self.next_url)


class AddTags(PostsAction):
    display_name = _("Add tags")
    aria_label = _("Add tags to the chosen posts")
    question = _("Which tags are these posts to get beside those that they have?")
    action_type = "add_tags"
    action_priority = 10
    form_class = TagsForm

    def form_values(self) -> Asked:
        return {"tags": self.cleaned_form.cleaned_data["tags"]}

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        tags, _created = get_or_create_tags(asked["tags"])
        return many_posts.add_tags(ids, list(dict.fromkeys(tags[name] for name in asked["tags"])), user, UUID(asked["batch"]))


class RemoveTags(AddTags):
    display_name = _("Remove tags")
    aria_label = _("Remove tags from the chosen posts")
    question = _("Which tags are to be taken from these posts, where they have them?")
    action_type = "remove_tags"
    action_priority = 20
    form_class = KnownTagsForm

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        return many_posts.remove_tags(ids, list(find_tags(asked["tags"]).values()), user, UUID(asked["batch"]))


class SetAuthor(PostsAction):
    display_name = _("Set author")
    aria_label = _("Set the author of the chosen posts")
    question = _("By whom are these posts to be? Their present authors are replaced.")
    action_type = "set_author"
    action_priority = 30
    form_class = AuthorForm

    def form_values(self) -> Asked:
        return {"author": self.cleaned_form.cleaned_data["author"].pk}

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        author = Author.objects.filter(pk=asked["author"]).first()
        if author is None:
            raise JobFailed(gettext("This author has been deleted meanwhile."))
        return many_posts.set_author(ids, author, user, UUID(asked["batch"]))


class Publish(PostsAction):
    display_name = _("Publish")
    aria_label = _("Publish the chosen posts")
    question = _("Publish the newest draft of each of these posts?")
    done = ngettext_lazy("%(count)d post has been published.", "%(count)d posts have been published.", "count")
    action_type = "publish"
    action_priority = 40
    rights = ("publish",)
    at_once = ONE_BY_ONE_AT_ONCE

    @classmethod
    def allows(cls, user: User, post: PostPage) -> bool:
        rights = post.permissions_for_user(user)
        return bool(rights.can_publish() and not rights.page_locked())

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        number, faults = many_posts.publish(ids, user, UUID(asked["batch"]))
        for fault in faults:
            note(fault)
        return number


class Unpublish(PostsAction):
    display_name = _("Unpublish")
    aria_label = _("Unpublish the chosen posts")
    question = _("Take these posts from every page? They stay here as drafts.")
    done = ngettext_lazy("%(count)d post has been unpublished.", "%(count)d posts have been unpublished.", "count")
    action_type = "unpublish"
    action_priority = 50
    rights = ("publish",)

    @classmethod
    def allows(cls, user: User, post: PostPage) -> bool:
        return bool(post.permissions_for_user(user).can_unpublish())

    @classmethod
    def is_done(cls, one: PostPage) -> bool:
        return not one.live

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        return many_posts.unpublish(ids, user, UUID(asked["batch"]))


class MoveToBin(PostsAction):
    display_name = _("Move to the bin")
    aria_label = _("Move the chosen posts to the bin")
    question = _("Take these posts from every page? They stay in the bin for thirty days with everything they have.")
    done = IN_BIN
    action_type = "bin"
    action_priority = 60
    classes = {"serious"}
    serious = True

    @classmethod
    def allows(cls, user: User, post: PostPage) -> bool:
        return may_bin(user, post)

    @classmethod
    def change(cls, ids: Sequence[int], user: Any, asked: Asked, note: Note) -> int:
        count: int = PostPage.objects.filter(pk__in=ids, binned=None).count()  # without aliases, which go with them
        move_to_bin(ids, user, UUID(asked["batch"]))
        return count

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> None:
        """Show it with a button that undoes it."""
        say_binned(self.request, UUID(self.asked["batch"]), num_parent_objects, self.next_url)


POST_ACTIONS = (AddTags, RemoveTags, SetAuthor, Publish, Unpublish, MoveToBin)
