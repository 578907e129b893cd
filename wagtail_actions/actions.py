"""Actions on one object that an editor confirms by a button: each with its permission, its question, its message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

ACTOR_LENGTH = 150  # characters


class CannotBeDone(Exception):
    """The object's state no longer allows the action; the message says so."""


@dataclass(frozen=True, slots=True)
class Action:
    """What an editor may do with an object: `do` gets the object and the editor's name.

    `question` and `done` are texts with the object's name, or are made of the object.
    """

    name: str
    label: Any
    question: Any
    done: Any
    permission: str
    icon: str
    is_possible: Callable[[Any], bool]
    do: Callable[[Any, str], object]
    serious: bool = False


def in_words(words: Any, one: Any, name: str) -> str:
    """Return an action's text about an object."""
    return str(words(one) if callable(words) else words % {"object": name})


class ActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Ask by GET, act by POST, and go back to the object, or to the listing where it is gone."""

    template_name = "wagtail_actions/action.html"
    model: Any = None
    action: Any = None
    index_url_name = ""
    inspect_url_name = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.permission_required = self.action.permission
        self.header_icon = self.action.icon

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.user_has_permission(self.action.permission):
            return super().dispatch(request, *args, **kwargs)  # which refuses, before anything is read
        self.object = get_object_or_404(self.model, pk=kwargs["pk"])
        if not self.user_has_permission_for_instance(self.action.permission, self.object):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.action.is_possible(self.object):
            raise Http404
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        name = str(self.object)
        try:
            self.action.do(self.object, request.user.get_username()[:ACTOR_LENGTH])
        except CannotBeDone as error:
            messages.error(request, str(error))
        except self.model.DoesNotExist:
            messages.error(request, _("“%(object)s” has been deleted meanwhile.") % {"object": name})
        else:
            messages.success(request, in_words(self.action.done, self.object, name))
        return HttpResponseRedirect(self.way_back())

    def way_back(self) -> str:
        if self.model.objects.filter(pk=self.object.pk).exists():
            return reverse(self.inspect_url_name, args=[self.object.pk])
        return reverse(self.index_url_name)

    def get_page_title(self) -> str:
        return str(self.action.label)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        listing = {"url": reverse(self.index_url_name), "label": capfirst(self.model._meta.verbose_name_plural)}
        one = {"url": reverse(self.inspect_url_name, args=[self.object.pk]), "label": str(self.object)}
        return [*self.breadcrumbs_items, listing, one, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = in_words(self.action.question, self.object, str(self.object))
        return super().get_context_data(question=question, action=self.action, way_back=self.way_back(), **kwargs)
