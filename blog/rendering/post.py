"""The view model of a post."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils import timezone
from markupsafe import Markup

from blog.markdown.plain_text import truncate
from blog.paths import author_path, markdown_path, post_path, tag_path

if TYPE_CHECKING:
    from blog.models import Tag
    from blog.models.rows import PostRow
    from blog.tagindex import IndexedTag

DESCRIPTION = 240  # characters in the meta description


@dataclass(frozen=True, slots=True)
class Link:
    """A tag or an author, and the path of its listing."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PostView:
    """The view model of a post: the fields of its row, its tags, and values derived from them."""

    row: "PostRow"
    tags: tuple[Link, ...]
    moment: str  # of publication: ISO 8601, in the site's time zone

    def __getattr__(self, name: str) -> Any:
        """Return the row's attribute of that name, so that templates can use every field of the row."""
        return getattr(self.row, name)

    @property
    def address(self) -> str:
        """Return the path of the post's page."""
        return post_path(self.row.slug)

    @property
    def markdown_address(self) -> str:
        """Return the path of the post's Markdown."""
        return markdown_path(self.row.slug)

    @property
    def authors(self) -> tuple[Link, ...]:
        """Return the authors, each with the path of their listing."""
        return tuple(Link(author.name, author_path(author.handle)) for author in self.row.authors)

    @property
    def description(self) -> str:
        """Return the summary, or else the beginning of the text, in at most DESCRIPTION characters."""
        return truncate(self.row.excerpt, DESCRIPTION)

    @property
    def html(self) -> Markup:
        """Return the post's HTML, which was sanitised when it was saved."""
        return Markup(self.row.html)  # noqa: S704 (sanitised)

    @property
    def toc(self) -> Markup:
        """Return the post's table of contents, built from the sanitised HTML."""
        return Markup(self.row.toc)  # noqa: S704 (sanitised)


def post_view(row: "PostRow", tags: "Iterable[IndexedTag | Tag]") -> PostView:
    """Return the view model of a post with its tags."""
    links = tuple(Link(tag.name, tag_path(tag.slug)) for tag in tags)
    return PostView(row, links, timezone.localtime(row.published).isoformat())


def host(address: str) -> str:
    """Return the host of a URL for display."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
