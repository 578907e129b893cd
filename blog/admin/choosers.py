"""Choosers of tags, authors and streams, and the completion of tags: for whoever may edit something.

Wagtail checks `access_admin` alone, and names them all to whoever asks. The completion names no tag of hidden posts alone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views import tags
from wagtail.snippets.views.chooser import SnippetChooserViewSet

from blog.admin.page_choosers import admin_user, is_editor
from blog.admin.tag_suggestions import NAME, names_beginning, suggest
from blog.models import Tag

View = Callable[..., HttpResponse]


def complete_tag(request: HttpRequest, app_name: str | None = None, model_name: str | None = None) -> HttpResponse:
    """Complete a tag for whoever may give one to something; others are told of none."""
    user = admin_user(request)
    if not is_editor(user):
        return JsonResponse([], safe=False)
    if (app_name, model_name) == (Tag._meta.app_label, Tag._meta.model_name):
        return JsonResponse(names_beginning(request.GET.get("term", ""), user), safe=False)
    response: HttpResponse = tags.autocomplete(request, app_name, model_name)
    return response


class EditorsChooserViewSet(SnippetChooserViewSet):
    """Choosers of tags, authors and streams for whoever may edit something."""

    def construct_view(self, view_class: type, **options: Any) -> View:
        return for_editors(super().construct_view(view_class, **options))


def for_editors(view: View) -> View:
    """Return a view that only editors are let into."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_editor(admin_user(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


_completion = require_admin_access(complete_tag)
urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path("tag-suggestions/", require_admin_access(suggest), name=NAME),
    path("tag-autocomplete/", _completion),
    path("tag-autocomplete/<slug:app_name>/<slug:model_name>/", _completion),
]
