"""What every page's template knows: the blog it is of, and the site's address."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.sites import Blog, base_of, blog_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Give `blog` (read only where a template asks for it) and `base`, the address without a path."""

    def blog() -> Blog | None:
        try:
            return blog_of(request)
        except Http404:
            return None

    return {"blog": SimpleLazyObject(blog), "base": base_of(request)}
