"""The posts that a digest shows: those of a selection that everyone may read, up to DIGEST_LENGTH of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from blog.markdown.plain_text import truncate
from blog.models import PostPage
from blog.rendering.formats import day
from blog.selections.selection import Selection
from blog.tagindex import TagIndex

DIGEST_LENGTH = 20  # posts; of more, an email gives the number and links to the listing
EXCERPT_LENGTH = 300  # characters


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A post as a digest shows it."""

    title: str
    day: str
    excerpt: str
    url: str


@dataclass(frozen=True, slots=True)
class DigestPosts:
    """The posts a digest shows, newest first, and how many more there are."""

    posts: list[DigestPost]
    more: int = 0


def posts_of(index: TagIndex, selection: Selection, ids: Iterable[int], base_url: str) -> DigestPosts:
    """Return those of the posts `ids` that are in the selection and in the index, which holds what its readers may see."""
    chosen = index.select(selection, index.among(ids))
    shown = index.page(chosen, DIGEST_LENGTH).ids
    posts = PostPage.objects.defer("body", "html", "toc").in_bulk(shown)
    return DigestPosts([digest_post(posts[post], base_url) for post in shown if post in posts], len(chosen) - len(shown))


def digest_post(post: PostPage, base_url: str) -> DigestPost:
    excerpt = truncate(" ".join(post.excerpt.split()), EXCERPT_LENGTH)
    return DigestPost(post.title, day(post.published) if post.published else "", excerpt, f"{base_url}/{quote(post.slug)}/")
