"""Rendering public pages: without what Django's context processors add, which these pages never use."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from blog.sites import blog_of


def page_context(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """What a public page's template knows: the blog, the site's address, and what the view adds."""
    return {"blog": blog_of(request), "base": f"{request.scheme}://{request.get_host()}", **context}


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Answer with a public page."""
    return HttpResponse(render_to_string(template, page_context(request, **context)))
