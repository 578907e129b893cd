"""The posts that a digest shows: those of a selection that everyone may read, up to DIGEST_LENGTH of them."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from wagtail.images import get_image_model

from blog.feeds.entries import content_of
from blog.images.versions import Versions, existing_versions
from blog.markdown.emails import email_html, email_text
from blog.markdown.plain_text import truncate
from blog.models import Tag
from blog.models.rows import PostRow, read_rows
from blog.paths import post_path, tag_path
from blog.rendering.formats import day
from blog.rendering.post import Link, host
from blog.rendering.post_tags import tags_of
from blog.tagindex import IndexedTag, TagIndex
from signup.digests.matching import select
from signup.models import AnyOf

DIGEST_LENGTH = 20  # posts; of more, an email gives the number and links to the listing
EXCERPT_LENGTH = 300  # characters
WHOLE_TEXTS = 50_000  # bytes of HTML in one email: with all else and in base64 below 102 KB, where Gmail ends an email


@dataclass(frozen=True, slots=True)
class DigestPost:
    """A post as a digest shows it; with `html` and `text`, the whole text in place of the excerpt."""

    title: str
    day: str
    excerpt: str
    url: str
    authors: str = ""
    tags: tuple[Link, ...] = ()
    picture: Versions | None = None
    link_host: str = ""  # that an external post links to
    html: str = ""
    text: str = ""
    is_too_long: bool = False  # for its whole text to be in the email
    brought_by: tuple[int, ...] = ()  # numbers of the selections that have it


@dataclass(frozen=True, slots=True)
class DigestPosts:
    """The posts a digest shows, newest first, and how many more there are."""

    posts: list[DigestPost]
    more: int = 0
    ids: tuple[int, ...] = ()


def posts_of(
    index: TagIndex, selections: Sequence[AnyOf], ids: Iterable[int], base_url: str, whole: Container[int] = ()
) -> DigestPosts:
    """Return those of the posts `ids` that are in a selection and in the index, which holds what its readers may see.

    Those of `whole` have their whole texts, the newest first, as many as WHOLE_TEXTS lets in.
    """
    found = [select(index, one, ids) for one in selections]
    chosen = index.among(set().union(*found))
    shown = index.page(chosen, DIGEST_LENGTH).ids
    rows = read_rows(shown, texts=any(post in whole for post in shown))
    pictures = pictures_of([row.cover for row in rows.values()], base_url)
    posts = [
        replace(
            digest_post(rows[post], tags_of(index, post), base_url, pictures),
            brought_by=tuple(number for number, one in enumerate(found) if post in one),
        )
        for post in shown
        if post in rows
    ]
    posts = with_texts(posts, [rows[post] for post in shown if post in rows], whole)
    return DigestPosts(posts, len(chosen) - len(shown), tuple(shown))


def with_texts(posts: list[DigestPost], rows: list[PostRow], whole: Container[int]) -> list[DigestPost]:
    """Return the posts, those of `whole` with their texts, until these are WHOLE_TEXTS together."""
    left, found = WHOLE_TEXTS, []
    for post, row in zip(posts, rows, strict=True):
        if row.pk not in whole:
            found.append(post)
            continue
        html = email_html(content_of(row.html, post.url))
        size = len(html.encode())
        fits, left = size <= left, left - size * (size <= left)
        found.append(replace(post, html=html, text=email_text(html)) if fits else replace(post, is_too_long=True))
    return found


def digest_post(row: PostRow, tags: Iterable[IndexedTag | Tag], base_url: str, pictures: dict[int, Versions]) -> DigestPost:
    url = base_url + post_path(row.slug)
    return DigestPost(
        title=row.title,
        day=day(row.published),
        excerpt=truncate(" ".join(row.excerpt.split()), EXCERPT_LENGTH),
        url=url,
        authors=", ".join(author.name for author in row.authors),
        tags=tuple(Link(tag.name, base_url + tag_path(tag.slug)) for tag in tags),
        picture=pictures.get(row.cover) if row.cover else None,
        link_host=host(row.link) if row.link else "",
    )


def pictures_of(covers: Iterable[int | None], base_url: str) -> dict[int, Versions]:
    """Return covers by id, at absolute URLs: two queries where there are any."""
    ids = [cover for cover in covers if cover]
    if not ids:
        return {}
    found = get_image_model().objects.filter(pk__in=ids).prefetch_related("renditions")
    made = {image.pk: existing_versions(image) for image in found}
    return {pk: versions._replace(src=urljoin(base_url, versions.src)) for pk, versions in made.items()}
