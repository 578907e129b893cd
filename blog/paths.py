"""Paths of the blog's pages, from the URLconf, percent-encoded (RFC 3986): each route is reversed once. URLs of other sites."""

from functools import cache
from urllib.parse import quote, unquote, urlsplit

from django.urls import reverse

from blog.selections.query import query
from blog.selections.selection import Selection, quoted

PLACEHOLDER = "argument-of-the-route"


@cache
def route(name: str, *parameters: str) -> str:
    """Return the path of a named route as a format string, with a field for each of its parameters."""
    placeholders = {parameter: f"{PLACEHOLDER}-{parameter}" for parameter in parameters}
    path = reverse(name, kwargs=placeholders)
    for parameter, placeholder in placeholders.items():
        path = path.replace(placeholder, f"{{{parameter}}}")
    return path


def web_url(url: str) -> str:
    """Return a URL of another site as it is stored, or "" unless it is one of HTTP: not every row was written by a form.

    >>> web_url("https://example.org/"), web_url("javascript:alert(1)"), web_url("https://[")
    ('https://example.org/', '', '')
    """
    try:
        parts = urlsplit(url)
        is_of_the_web = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        return ""
    return url if is_of_the_web else ""


def post_path(slug: str) -> str:
    """Return the path of a post's page."""
    return route("post", "slug").format(slug=quoted(slug))


def markdown_path(slug: str) -> str:
    """Return the path of a post's Markdown."""
    return route("markdown", "slug").format(slug=quoted(slug))


def comment_form_path(slug: str) -> str:
    """Return the path of the form for comments on a post."""
    return route("commenting:form", "slug").format(slug=quoted(slug))


def author_path(handle: str) -> str:
    """Return the path of an author's listing."""
    return route("author", "handle").format(handle=quoted(handle))


def stream_path(slug: str) -> str:
    """Return the path of a stream's listing."""
    return route("stream", "slug").format(slug=quoted(slug))


def tag_path(slug: str) -> str:
    """Return the path of a tag's listing."""
    return route("selection", "expression").format(expression=quoted(slug))


def expression_route(selection: Selection) -> str:
    """Return the path of a selection's listings as a format string with a field for the expression of its tags."""
    if not selection.author:
        return route("selection", "expression")
    return route("author_selection", "handle", "expression").format(handle=quoted(selection.author), expression="{expression}")


def selection_path(selection: Selection) -> str:
    """Return the path of a selection's listing: the canonical one, to which other spellings redirect."""
    if selection.tags:
        return expression_route(selection).format(expression=quoted(selection.expression))
    return author_path(selection.author) if selection.author else route("listing")


def selection_url(selection: Selection) -> str:
    """Return the listing's path with the query string of the selection's source, year and month."""
    return selection_path(selection) + query(selection.parameters)


def is_canonical(path: str, selection: Selection, file_name: str = "") -> bool:
    """Return whether a path (not percent-encoded) is the canonical one of a selection, or below it."""
    return path == unquote(selection_path(selection)) + file_name


def cloud_url(within: Selection) -> str:
    """Return the URL of the cloud of tags that co-occur with a selection's."""
    return route("tags") + (f"?with={quote(within.expression, safe='+')}" if within.tags else "")


def stream_sign_up_url(slug: str) -> str:
    """Return the URL of the form to subscribe to a stream by e-mail, as it will be edited."""
    return route("signup:form") + f"?stream={quoted(slug)}"


def sign_up_url(selection: Selection) -> str:
    """Return the URL of the form to subscribe to a selection by e-mail."""
    return route("signup:form") + (f"?tags={quoted(str(selection))}" if selection else "")
