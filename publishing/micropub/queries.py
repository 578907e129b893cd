"""What a program asks before it writes: what is offered, the properties of posts, the names of tags."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from blog.admin.tag_suggestions import seen_counts
from blog.models import Tag
from blog.paths import post_path
from blog.request import base_of
from publishing import guard, scopes
from publishing.micropub import posts
from publishing.micropub.commands import Properties, bad
from publishing.tokens import Program

PARTS: Final = ("media-endpoint", "post-types", "syndicate-to")  # of the configuration, which may be asked for by themselves
QUERIES: Final = ("config", "source", "category", *PARTS)
TYPES: Final = ("note", "article", "photo", "bookmark", "like", "reply", "repost")
USUAL, MOST = 20, 100  # posts in one response
MOST_TAGS: Final = 5_000


def respond(program: Program, request: HttpRequest) -> dict[str, Any]:
    """Return what a query asks for. Raise Refusal for one that is not known."""
    query = request.GET.get("q", "")
    if query == "config":
        return _config(request)
    if query in PARTS:
        return {query: _config(request)[query]}
    if query == "category":
        guard.require(program, scopes.READ, scopes.CREATE, scopes.DRAFT, scopes.UPDATE)
        return {"categories": _tags(program, request.GET.get("filter", request.GET.get("search", "")))}
    if query == "source":
        guard.require(program, scopes.READ, scopes.UPDATE)
        return _source(program, request)
    raise bad(_("A query is one of %s.") % ", ".join(QUERIES))


def _config(request: HttpRequest) -> dict[str, Any]:
    return {
        "media-endpoint": f"{base_of(request)}{reverse('micropub_media')}",
        "syndicate-to": [],
        "post-types": [{"type": name, "name": name.title()} for name in TYPES],
        "q": list(QUERIES),
        "mp": ["slug", "photo-alt"],
    }


def _tags(program: Program, part: str) -> list[str]:
    """Return the names of the tags that the token's user may know of, and that have this part, in their order."""
    tags = dict(
        Tag.objects.filter(name__icontains=part.replace("\0", "")).order_by("sort_key").values_list("pk", "name")[:MOST_TAGS]
    )
    known = seen_counts(program.user, list(tags))
    return [name for pk, name in tags.items() if pk in known]


def _source(program: Program, request: HttpRequest) -> dict[str, Any]:
    """Return one post, or only some of its properties; without an address the posts written last."""
    asked, blog = request.GET.getlist("properties[]") + request.GET.getlist("properties"), posts.blog_of(request)
    if "url" in request.GET:
        found = posts.read(program, posts.find(program, blog, request, request.GET["url"]))
        return _chosen(found, asked) if asked else {"type": ["h-entry"], "properties": found}
    start, length = _number(request, "offset", 0, 2**31 - 1 - MOST), _number(request, "limit", USUAL, MOST)
    listed = posts.posts_of(program, blog).order_by("-latest_revision_created_at", "-pk")[start : start + length]
    items = []
    for post in listed:
        found = posts.read(program, post) | {"url": [f"{base_of(request)}{post_path(post.slug)}"]}
        items.append({"type": ["h-entry"], **_chosen(found, asked)})
    return {"items": items}


def _chosen(found: Properties, asked: list[str]) -> dict[str, Any]:
    return {"properties": {name: values for name, values in found.items() if not asked or name in asked}}


def _number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    text = request.GET.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 10 else usual
