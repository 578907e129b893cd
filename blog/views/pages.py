"""Rendering public pages: without what Django's context processors add, which these pages never use."""

from collections.abc import Hashable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from blog.sites import base_of, blog_of
from blog.stencils import Word, fill


def page_context(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """What a public page's template knows: the blog, the site's address, and what the view adds."""
    return {"blog": blog_of(request), "base": base_of(request), **context}


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Answer with a public page."""
    return HttpResponse(render_to_string(template, page_context(request, **context)))


def fill_page(request: HttpRequest, template: str, words: Mapping[str, Word], **shape: Hashable) -> str:
    """A public page from its stencil: for those that must be quick. It may ask only for what is given to it."""
    return fill(template, {**words, "base": base_of(request)}, blog=blog_of(request), **shape)
