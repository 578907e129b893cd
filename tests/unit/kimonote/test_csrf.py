"""Every view has Django's CSRF check, but for those of which no cookie is a proof of anything (ASVS 3.5.1)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from blog.caching.public_view import PublicView
from mail.webhooks import webhook_urls

TOKENS = ("signup/", "comments/")  # of links in mails; their forms have no token in their addresses
PROGRAMS = ("api/v3/", "micropub", "indieauth/")
SERVICES = ("anymail/",)  # by a name and a password
READ_ONLY = ("admin/api/main/",)  # Wagtail's own, for the admin's scripts


def views(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_views_without_the_check_take_no_cookie_for_a_proof() -> None:
    patterns = [*get_resolver().url_patterns, *webhook_urls("name:password")]
    exempt = [(route, view) for route, view in views(patterns) if getattr(view, "csrf_exempt", False)]
    others = {route for route, view in exempt if not isinstance(view, PublicView)}  # which write nothing
    assert {route for route in others if not route.startswith((*TOKENS, *PROGRAMS, *SERVICES, *READ_ONLY))} == set()
    assert {route for route in others if route.startswith(TOKENS) and "<str:token>" not in route} == set()
    assert all(any(route.startswith(start) for route in others) for start in (*TOKENS, *PROGRAMS, *SERVICES, *READ_ONLY))
