"""The full view: all posts of a listing on one page, streamed while they are read; memory use is constant."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from markupsafe import Markup

from blog.batches import batched
from blog.markdown import prefixed
from blog.models.rows import PostRow, read_rows
from blog.rendering.listing import Listing
from blog.rendering.post import post_view
from blog.rendering.post_tags import tags_of
from blog.tagindex import TagIndex
from blog.tagindex.store import read_revision

PLACE = Markup("<!-- the posts -->")  # placeholder for the posts in the listing's page
CHUNK = 50  # posts read at once
ATTEMPTS = 20  # to read them without a write in between

Read = Callable[[Callable[[], Any]], Any]  # calls what reads: `blog.replica.read`, or nothing else


def whole_history(
    listing: Listing, latest: Callable[[], TagIndex], render: Callable[[Markup], str], read: Read
) -> Iterator[str]:
    """Yield the page in pieces: head, post by post, foot; `render` makes the page around the posts, `read` reads each chunk.

    A post that the snapshot of the moment (`latest`) no longer holds is left out. Ends early, with a link to read on, beyond
    FULL_VIEW_BYTES, and where writes never cease.
    """
    head, foot = render(PLACE).split(PLACE)
    post_query = listing.post_query
    yield head
    sent = 0
    for ids in batched(listing.page.ids, CHUNK):
        index, posts = _read_at_one_revision(partial(read, partial(_read_chunk, ids, latest)))
        for id_ in ids:
            if index is None or sent > settings.FULL_VIEW_BYTES:
                yield render_to_string("blog/read_on.html", {"address": _from(listing, id_)})
                yield foot
                return
            if id_ in posts:
                piece = _article(posts[id_], index, post_query)
                sent += len(piece.encode())
                yield piece
    yield foot


Chunk = tuple[TagIndex, dict[int, PostRow]]


def _read_chunk(ids: Iterable[int], latest: Callable[[], TagIndex]) -> Chunk:
    index = latest()
    return index, read_rows([id_ for id_ in ids if index.position(id_) is not None])


def _read_at_one_revision(read: Callable[[], Chunk]) -> Chunk | tuple[None, dict[int, PostRow]]:
    """Return the current snapshot and those posts that it contains; None if every attempt met a concurrent write.

    Rows of another revision than the snapshot's may hold what was written while a post was closed: these are not used.
    """
    for _attempt in range(ATTEMPTS):
        revision = read_revision()
        chunk = read()
        if read_revision() == revision:
            return chunk
    return None, {}


def _article(post: PostRow, index: TagIndex, post_query: str) -> str:
    """Return the HTML of a post in a full view, its ids prefixed so that they are unique on the page."""
    row = post._replace(html=prefixed(post.html, f"p{post.pk}-"))
    return render_to_string("blog/article.html", {"post": post_view(row, tags_of(index, post.pk)), "selection": post_query})


def _from(listing: Listing, post: int) -> str:
    """Return the URL of the page that begins with this post."""
    place = listing.index.cursor(listing.index.position(post) or 0)
    if listing.reading.oldest_first:
        return listing.address(after=str(place._replace(id=place.id - 1)))
    return listing.address(before=str(place._replace(id=place.id + 1)))
