"""Choosers of authors and streams, and the completion of tags, for whoever may edit something; the chooser of all tags.

Wagtail checks `access_admin` alone, and names them all to whoever asks. The completion names no tag of hidden posts alone;
the chooser is for those who may see the list of tags.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.views import tags
from wagtail.admin.views.generic.chooser import BaseChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.snippets.views.chooser import SnippetChooserViewSet

from blog.admin import suggested_tags
from blog.admin.author_chooser import AuthorChooser
from blog.admin.page_choosers import is_editor
from blog.admin.post_titles import contains
from blog.admin.tag_suggestions import NAME, may_list_tags, names_beginning, suggest
from blog.models import Tag
from wagtail_actions.users import admin_user

ChooserViewSet.search_tab_label = _("Search")  # Wagtail's is in the language of the process

View = Callable[..., HttpResponse]


class NameFilterForm(SearchFilterMixin, BaseFilterForm):
    """Wagtail's field to search by, for what has a name and is in no index."""

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        return objects.filter(contains("name", self.search_query)) if self.is_searching else objects


class NamedChooserViewSet(SnippetChooserViewSet):
    """A chooser with a search by name."""

    def construct_view(self, view_class: type, **options: Any) -> View:
        filters = {"filter_form_class": NameFilterForm} if issubclass(view_class, BaseChooseView) else {}
        view: View = super().construct_view(view_class, **filters, **options)
        return view


def complete_tag(request: HttpRequest, app_name: str | None = None, model_name: str | None = None) -> HttpResponse:
    """Complete a tag for whoever may give one to something; others get none."""
    user, term = admin_user(request), request.GET.get("term", "")
    if not is_editor(user) or "\0" in term:  # which PostgreSQL refuses
        return JsonResponse([], safe=False)
    if (app_name, model_name) == (Tag._meta.app_label, Tag._meta.model_name):
        return JsonResponse(names_beginning(term, user), safe=False)
    response: HttpResponse = tags.autocomplete(request, app_name, model_name)
    return response


class EditorsChooserViewSet(NamedChooserViewSet):
    """Choosers of authors and streams for whoever may edit something."""

    def construct_view(self, view_class: type, **options: Any) -> View:
        return for_editors(super().construct_view(view_class, **options))


class AuthorChooserViewSet(EditorsChooserViewSet):
    base_widget_class = AuthorChooser


class TagChooserViewSet(NamedChooserViewSet):
    """A chooser of tags for whoever may see the list of them."""

    def construct_view(self, view_class: type, **options: Any) -> View:
        return _only_for(may_list_tags, super().construct_view(view_class, **options))


def for_editors(view: View) -> View:
    """Return a view that only editors are let into."""
    return _only_for(is_editor, view)


def _only_for(allowed: Callable[[User], bool], view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not allowed(admin_user(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


_completion = require_admin_access(complete_tag)
urls: list[URLPattern] = [  # before Wagtail's own, at the same addresses
    path("tag-suggestions/", require_admin_access(for_editors(suggest)), name=NAME),
    path("suggested-tags/", require_admin_access(for_editors(suggested_tags.suggest)), name=suggested_tags.NAME),
    path("tag-autocomplete/", _completion),
    path("tag-autocomplete/<slug:app_name>/<slug:model_name>/", _completion),
]
