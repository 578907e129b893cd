"""Context processor: the blog and the site's URL, for every template."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.request import base_of, find_blog


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `blog` (read only where a template asks for it; None where there is none) and `base`, the URL without a path."""
    return {"blog": SimpleLazyObject(lambda: find_blog(request)), "base": base_of(request)}
