"""The filters of the listing of posts: tags as readers type them, source, authors, state, publication time, comments."""

from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, MultipleUserFilter, WagtailFilterSet
from wagtail.admin.views.pages.listing import EditedByFilter
from wagtail.models import Page, PageLogEntry, PageViewRestriction, Revision

from blog.admin.tags.counts import seen_items
from blog.models import Author, Comment, CommentState, PostAuthor, PostPage, PostTag, Tag
from blog.selections.errors import SelectionError, explain
from blog.selections.selection import Selection
from blog.selections.typed import KnownTags, read_typed

STATES = [
    ("live", _("Published")),
    ("draft", _("Not published")),
    ("changed", _("Published, with changes to publish")),
    ("scheduled", _("Scheduled")),
    ("expired", _("Expired")),
    ("private", _("Private")),
]
COMMENTS = [("any", _("With comments")), ("none", _("Without comments")), ("waiting", _("With comments to moderate"))]


def selected(posts: QuerySet[PostPage], selection: Selection) -> QuerySet[PostPage]:
    """Return the posts of a selection, drafts among them."""
    for tag in selection.wanted:
        posts = posts.filter(pk__in=_tagged(tag))
    for tag in selection.unwanted:
        posts = posts.exclude(pk__in=_tagged(tag))
    if selection.author:
        posts = posts.filter(pk__in=PostAuthor.objects.filter(author__handle=selection.author).values("post"))
    if selection.source:
        posts = posts.exclude(link="") if selection.source == "external" else posts.filter(link="")
    for part in ("year", "month"):
        if number := getattr(selection, part, None):
            posts = posts.filter(**{f"published__{part}": number})
    return posts


def tags_without_posts(user: User, typed: str) -> list[str]:
    """Return sentences on what was typed as tags: it cannot be read, or no post that a user may see has one of them.

    Other tags are not read, so that nothing discloses whether there are any.
    """
    seen = Tag.objects.filter(pk__in=seen_items(user).values("tag")).order_by()
    known = KnownTags.of(seen.values_list("slug", "name"))
    try:
        selection = read_typed(typed, known)
    except SelectionError as error:
        return [explain(error)]
    there = set(known.slug_of.values())
    return [gettext("No post that you may see has the tag “%s”.") % tag for tag in selection.wanted if tag not in there]


def _tagged(slug: str) -> Any:
    return PostTag.objects.filter(tag__slug=slug).order_by().values("content_object")


class SelectionFilter(django_filters.CharFilter):
    """Tags as readers type them, unwanted ones with “-”; what cannot be read has no post."""

    def filter(self, posts: QuerySet[PostPage], value: str) -> QuerySet[PostPage]:
        if not value:
            return posts
        try:
            selection = read_typed(value, KnownTags.of(Tag.objects.order_by().values_list("slug", "name")))
        except SelectionError:
            return posts.none()
        return selected(posts, selection)


class SourceFilter(django_filters.ChoiceFilter):
    def filter(self, posts: QuerySet[PostPage], value: str) -> QuerySet[PostPage]:
        return selected(posts, Selection(source=value)) if value else posts


class AuthorsFilter(django_filters.ModelMultipleChoiceFilter):
    """Posts of any of the chosen authors."""

    def filter(self, posts: QuerySet[PostPage], value: Any) -> QuerySet[PostPage]:
        return posts.filter(pk__in=PostAuthor.objects.filter(author__in=value).values("post")) if value else posts


class StateFilter(django_filters.MultipleChoiceFilter):
    """Posts in any of the chosen states."""

    def filter(self, posts: QuerySet[PostPage], value: list[str]) -> QuerySet[PostPage]:
        states = {
            "live": Q(live=True),
            "draft": Q(live=False),
            "changed": Q(live=True, has_unpublished_changes=True),
            "scheduled": Q(pk__in=_scheduled()),
            "expired": Q(expired=True) | Q(expire_at__lte=timezone.now()),
            "private": Q(pk__in=PageViewRestriction.objects.values("page")),
        }
        chosen = Q()
        for state in value or ():
            chosen |= states[state]
        return posts.filter(chosen)


def _scheduled() -> list[int]:
    """Return the ids of pages with a revision to be published: few, and stored as texts."""
    waiting = Revision.page_revisions.exclude(approved_go_live_at=None).values_list("object_id", flat=True)
    return [int(page) for page in waiting]


class CommentsFilter(django_filters.ChoiceFilter):
    def filter(self, posts: QuerySet[PostPage], value: str) -> QuerySet[PostPage]:
        if not value:
            return posts
        state = CommentState.WAITING if value == "waiting" else CommentState.APPROVED
        commented = posts.filter if value != "none" else posts.exclude
        found: QuerySet[PostPage] = commented(pk__in=Comment.objects.filter(state=state).order_by().values("post"))
        return found


def _owners(request: HttpRequest) -> Any:
    return get_user_model()._default_manager.filter(Exists(Page.objects.filter(owner=OuterRef("pk"))))


def _writers(request: HttpRequest) -> Any:
    edits = PageLogEntry.objects.filter(action="wagtail.edit", user=OuterRef("pk"))
    return get_user_model()._default_manager.filter(Exists(edits))


class PostFilterSet(WagtailFilterSet):
    """The filters, those of Wagtail's listing of pages that tell posts apart among them."""

    tags = SelectionFilter(
        label=_("Tags"),
        widget=forms.TextInput(attrs={"placeholder": _("this, -not this")}),
        help_text=_("Also @author, source:internal, year:2018."),
    )
    source = SourceFilter(
        label=_("Source"),
        choices=[("internal", _("Internal")), ("external", _("External"))],
        empty_label=_("All"),
        widget=RadioSelect,
    )
    author = AuthorsFilter(label=_("Authors"), queryset=Author.objects.all(), widget=CheckboxSelectMultiple)
    state = StateFilter(label=_("Status"), choices=STATES, widget=CheckboxSelectMultiple)
    published = django_filters.DateFromToRangeFilter(label=_("Published"), widget=DateRangePickerWidget)
    comments = CommentsFilter(label=_("Comments"), choices=COMMENTS, empty_label=_("All"), widget=RadioSelect)
    latest_revision_created_at = django_filters.DateFromToRangeFilter(label=_("Updated"), widget=DateRangePickerWidget)
    owner = MultipleUserFilter(label=_("Owner"), queryset=_owners, widget=CheckboxSelectMultiple)
    edited_by = EditedByFilter(label=_("Edited by"), queryset=_writers, widget=CheckboxSelectMultiple)

    class Meta:
        model = PostPage
        fields: list[str] = []
