"""Wagtail's API v3 as this site mounts it: for tokens alone, within their scopes and limits, never kept by any cache.

Wagtail checks what the token's user may do. Beside that, a page or picture that they may not see in the admin is here as one
that is not there: neither its number nor another status tells of it. What the admin does in ways of its own, such as copying,
tags, redirects and sites, is not offered.
"""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import chain
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from wagtail.api.v3.errors import problem_response
from wagtail.api.v3.urls import api
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from blog.admin.page_choosers import explorable_pages
from blog.admin.page_policy import TO_SEE
from blog.images.visibility import EDITOR_ACTIONS
from blog.markdown import caching_renders
from blog.models.revision import revision_locked_by_first_write
from publishing import guard, scopes, written_fields
from publishing.refusals import INVALID, NOT_FOUND, Refusal
from publishing.tokens import Program
from web.links import keep_private

View = Callable[..., HttpResponse]
SAFE: Final = ("GET", "HEAD", "OPTIONS")
OFFERED: Final = {  # by the names of Wagtail's routes
    *("api-root", "openapi-json", "whoami", "list_schemas", "get_schema_for_type"),
    *("list_pages", "create_page", "find_page", "detail_page", "update_page", "delete_page"),
    *("list_page_revisions", "detail_page_revision", "pages_actions_publish", "pages_actions_unpublish"),
    *("pages_actions_revert", "pages_actions_delete"),
    *("create_image", "detail_image", "update_image", "delete_image"),
}
PAGES: Final = ("list_pages", "create_page", "detail_page", "update_page")  # routes whose body is a page
NOT_THERE: Final = "not-there"
MOST_ID: Final = 2**31 - 1


def urls() -> list[URLPattern | URLResolver]:
    """Return Wagtail's routes that are offered, each behind the guard."""
    patterns, app, namespace = api.urls
    guarded: list[Any] = [
        path(str(pattern.pattern), _guarded(pattern.callback), name=pattern.name)
        for pattern in patterns
        if pattern.name in OFFERED
    ]
    _describe_what_is_offered()
    return [path("api/v3/", ([*guarded, path("<path:rest>", _guarded(_not_there), name=NOT_THERE)], app, namespace))]


def _describe_what_is_offered() -> None:
    """Leave out of openapi.json what is not offered."""
    operations = (view.operations for router in api._get_bound_routers() for view in router.path_operations.values())
    for operation in chain.from_iterable(operations):
        operation.include_in_schema = operation.url_name in OFFERED


def _not_there(request: HttpRequest, rest: str) -> HttpResponse:
    """Respond at an address that is not offered; without its last slash, with a redirect, as everywhere."""
    if request.method in SAFE and not rest.endswith("/"):
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    raise Refusal(NOT_FOUND, _("There is nothing at this address of the API."))


def _guarded(view: View) -> View:
    @csrf_exempt
    @wraps(view)
    def respond(request: HttpRequest, **kwargs: str) -> HttpResponse:
        try:
            program = guard.admit(request)
            _check_scope(program, request)
            _check_text(request)
            _check_visible(program, request, kwargs)
            _check_fields(request, kwargs)
            response: HttpResponse = view(request, **kwargs) if request.method in SAFE else _written(view, request, kwargs)
        except Refusal as refusal:
            response = problem_response(status=refusal.status, detail=refusal.sentence)
            for header, value in refusal.headers.items():
                response[header] = value
        return keep_private(_as_problem(response))

    return respond


def _as_problem(response: HttpResponse) -> HttpResponse:
    """Return an error as application/problem+json: that a method is not allowed is said otherwise."""
    if response.status_code != 405:
        return response
    problem: HttpResponse = problem_response(status=405, detail=_("This is not done at this address."))
    problem["Allow"] = response["Allow"]
    return problem


def _written(view: View, request: HttpRequest, kwargs: dict[str, str]) -> HttpResponse:
    """Call a view that writes, in one transaction, of which nothing stays where it refuses."""
    with revision_locked_by_first_write(), caching_renders():
        response = view(request, **kwargs)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _check_scope(program: Program, request: HttpRequest) -> None:
    name, method = request.resolver_match.url_name if request.resolver_match else "", request.method or ""
    if name == NOT_THERE or (name in ("whoami", "openapi-json", "api-root") and method in SAFE):
        return
    if name == "create_image" and method in SAFE:
        raise Refusal(NOT_FOUND, _("Pictures are not listed here."))  # Wagtail would name those that the user may not see
    guard.require(program, *_scopes_for(str(name), method))


def _scopes_for(name: str, method: str) -> tuple[str, ...]:
    """Return the scopes of which a token needs one."""
    if method in SAFE:
        return (scopes.READ,)
    if name.endswith("_image"):
        return (scopes.MEDIA,)
    if method == "DELETE":
        return (scopes.DELETE,)
    if name in ("list_pages", "create_page"):
        return (scopes.CREATE,)
    return (scopes.UPDATE,)


def _check_text(request: HttpRequest) -> None:
    """Raise Refusal for what no text of the database can hold."""
    if "\0" in request.GET.urlencode() or "%00" in request.META.get("QUERY_STRING", ""):
        raise Refusal(INVALID, _("The address holds a character that is none (NUL)."))
    if _is_form(request):  # read by Django, which refuses halves of pairs
        if any("\0" in value for values in request.POST.lists() for value in values[1]):
            raise Refusal(INVALID, _("The text holds a character that is none (NUL, or half of a surrogate pair)."))
        return
    for text in _strings(_json(request)):
        if "\0" in text or not _is_encodable(text):
            raise Refusal(INVALID, _("The text holds a character that is none (NUL, or half of a surrogate pair)."))


def _check_visible(program: Program, request: HttpRequest, kwargs: dict[str, str]) -> None:
    """Raise Refusal, as for one that is not there, for a page or picture that the token's user may not see in the admin."""
    pages = policy_registry.get_by_type(Page).instances_user_has_any_permission_for(program.user, TO_SEE)
    images = policy_registry.get_by_type(get_image_model())
    if "page_id" in kwargs and not pages.filter(pk=_id(kwargs["page_id"])).exists():
        raise Refusal(NOT_FOUND, _("There is no such page."))
    if "image_id" in kwargs:
        seen = images.instances_user_has_any_permission_for(program.user, EDITOR_ACTIONS)
        if not seen.filter(pk=_id(kwargs["image_id"])).exists():
            raise Refusal(NOT_FOUND, _("There is no such picture."))
    _id(kwargs.get("revision_id", "0"))
    data = {} if request.method in SAFE or _is_form(request) else _json(request)
    parent = (data.get("meta") or {}).get("parent_id")
    if parent is not None and not explorable_pages(program.user).filter(pk=_id(str(parent))).exists():
        raise Refusal(NOT_FOUND, _("There is no such page."))


def _check_fields(request: HttpRequest, kwargs: dict[str, str]) -> None:
    """Raise Refusal for a field that would be passed over."""
    if request.method in ("POST", "PATCH"):
        name = request.resolver_match.url_name if request.resolver_match else ""
        data = {} if _is_form(request) else _json(request)
        written_fields.check(request, str(name), kwargs, data)


def _is_form(request: HttpRequest) -> bool:
    """Return whether a body is a form, which may be sent where Wagtail does not read a page as JSON."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return request.content_type == guard.MULTIPART and name not in PAGES


def _id(text: str) -> int:
    """Return a number in an address; raise Refusal, as for one that is not there, where no row can have it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10) or int(text) > MOST_ID:
        raise Refusal(NOT_FOUND, _("There is no such page."))
    return int(text)


def _json(request: HttpRequest) -> dict[str, Any]:
    """Return the object that a body is, {} of an empty one. Raise Refusal for anything else: Wagtail looks too late."""
    try:
        data = json.loads(request.body) if request.body else {}
    except (ValueError, RecursionError):
        raise Refusal(INVALID, _("The body is no JSON.")) from None
    if not isinstance(data, dict) or not isinstance(data.get("meta") or {}, dict):
        raise Refusal(INVALID, _("The body, and its “meta”, must be objects of JSON."))
    return data


def _strings(data: Any) -> Iterator[str]:
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
