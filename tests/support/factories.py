"""Short ways to make what tests need: real pages through Wagtail, in the database."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain, count, repeat
from typing import Any

from wagtail.models import Page, Site

from blog.models import Author, BlogPage, PostPage, Tag, TagOperation
from blog.models.revision import locked_revision, raise_revision
from blog.services.tags import save_renamed
from transfer.importing.writing.bulk_create import bulk_create_posts

FIRST_DAY = datetime(2018, 1, 1, 12, tzinfo=UTC)
numbers = count(1)


def make_blog(hostname: str = "testserver", title: str = "Notes", default: bool = True) -> BlogPage:
    """A blog page at the root of a Wagtail site of its own."""
    blog = Page.objects.get(depth=1).add_child(instance=BlogPage(title=title, slug=f"blog-{next(numbers)}"))
    if default:
        Site.objects.all().delete()
    Site.objects.create(hostname=hostname, port=80, root_page=blog, site_name=title, is_default_site=default)
    return blog


def make_post(blog: BlogPage, tags: str = "", **fields: Any) -> PostPage:
    """A live post with tags given as `"a b"`; published a minute after the one made before, in January 2018."""
    return blog.add_child(instance=_new_post(tags, fields))


def make_posts(blog: BlogPage, tags: Iterable[str], each: Iterable[dict[str, Any]] = (), **fields: Any) -> list[PostPage]:
    """Many such posts, written as an import writes them: in a tenth of the time; `each` has the fields of one after another."""
    posts = [_new_post(some, fields | own) for some, own in zip(tags, chain(each, repeat({})), strict=False)]
    for post in posts:
        post.first_published_at = post.last_published_at = post.published
        post.render()
    with locked_revision():
        bulk_create_posts(blog, posts)
        raise_revision()
    return posts


def _new_post(tags: str, fields: dict[str, Any]) -> PostPage:
    number = next(numbers)
    post = PostPage(
        **{"title": f"Post {number}", "slug": f"post-{number}", "published": FIRST_DAY + timedelta(minutes=number), **fields}
    )
    if tags:
        post.tags.add(*tags.split())
    return post


def make_author(handle: str = "ada", **fields: Any) -> Author:
    return Author.objects.create(**{"handle": handle, "name": handle.title(), **fields})


def rename_tag(tag: Tag, name: str, slug: str | None = None) -> TagOperation:
    """Rename a tag, perhaps with another slug, as the admin's form does."""
    tag.name, tag.slug = name, tag.slug if slug is None else slug
    tag.full_clean()
    return save_renamed(tag)
