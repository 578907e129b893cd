"""What choosers and tag completion offer: nothing hidden to accounts that may only enter the admin.

Wagtail checks `access_admin` alone, and hands titles of drafts and names of all tags to whoever asks.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from wagtail.admin.auth import require_admin_access, user_has_any_page_permission
from wagtail.admin.views import chooser, tags
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.snippets.views.chooser import SnippetChooserViewSet

View = Callable[..., HttpResponse]
APPS = ("blog", "wagtailimages", "wagtaildocs")  # whose objects have tags, authors and the like


def choosable_pages(user: User) -> QuerySet[Page]:
    """Return the public pages, and those that a user may see in the admin."""
    explorable = policy_registry.get_by_type(Page).explorable_instances(user)
    found: QuerySet[Page] = Page.objects.filter(pk__in=explorable.values("pk")) | Page.objects.live().public()
    return found


def limit_page_chooser(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Leave out what the user may not see: a receiver of Wagtail's hook."""
    return pages.filter(pk__in=choosable_pages(_user(request)).values("pk"))


class BrowseView(chooser.BrowseView):
    """Wagtail's, which shows any page's title above its children."""

    def filter_object_list(self, pages: QuerySet[Page]) -> QuerySet[Page]:
        allowed = choosable_pages(_user(self.request))
        if not self.parent_page.is_root() and not allowed.filter(pk=self.parent_page.pk).exists():
            raise Http404
        found: QuerySet[Page] = super().filter_object_list(pages)
        return found


class ChosenMultipleView(chooser.ChosenMultipleView):
    """Wagtail's, which gives the titles of pages by their numbers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = {key for key in request.GET.getlist("id") if key.isascii() and key.isdigit()}
        if choosable_pages(_user(request)).filter(pk__in=asked).count() != len(set(request.GET.getlist("id"))):
            raise Http404
        response: HttpResponse = super().get(request)
        return response


def complete_tag(request: HttpRequest, app_name: str | None = None, model_name: str | None = None) -> HttpResponse:
    """Complete a tag for whoever may give one to something; others are told of none."""
    if not is_editor(_user(request)):
        return JsonResponse([], safe=False)
    response: HttpResponse = tags.autocomplete(request, app_name, model_name)
    return response


class EditorsChooserViewSet(SnippetChooserViewSet):
    """Choosers of tags, authors and streams for whoever may edit something."""

    def construct_view(self, view_class: type, **options: Any) -> View:
        return _for_editors(super().construct_view(view_class, **options))


def is_editor(user: User) -> bool:
    """Return whether a user may edit a page, a picture, a document or anything of the blog."""
    return user_has_any_page_permission(user) or any(map(user.has_module_perms, APPS))


def _for_editors(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_editor(_user(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the admin lets in nobody else
    return request.user


_completion = require_admin_access(complete_tag)
urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path("choose-page/", require_admin_access(BrowseView.as_view())),
    path("choose-page/<int:parent_page_id>/", require_admin_access(BrowseView.as_view())),
    path("choose-page/chosen-multiple/", require_admin_access(ChosenMultipleView.as_view())),
    path("tag-autocomplete/", _completion),
    path("tag-autocomplete/<slug:app_name>/<slug:model_name>/", _completion),
]
