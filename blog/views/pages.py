"""Rendering of public pages, without a request."""

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from blog.request import RequestState


def page_context(state: RequestState, **context: Any) -> dict[str, Any]:
    """Return the context of a public page's template: the blog, the site's URL, and the view's own values."""
    return {"blog": state.blog, "base": state.base, "sign_out": state.sign_out, **context}


def page(state: RequestState, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return the response with a public page."""
    return HttpResponse(render_to_string(template, page_context(state, **context)), status=status)
