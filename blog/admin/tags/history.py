"""What was done to tags in the last 30 days, each with the button that undoes it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.admin.ui.tables import Column, DateColumn, UserColumn
from wagtail.admin.views.reports import ReportView

from blog.admin.columns import UndoColumn
from blog.admin.tags.actions import may_manage_tags
from blog.admin.tags.done import LISTING
from blog.models import TagOperation
from blog.services.undo import CannotBeUndone, undo

HISTORY, UNDO = "tag_history", "tag_undo"


class ForTagManagers:
    """Reports for whoever may do everything to tags."""

    request: HttpRequest
    any_permission_required = ["change"]

    def user_has_any_permission(self, permissions: list[str]) -> bool:
        return may_manage_tags(self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = super().get_breadcrumbs_items()  # type: ignore[misc]
        return [*found[:1], {"url": reverse(LISTING), "label": gettext("Tags")}, *found[1:]]


class HistoryView(ForTagManagers, ReportView):
    """The listing of operations, the latest first."""

    page_title = _("History of tags")
    header_icon = "history"
    index_url_name = HISTORY
    index_results_url_name = f"{HISTORY}_results"
    default_ordering = "-pk"
    is_searchable = False
    model = TagOperation
    columns = [
        Column("operation", label=_("What was done"), accessor=str),
        DateColumn("at", label=_("When"), width="15%"),
        UserColumn("user", label=_("Who"), blank_display_name=_("the system")),
        UndoColumn(UNDO),
    ]

    def get_base_queryset(self) -> QuerySet[TagOperation]:
        return TagOperation.objects.kept().defer("changes").select_related("user__wagtail_userprofile")


@require_POST
def undo_operation(request: HttpRequest, pk: int) -> Any:
    """Undo what was done, or say why that cannot be."""
    if not may_manage_tags(request.user):
        return permission_denied(request)
    operation = get_object_or_404(TagOperation.objects.defer("changes"), pk=pk)
    try:
        undo(operation, request.user)
    except CannotBeUndone as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Undone: %s") % operation)
    return HttpResponseRedirect(reverse(HISTORY))


urls: list[URLPattern] = [
    path("tags/history/", HistoryView.as_view(), name=HISTORY),
    path("tags/history/results/", HistoryView.as_view(results_only=True), name=f"{HISTORY}_results"),
    path("tags/undo/<int:pk>/", undo_operation, name=UNDO),
]
