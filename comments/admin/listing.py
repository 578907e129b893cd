"""Comments in the admin: found by state, post, name, address and words; each with its page, and a button to answer it."""

from urllib.parse import urljoin

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button, HeaderButton

from blog.models import Comment, CommentState
from blog.paths import comment_form_path
from comments.admin.actions import ACTIONS, DECIDABLE
from comments.admin.editing import EditView
from wagtail_actions.many import ChoosingIndexView
from wagtail_actions.viewset import ActingInspectView, ActingViewSet

TITLE_SHOWN = 60  # characters of a post's title in the listing


class CommentFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=CommentState.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Comment
        fields = ["state"]


def found_by(comments: QuerySet[Comment], words: str) -> QuerySet[Comment]:
    """Return those in whose text, name, address or post's title these words stand."""
    places = ("text", "name", "address", "post__title")
    query = Q()
    for place in places:
        query |= Q(**{f"{place}__icontains": words})
    return comments.filter(query)


class CommentIndexView(ChoosingIndexView):
    """The listing, whose rows can be chosen for one decision on all of them."""

    choose_all = _("Choose all comments in the listing")

    def get_base_queryset(self) -> QuerySet[Comment]:
        found: QuerySet[Comment] = super().get_base_queryset().filter(post__binned=None).select_related("post", "author")
        return found

    def search_queryset(self, queryset: QuerySet[Comment]) -> QuerySet[Comment]:
        return found_by(queryset, self.search_query) if self.is_searching else queryset

    def get_list_more_buttons(self, instance: Comment) -> list[Button]:
        return [
            Button(action.label, reverse(f"comments:{action.name}", args=[instance.pk]), icon_name=action.icon)
            for action in ACTIONS
            if action.is_possible(instance) and self.user_has_permission(action.permission)
        ]


class CommentInspectView(ActingInspectView):
    """One comment, with what can be done about it; one that is shown can be answered."""

    @property
    def header_buttons(self) -> list[HeaderButton]:
        post, buttons = self.object.post, super().header_buttons
        if self.object.state in DECIDABLE and self.user_has_permission("change"):
            address = reverse("comments:edit", args=[self.object.pk])
            buttons = [HeaderButton(label=_("Edit"), url=address, icon_name="edit"), *buttons]
        if not (self.object.is_approved and post.full_url):
            return buttons
        address = f"{urljoin(post.full_url, comment_form_path(post.slug))}?to={self.object.pk}"
        return [HeaderButton(label=_("Reply"), url=address, icon_name="comment-add"), *buttons]


class CommentViewSet(ActingViewSet):
    model = Comment
    icon = "comment"
    menu_order = 340
    menu_label = _("Comments")
    add_to_admin_menu = True
    actions = ACTIONS
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    filterset_class = CommentFilterSet
    search_fields = ["text"]
    list_display = [
        "__str__",
        Column("post", label=_("Post"), accessor=lambda comment: Truncator(comment.post.title).chars(TITLE_SHOWN)),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        "sent",
    ]
    list_export = ["name", "address", "post", "state", "sent", "confirmed", "decided", "decided_by", "text"]
    inspect_view_fields = [
        "state",
        "text",
        "name",
        "address",
        "author",
        "post",
        "reply_to",
        "sent",
        "confirmed",
        "decided",
        "decided_by",
    ]
    export_filename = "comments"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("<int:pk>/edit/", EditView.as_view(), name="edit")]


viewset = CommentViewSet("comments")
