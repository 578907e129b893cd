"""A post in the words that templates show: nothing is left for them to format, so that stencils can hold them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import ngettext

from blog.dates import day
from blog.numbers import number
from blog.selection import Selection

if TYPE_CHECKING:
    from blog.models import Tag
    from blog.models.rows import PostRow
    from blog.tagindex import IndexedTag

DESCRIPTION = 34  # words, for those who quote a page


class TagLink(NamedTuple):
    name: str
    address: str


class Note(NamedTuple):
    """Every word of a post's page; what is not there is empty."""

    slug: str  # percent-encoded, as in the address
    address: str
    title: str
    moment: str  # of publication, ISO 8601
    day: str
    link: str
    host: str
    reading_time: str
    comments: str  # how many
    author: str
    author_address: str
    tags: tuple[TagLink, ...]
    description: str
    toc: SafeString
    html: SafeString


def note(post: "PostRow", tags: "Iterable[IndexedTag | Tag]") -> Note:
    """Put a post into words."""
    minutes = ngettext("%(minutes)s min", "%(minutes)s min", post.minutes) % {"minutes": post.minutes}
    return Note(
        slug=quote(post.slug),
        address=f"/{quote(post.slug)}/",
        title=post.title,
        moment=timezone.localtime(post.published).isoformat(),
        day=day(post.published),
        link=post.link,
        host=host(post.link),
        reading_time=minutes if post.minutes else "",
        comments=comments_in_words(post.comments) if post.comments else "",
        author=post.author,
        author_address=f"/@{post.handle}/",
        tags=tuple(TagLink(tag.name, Selection.of([tag.slug]).address) for tag in tags),
        description=Truncator(post.excerpt).words(DESCRIPTION, truncate=" …"),
        toc=SafeString(post.toc),  # rendered and sanitised when it was saved, as is the next
        html=SafeString(post.html),
    )


def comments_in_words(count: int) -> str:
    """“1 comment”."""
    return ngettext("%(count)s comment", "%(count)s comments", count) % {"count": number(count)}


def host(address: str) -> str:
    """The host of an address, as a reader would say it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
