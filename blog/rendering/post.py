"""A post as templates show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.text import Truncator
from markupsafe import Markup

from blog.paths import author_path, post_path, tag_path

if TYPE_CHECKING:
    from blog.models import Tag
    from blog.models.rows import PostRow
    from blog.tagindex import IndexedTag

DESCRIPTION = 34  # words, for those who quote a page


@dataclass(frozen=True, slots=True)
class TagLink:
    """A tag and the path of its listing."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as templates show it: every field of its row, its tags, and what follows from these."""

    row: "PostRow"
    tags: tuple[TagLink, ...]

    def __getattr__(self, name: str) -> Any:
        """Return a field of the row, so that templates can show one as soon as a row has it."""
        return getattr(self.row, name)

    @property
    def address(self) -> str:
        """The path of its page."""
        return post_path(self.row.slug)

    @property
    def author_address(self) -> str:
        """The path of its author's listing."""
        return author_path(self.row.handle) if self.row.handle else ""

    @property
    def moment(self) -> str:
        """When it was published: ISO 8601, in the site's time zone."""
        return timezone.localtime(self.row.published).isoformat()

    @property
    def description(self) -> str:
        """How it begins, or its summary, in at most DESCRIPTION words."""
        return Truncator(self.row.excerpt).words(DESCRIPTION, truncate=" …")

    @property
    def html(self) -> Markup:
        """Its text, which was sanitised when it was saved."""
        return Markup(self.row.html)  # noqa: S704

    @property
    def toc(self) -> Markup:
        """Its table of contents, made from its sanitised text."""
        return Markup(self.row.toc)  # noqa: S704


def post_view(row: "PostRow", tags: "Iterable[IndexedTag | Tag]") -> PostView:
    """Return a post with its tags as templates show it."""
    return PostView(row, tuple(TagLink(tag.name, tag_path(tag.slug)) for tag in tags))


def host(address: str) -> str:
    """Return the host of an address, as a reader would say it."""
    return (urlsplit(address).hostname or address).removeprefix("www.")
