"""Every address of the site, by the URLconf; those of the admin with the objects of the test as their parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

ADMIN = "admin/"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def admin_routes() -> list[str]:
    """Return the routes below `admin/`, those of the API among them, with parameters as Django writes them."""
    return sorted({route for route in _routes(get_resolver().url_patterns) if route.startswith(ADMIN)})


def public_routes() -> list[str]:
    """Return the routes that are not below `admin/`."""
    return sorted({route for route in _routes(get_resolver().url_patterns) if not route.startswith(ADMIN)})


def route_of(path: str) -> str:
    """Return the route that responds at a path, as `admin_routes` and `public_routes` have it."""
    return _named(resolve(path).route)


def addresses(route: str, parameters: Mapping[str, Iterable[object]], default: Iterable[object]) -> set[str]:
    """Return the addresses of a route: each parameter of its name, or of no known name, with each of its values."""
    found = {route}
    for name in PARAMETER.findall(route):
        values = list(parameters.get(name, default))
        found = {re.sub(rf"<(?:\w+:)?{name}>", str(value), one) for one in found for value in values}
    return {f"/{one}" for one in found}


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + _as_route(pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _as_route(pattern: URLPattern | URLResolver) -> str:
    """Return a pattern's route; of a regular expression with its named groups as parameters."""
    text = str(pattern.pattern)
    if isinstance(pattern.pattern, RoutePattern):
        return text
    return _named(text)


def _named(expression: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", expression).strip("^$").replace("\\", "")
