"""What a digest tells of: posts of a selection, as everyone may read them, up to a number and no further."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.text import Truncator

from blog.dates import day
from blog.models import PostPage
from blog.selection import Selection
from blog.tagindex import TagIndex

DIGEST_LENGTH = 20  # posts; of more, a letter tells the number and leads to the listing
EXCERPT_LENGTH = 300  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """A post as a digest tells of it."""

    title: str
    day: str
    excerpt: str
    url: str


@dataclass(frozen=True, slots=True)
class Issue:
    """The posts a digest shows, newest first, and how many more there are."""

    posts: list[Told]
    more: int = 0


def issue(index: TagIndex, selection: Selection, ids: Iterable[int], base_url: str) -> Issue:
    """Give those of the posts that are in the selection and in the index, which holds what its readers may see."""
    chosen = index.select(selection, index.among(ids))
    shown = index.page(chosen, DIGEST_LENGTH).ids
    posts = PostPage.objects.defer("body", "html", "toc").in_bulk(shown)
    told = [tell(posts[post], base_url) for post in shown if post in posts]
    return Issue(told, len(chosen) - len(shown))


def tell(post: PostPage, base_url: str) -> Told:
    excerpt = Truncator(" ".join(post.excerpt.split())).chars(EXCERPT_LENGTH)
    return Told(post.title, day(post.published) if post.published else "", excerpt, f"{base_url}/{quote(post.slug)}/")
