"""The site's URLconf with views that fail, for the pages that say so."""

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path

from kimonote.urls import handler400, handler403, handler404, handler500
from kimonote.urls import urlpatterns as site_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def refuse(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


def fail(request: HttpRequest) -> HttpResponse:
    from blog.views.errors import server_error

    return server_error(request)


def rest(request: HttpRequest, **context: Any) -> HttpResponse:
    """What a proxy shows while the site is down."""
    return HttpResponse(render_to_string("503.html"), status=503)


urlpatterns = [path("_util/403/", refuse), path("_util/500/", fail), path("_util/503/", rest), *site_urls]
