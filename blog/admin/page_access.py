"""Pages of the admin that would name a page to whoever may not see it there: Wagtail asks for permission too late, or not."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.deprecation import MiddlewareMixin
from wagtail.admin.auth import permission_denied, require_admin_access
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.models import Page

from blog.admin.page_choosers import admin_user, explorable_pages

PAGES: Final = ("page_id", "page_pk", "parent_page_id", "page_to_move_id", "destination_id")  # parameters of Wagtail's views
NAMESPACES: Final = {"wagtailadmin_pages", "wagtailadmin_workflows"}  # whose views are about pages


class PageAccess(MiddlewareMixin):
    """Refuse views on pages that the user may not see in the admin."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match, user = request.resolver_match, request.user
        if match is None or not NAMESPACES.intersection(match.namespaces) or not isinstance(user, User) or user.is_superuser:
            return None
        pages = Page.objects.filter(pk__in={kwargs[name] for name in PAGES if name in kwargs})
        if all(_may_see(user, page) for page in pages):
            return None
        response: HttpResponseBase = permission_denied(request)
        return response


def _may_see(user: User, page: Page) -> bool:
    """Return whether a user may edit a page, as whoever is to approve it may, or see it in the admin."""
    return bool(page.permissions_for_user(user).can_edit() or explorable_pages(user).filter(pk=page.pk).exists())


class PageTypesUsage(PageTypesUsageReportView):
    """Wagtail's report, which names the page of each type that was edited last."""

    def decorate_paginated_queryset(self, page_types: Any) -> Any:
        types = list(super().decorate_paginated_queryset(page_types))
        last = {item.last_edited_page_id for item in types} - {None}
        seen = set(explorable_pages(admin_user(self.request)).filter(pk__in=last).values_list("pk", flat=True))
        for item in types:
            if item.last_edited_page_id not in seen:
                item.last_edited_page = None
        return types


urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path("reports/page-types-usage/", require_admin_access(PageTypesUsage.as_view())),
    path("reports/page-types-usage/results/", require_admin_access(PageTypesUsage.as_view(results_only=True))),
]
