"""Where posts are to be seen: the addresses that a proxy must forget after a change. Sets of several tags have too many."""

from collections.abc import Collection, Iterator

from blog.feeds import FORMS, file_name
from blog.models import Pin, PostPage, PostTag, Stream, TagAlias
from blog.selection import Selection, quoted

PLAIN = frozenset(
    ["/tags/", "/streams/", "/feeds/", "/feeds.opml", "/sitemap.xml", "/sitemap-posts.xml", "/sitemap-tags.xml", "/robots.txt"]
)  # pages of the whole blog that have no feeds


def places_of_all() -> set[str]:
    """The places that any change may change, not percent-encoded: what tells of the whole blog, streams, tags' old names."""
    streams = {f"/streams/{slug}/" for slug in Stream.objects.values_list("slug", flat=True)}
    aliases = {Selection.of([slug]).path for slug in TagAlias.objects.values_list("slug", flat=True)}
    return {"/", "/comments/", *PLAIN, *streams, *aliases}


def places_of(posts: Collection[int]) -> dict[int, set[str]]:
    """The places of these posts as they are now: their own, and those of each one's author and tags. A lost post has none."""
    tags: dict[int, list[str]] = {}
    borne = PostTag.objects.filter(content_object_id__in=posts).values_list("content_object_id", "tag__slug")
    pinned = Pin.objects.filter(post_id__in=posts).values_list("post_id", "tag__slug")
    for post, tag in [*borne, *pinned]:
        tags.setdefault(post, []).append(tag)
    found = PostPage.objects.filter(pk__in=posts).values_list("pk", "slug", "author__handle")
    return {post: _places(slug, handle, tags.get(post, [])) for post, slug, handle in found}


def _places(slug: str, handle: str | None, tags: list[str]) -> set[str]:
    authors = [None, handle] if handle else [None]
    of_tags = {Selection.of([tag], author=author).path for tag in tags for author in authors}
    return {f"/{slug}/", f"/{slug}.md", *of_tags, *([Selection(author=handle).path] if handle else [])}


def addresses_at(place: str) -> Iterator[str]:
    """The addresses of a place, percent-encoded: its own, and those of its feeds.

    >>> list(addresses_at("/tags/naïve/"))[:2]
    ['/tags/na%C3%AFve/', '/tags/na%C3%AFve/feed.rss']
    >>> list(addresses_at("/first.md"))
    ['/first.md']
    """
    yield quoted(place)
    if place.endswith("/") and place not in PLAIN:
        yield from (quoted(place) + file_name(form) for form in FORMS)
