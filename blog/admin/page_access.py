"""Pages of the admin that would name a page to whoever may not see it there: Wagtail asks for permission too late, or not."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from wagtail.admin.auth import permission_denied, require_admin_access
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.models import Page, PageLogEntry
from wagtail.permissions import policy_registry

from blog.admin.page_choosers import explorable_pages
from blog.admin.page_policy import TO_SEE
from blog.models import BinnedPost
from wagtail_actions.users import admin_user

PAGES: Final = ("page_id", "page_pk", "page_to_move_id")  # parameters of Wagtail's views
PARENTS: Final = ("parent_page_id", "destination_id")
NAMESPACES: Final = {"wagtailadmin_pages", "wagtailadmin_workflows"}  # whose views are about pages
EXPLORER: Final = {"wagtailadmin_explore", "wagtailadmin_explore_results"}


class PageAccess(MiddlewareMixin):
    """Refuse views on pages that the user may not see in the admin; redirect from a post of the bin to the bin."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or not (NAMESPACES.intersection(match.namespaces) or match.url_name in EXPLORER):
            return None  # without asking for the user: that reads the session, and public pages never depend on a cookie
        user = request.user
        if not isinstance(user, User):
            return None
        pages, parents = ({kwargs[name] for name in names if name in kwargs} for names in (PAGES, PARENTS))
        if (pages or parents) and (binned := BinnedPost.objects.filter(post__in=pages | parents)).exists():
            return _redirect_to_bin(request) if binned.restorable_by(user).exists() else _refuse(request)
        if user.is_superuser or (
            all(_may_see(user, page) for page in Page.objects.filter(pk__in=pages))
            and explorable_pages(user).filter(pk__in=parents).count() == len(parents)
        ):
            return None
        return _refuse(request)


def _may_see(user: User, page: Page) -> bool:
    """Return whether a user may edit a page, as whoever is to approve it may, or has another right on it."""
    policy = policy_registry.get_by_type(Page)
    return bool(page.permissions_for_user(user).can_edit() or policy.user_has_any_permission_for_instance(user, TO_SEE, page))


def redirect_from_binned(
    request: HttpRequest, _type: str, objects: Sequence[Any], action: BulkAction
) -> HttpResponseBase | None:
    """Redirect to the bin where one of many chosen pages is there: a receiver of Wagtail's hook before it acts on them."""
    if isinstance(action, PageBulkAction) and BinnedPost.objects.filter(post__in=[page.pk for page in objects]).exists():
        return _redirect_to_bin(request)
    return None


def _refuse(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = permission_denied(request)
    return response


def _redirect_to_bin(request: HttpRequest) -> HttpResponseBase:
    messages.info(request, _("This post is in the bin: restore it first."))
    return redirect("bin:index")


class PageTypesUsage(PageTypesUsageReportView):
    """Wagtail's report, which counts all pages of each type, and names the one that was edited last."""

    def get_queryset(self) -> Any:
        types, chosen = super().get_queryset(), self.filters.form.cleaned_data
        pages = explorable_pages(admin_user(self.request)).filter(content_type=OuterRef("pk"), depth__gt=1)
        pages = pages.filter(path__startswith=chosen.get("site") or "")
        if chosen.get("page_locale"):
            pages = pages.filter(locale__language_code=chosen["page_locale"])
        counts = pages.order_by().values("content_type").annotate(number=Count("pk")).values("number")
        return types.annotate(count=Coalesce(Subquery(counts), 0))

    def decorate_paginated_queryset(self, page_types: Any) -> Any:
        types = list(super().decorate_paginated_queryset(page_types))
        last = {item.last_edited_page_id for item in types} - {None}
        seen = set(explorable_pages(admin_user(self.request)).filter(pk__in=last).values_list("pk", flat=True))
        for item in types:
            if item.last_edited_page_id not in seen:
                item.last_edited_page = None
        return types


class SiteHistory(LogEntriesView):
    """Wagtail's report, which names deleted pages to whoever may add any to the root: here to those who may change it."""

    def filter_queryset(self, queryset: Any) -> Any:
        entries, user = super().filter_queryset(queryset), admin_user(self.request)
        policy = policy_registry.get_by_type(Page)
        is_of_pages = entries.model is PageLogEntry
        if not is_of_pages or policy.user_has_permission_for_instance(user, "change", Page.get_first_root_node()):
            return entries
        deleted = PageLogEntry.objects.filter(deleted=True).values("page_id")
        return entries.exclude(Q(page_id__in=deleted) & ~Q(user=user))


urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path(f"reports/{address}/{more}", require_admin_access(view.as_view(results_only=bool(more))))
    for address, view in (("page-types-usage", PageTypesUsage), ("site-history", SiteHistory))
    for more in ("", "results/")
]
