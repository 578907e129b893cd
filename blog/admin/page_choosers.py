"""Choosers of pages: they offer public pages and those that the user may see in the admin, and no draft's title otherwise.

Wagtail checks `access_admin` alone, and hands the title of any page's newest draft to whoever asks.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from wagtail.admin.auth import require_admin_access, user_has_any_page_permission
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import chooser
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blog.images.visibility import public_pages
from wagtail_actions.users import admin_user

APPS = ("blog", "wagtailimages", "wagtaildocs")  # whose objects have tags, authors and the like


def explorable_pages(user: User) -> QuerySet[Page]:
    """Return the pages that a user may see in the admin: those with a permission of theirs, and what is above them."""
    found: QuerySet[Page] = policy_registry.get_by_type(Page).explorable_instances(user)
    return found


def choosable_pages(user: User) -> QuerySet[Page]:
    """Return the public pages, and those that a user may see in the admin."""
    found: QuerySet[Page] = Page.objects.filter(
        Q(pk__in=explorable_pages(user).values("pk")) | Q(pk__in=public_pages().values("pk"))
    )
    return found


def limit_page_chooser(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Leave out what the user may not see: a receiver of Wagtail's hook."""
    return pages.filter(pk__in=choosable_pages(admin_user(request)).values("pk"))


def hide_draft_title(page: Page, user: User) -> None:
    """Have a page shown by its public title, unless the user may edit it."""
    if not page.permissions_for_user(user).can_edit():
        page.draft_title = page.title


class TitleColumn(chooser.PageTitleColumn):
    """Wagtail's column, which shows the title of the newest draft."""

    def get_cell_context_data(self, instance: Page, parent_context: Any) -> dict[str, Any]:
        hide_draft_title(instance, admin_user(parent_context["request"]))
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context


class ParentColumn(chooser.ParentPageColumn):
    """Wagtail's column, which shows the page above whether or not the user may see that."""

    def get_cell_context_data(self, instance: Page, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        user, parent = admin_user(parent_context["request"]), context["value"]
        if parent and choosable_pages(user).filter(pk=parent.pk).exists():
            hide_draft_title(parent, user)
        else:
            context["value"] = None
        return context


def _with_public_titles(columns: list[Column], is_multiple_choice: bool) -> list[Column]:
    """Return Wagtail's columns with ours in place of those of the same name."""
    ours: dict[str, Callable[..., Column]] = {
        "title": partial(TitleColumn, is_multiple_choice=is_multiple_choice),
        "parent": ParentColumn,
    }
    return [ours[column.name](column.name, label=column.label) if column.name in ours else column for column in columns]


class BrowseView(chooser.BrowseView):
    """Wagtail's, which shows any page's title above its children."""

    @property
    def columns(self) -> list[Column]:
        return _with_public_titles(super().columns, self.is_multiple_choice)

    def filter_object_list(self, pages: QuerySet[Page]) -> QuerySet[Page]:
        allowed = choosable_pages(admin_user(self.request))
        if not self.parent_page.is_root() and not allowed.filter(pk=self.parent_page.pk).exists():
            raise Http404
        found: QuerySet[Page] = super().filter_object_list(pages)
        return found


class SearchView(chooser.SearchView):
    """Wagtail's, which names the page above each that it finds."""

    @property
    def columns(self) -> list[Column]:
        return _with_public_titles(super().columns, self.is_multiple_choice)


class ChosenMultipleView(chooser.ChosenMultipleView):
    """Wagtail's, which gives the titles of pages by their numbers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {key for key in request.GET.getlist("id") if key.isascii() and key.isdigit()}
        pages = choosable_pages(admin_user(request)).filter(depth__gt=1)  # the root has no page above it
        if pages.filter(pk__in=asked).count() != len(set(request.GET.getlist("id"))):
            raise Http404
        response: HttpResponse = super().get(request)
        return response

    def render_chosen_response(self, result: list[dict[str, Any]]) -> HttpResponse:
        pages = Page.objects.in_bulk([chosen["id"] for chosen in result])
        for chosen in result:
            page = pages[chosen["id"]]
            hide_draft_title(page, admin_user(self.request))
            chosen["adminTitle"] = page.get_admin_display_title()
        response: HttpResponse = super().render_chosen_response(result)
        return response


class ExternalLinkView(chooser.ExternalLinkView):
    """Wagtail's, which makes of an address a link to the page, with its title; here only of a page that the user may see."""

    def post(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = super().post(request)
        found = json.loads(response.content)
        page = (found.get("internal") or found.get("result") or {}).get("id")
        if page is None or explorable_pages(admin_user(request)).filter(pk=page).exists():
            return response
        external: HttpResponse = self.render_chosen_response(self.get_result_data())
        return external


def is_editor(user: User) -> bool:
    """Return whether a user may edit a page, a picture, a document or anything of the blog."""
    return user_has_any_page_permission(user) or any(map(user.has_module_perms, APPS))


urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path(f"choose-{address}", require_admin_access(view.as_view()))
    for address, view in (
        ("page/", BrowseView),
        ("page/<int:parent_page_id>/", BrowseView),
        ("page/search/", SearchView),
        ("page/chosen-multiple/", ChosenMultipleView),
        ("external-link/", ExternalLinkView),
    )
]
