"""A whole history on one page, sent while it is read from the database: memory stays constant."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from blog.listing import Listing
from blog.markdown import prefixed
from blog.models.rows import PostRow
from blog.notes import note
from blog.post_tags import tags_of
from blog.reading import came_from
from blog.stencils import fill

PLACE = SafeString("<!-- the posts -->")  # stands in the listing's page where the posts go


def whole_history(listing: Listing, render: Callable[[SafeString], str]) -> Iterator[str]:
    """The page in pieces: head, post by post, foot; `render` makes the page around the posts.

    Ends early beyond FULL_VIEW_BYTES, with a link to read on.
    """
    head, foot = render(PLACE).split(PLACE)
    kept = came_from(listing.selection)
    yield head
    sent = 0
    for post in listing.whole():
        if sent > settings.FULL_VIEW_BYTES:
            yield render_to_string("blog/read_on.html", {"address": _from(listing, post)})
            break
        shown = note(post, tags_of(listing.index, post.pk))
        html = mark_safe(prefixed(post.html, f"p{post.pk}-"))  # noqa: S308 (sanitised); ids of several posts on one page
        piece = fill("blog/article.html", {"post": shown._replace(html=html), "kept": kept})
        sent += len(piece.encode())
        yield piece
    yield foot


def _from(listing: Listing, post: PostRow) -> str:
    """The address at which the reading goes on with this post itself."""
    place = listing.index.cursor(listing.index.position(post.pk) or 0)
    if listing.reading.oldest_first:
        return listing.address(after=str(place._replace(id=place.id - 1)))
    return listing.address(before=str(place._replace(id=place.id + 1)))
