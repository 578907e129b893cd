"""Rendering public pages: without what Django's context processors add, which these pages never use."""

from collections.abc import Hashable, Mapping
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from blog.request import RequestState
from blog.stencils import Word, fill


def page_context(state: RequestState, **context: Any) -> dict[str, Any]:
    """What a public page's template knows: the blog, the site's address, and what the view adds."""
    return {"blog": state.blog, "base": state.base, **context}


def page(state: RequestState, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return a public page."""
    return HttpResponse(render_to_string(template, page_context(state, **context)), status=status)


def fill_page(state: RequestState, template: str, words: Mapping[str, Word], **shape: Hashable) -> str:
    """A public page from its stencil: for those that must be quick. It may ask only for what is given to it."""
    return fill(template, {**words, "base": state.base}, blog=state.blog, **shape)
