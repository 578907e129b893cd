"""Rendering public pages: without a request, which they never use."""

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from blog.request import RequestState


def page_context(state: RequestState, **context: Any) -> dict[str, Any]:
    """What a public page's template knows: the blog, the site's address, and what the view adds."""
    return {"blog": state.blog, "base": state.base, **context}


def page(state: RequestState, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return a public page."""
    return HttpResponse(render_to_string(template, page_context(state, **context)), status=status)
