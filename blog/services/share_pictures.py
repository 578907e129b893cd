"""The files of share pictures: drawn once by the worker, of what everybody may read; `blog.views.sharing` sends them.

There is one for each post and each tag, author and stream; those of other listings are drawn when they are asked for. A file is
named by what it says, below the private folder of media: the web server gives none away, and the view asks the
snapshot whether the page is there for its reader. What no page says any more is deleted.
"""

import hashlib
import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from django.core.files.storage import storages
from wagtail.models import Site

from blog.batches import batched
from blog.images.share_picture import ShareText, draw
from blog.images.storage import PRIVATE, MediaFiles
from blog.models import Appearance, Author, BlogPage, PostPage, Stream
from blog.models.revision import changed_posts
from blog.selections.slugs import in_order
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, read_revision, snapshot

FOLDER: Final = f"{PRIVATE}share/"
DESIGN: Final = 1  # raised when the pictures are to look otherwise
DIGEST_LENGTH: Final = 20  # hexadecimal digits
CHUNK: Final = 500  # posts in one query
GRACE: Final = 3600  # seconds: a picture is there before the page that is rendered just now
TAGS: Final = 6  # that a picture names

logger = logging.getLogger(__name__)


def digest(text: ShareText) -> str:
    """Return what names the picture of a text; it changes with every word."""
    return hashlib.sha256("\0".join((str(DESIGN), *text)).encode()).hexdigest()[:DIGEST_LENGTH]


def file_name(text: ShareText) -> str:
    """Return the name of a picture's file in the storage of media."""
    return f"{FOLDER}{digest(text)}.png"


def text_of_post(title: str, tags: Iterable[str], blog: str, accent: str) -> ShareText:
    """Return what the picture of a post says: its title, its first tags, and the blog's name."""
    named = sorted(tags, key=in_order)[:TAGS]
    return ShareText(title, "  ".join(f"#{tag}" for tag in named), blog, accent)


def text_of_listing(title: str, blog: str, accent: str) -> ShareText:
    """Return what the picture of a listing says: its title, and the blog's; of all, that alone."""
    return ShareText(title or blog, "", blog if title else "", accent)


class SharePictureMaker:
    """Draws the pictures that are missing, one at a time, so that other tasks come between."""

    def __init__(self) -> None:
        self.revision = -1  # whose pictures are drawn or waiting
        self.waiting: deque[ShareText] = deque()

    def make_next(self) -> bool:
        """Draw the next picture; return whether there may be more to do."""
        if not self.waiting:
            self._look()
        while self.waiting:
            text = self.waiting.popleft()
            if not _files().exists(file_name(text)):
                _files().replace(file_name(text), draw(text))
                break
        return bool(self.waiting)

    def _look(self) -> None:
        """Note the pictures that may be missing since the last revision; after a change of everything, delete the others."""
        revision = read_revision()
        if revision == self.revision:
            return
        changed = changed_posts(self.revision, revision) if self.revision >= 0 else None
        wanted = [text for site in Site.objects.select_related("root_page") for text in _texts(site, changed)]
        if changed is None:
            _delete_all_but({file_name(text) for text in wanted})
        self.waiting.extend(text for text in wanted if not _files().exists(file_name(text)))
        self.revision = revision


def _texts(site: Site, changed: frozenset[int] | None) -> Iterator[ShareText]:
    """Yield what a blog's pictures say: those of its listings, and of its changed posts without a cover (None: of all)."""
    blog = BlogPage.objects.live().filter(pk=site.root_page_id).first()
    if blog is None:
        return
    look = Appearance.of(site)
    title, accent = look.name or blog.title, look.legible_accent
    index = snapshot(blog.path, PUBLIC)
    listings = [text_of_listing(name, title, accent) for name in _names(blog, index)]
    posts = _posts(index, changed, title, accent)
    yield from (text for text in (*listings, *posts) if text.can_be_drawn)


def _names(blog: BlogPage, index: TagIndex) -> Iterator[str]:
    """Yield the names of a blog's tags, authors and streams, and an empty one for the blog's own listing."""
    yield ""
    yield from Stream.objects.filter(blog=blog).values_list("name", flat=True)
    yield from Author.objects.filter(handle__in=index.authors()).values_list("name", flat=True)
    yield from (facet.tag.name for facet in index.tags())


def _posts(index: TagIndex, changed: frozenset[int] | None, blog: str, accent: str) -> Iterator[ShareText]:
    ids = [id_ for id_ in (index.post_ids.tolist() if changed is None else changed) if index.position(id_) is not None]
    for some in batched(ids, CHUNK):
        for pk, title in PostPage.objects.filter(pk__in=some, cover=None).values_list("pk", "title"):
            tags = index.tags_of(index.position(pk) or 0)
            yield text_of_post(title, [tag.name for tag in tags], blog, accent)


def _files() -> MediaFiles:
    files: MediaFiles = storages["default"]  # type: ignore[assignment]
    return files


def _delete_all_but(names: set[str]) -> None:
    old = [name for name in _files().names(FOLDER, time.time() - GRACE) if name not in names]
    for name in old:
        _files().delete(name)
    if old:
        logger.info("Share pictures deleted that no page has any more: %d.", len(old))
