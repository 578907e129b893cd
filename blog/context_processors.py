"""Context processor: the blog and the site's URL, for every template."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.request import base_of, find_blog, sign_out_token


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the blog (None where there is none) and the token to sign out, read where a template asks, and the site's URL."""
    return {
        "blog": SimpleLazyObject(lambda: find_blog(request)),
        "base": base_of(request),
        "sign_out": SimpleLazyObject(lambda: sign_out_token(request)),
    }
