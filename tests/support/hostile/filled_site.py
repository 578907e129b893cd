"""A site into which every hostile text was put wherever a text can be: through the forms' own fields, as far as they let it in.

The fixture `hostile` lasts for a file of tests, in a transaction undone in the end; mark such tests django_db.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.test import override_settings
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker
from wagtail.images.models import Image
from wagtail.signal_handlers import disable_reference_index_auto_update

from blog.models import Author, BlogPage, Comment, CommentState, PostPage, PostTag, Stream, Tag
from blog.models.revision import raise_revision
from blog.selections.slugs import slug
from tests.support.factories import FIRST_DAY, make_blog
from tests.support.hostile import corpus
from transfer.importing.writing.bulk_create import bulk_create_posts

PICTURE = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
FIELDS: dict[str, tuple[type[models.Model], str]] = {
    "title": (PostPage, "title"),
    "body": (PostPage, "body"),
    "summary": (PostPage, "summary"),
    "link": (PostPage, "link"),
    "tag": (Tag, "name"),
    "description": (Tag, "description"),
    "author": (Author, "name"),
    "biography": (Author, "about"),
    "handle": (Author, "handle"),
    "site": (Author, "url"),
    "stream": (Stream, "name"),
    "introduction": (Stream, "introduction"),
    "alt": (Image, "description"),
    "commenter": (Comment, "name"),
    "comment": (Comment, "text"),
}
ONE_PICTURE_IN = 10  # posts: each view of one makes files


@dataclass
class Hostile:
    """The site, and what of the corpus no field let in, by the field."""

    blog: BlogPage
    texts: Sequence[str]
    posts: list[PostPage] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=dict)


def enter(place: str, text: str) -> str | None:
    """What a field makes of a text typed into it; None when it refuses it."""
    model, name = FIELDS[place]
    column = model._meta.get_field(name)
    how = {"assume_scheme": "https"} if isinstance(column, models.URLField) else {}
    try:
        typed = column.formfield(**how).clean(text)  # type: ignore[union-attr]
        return str(column.clean(typed, None))  # type: ignore[union-attr]
    except ValidationError:
        return None


@pytest.fixture(scope="module")
def hostile(browser: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Hostile]:
    """The browser goes first: Django has another connection once its loop runs in this thread."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(ALLOWED_HOSTS=["*"]):
        assert "test" in str(connection.settings_dict["NAME"]) or connection.is_in_memory_db(), "Mark the tests with django_db."
        with disable_reference_index_auto_update():  # a third of the time, and no page that is looked at shows it
            site = fill()
        yield site
        transaction.set_rollback(True)


def fill() -> Hostile:
    """Make the site: for each text a post with it everywhere, by an author and with a tag that are called so."""
    texts = [text for text in corpus() if is_text(text)]
    site = Hostile(make_blog("testserver", "Hostile"), texts, refused={name: [] for name in FIELDS})
    site.blog.posts_per_page = 100
    site.blog.save()
    for number, text in enumerate(texts):
        given = {name: enter(name, text) for name in FIELDS}
        for name, entered in given.items():
            site.refused[name] += [text] if entered is None else []
        site.posts.append(_post(number, given))
        if number % ONE_PICTURE_IN == 0:
            _stream(site.blog, number, given)
    bulk_create_posts(site.blog, site.posts)
    _comments(site)
    return site


def packed(texts: Sequence[str], length: int) -> list[str]:
    """All of them, several to a piece where as many fit: for what only escapes, and so knows no text from the next."""
    pieces = [""]
    for text in texts:
        if len(pieces[-1]) + 1 + len(text) > length:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {text}"[:length].strip()
    return pieces


def is_text(text: str) -> bool:
    """Return whether it can come by a form or an address at all: what is no UTF-8 cannot."""
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _post(number: int, given: dict[str, str | None]) -> PostPage:
    names: dict[str, Any] = {name: text or f"{name} {number}" for name, text in given.items()}
    author = Author.objects.create(name=names["author"], handle=f"a{number}", about=given["biography"] or "")
    published = FIRST_DAY + timedelta(days=number)
    post = PostPage(
        title=names["title"],
        slug=f"p{number}",
        body=names["body"],
        summary=given["summary"] or "" if number % 2 else "",  # else the excerpt is of the body
        link=given["link"] or "",
        authors=[author],
        published=published,
        first_published_at=published,
        last_published_at=published,
    )
    if number % ONE_PICTURE_IN == 0:
        post.cover = picture(names["alt"])
    tag, _made = Tag.objects.get_or_create(slug=slug(names["tag"]), defaults={"name": names["tag"][:100]})
    if not tag.description:
        tag.description = given["description"] or ""
        tag.save()
    post.tagged_items.set([PostTag(tag=tag)])
    post.render()
    return post


def picture(alt: str) -> Image:
    return Image.objects.create(
        title=alt[:255], description=alt[:255], file=SimpleUploadedFile("x.gif", PICTURE), width=1, height=1
    )


def _stream(blog: BlogPage, number: int, given: dict[str, str | None]) -> None:
    """Make a stream of one post: listings of many are others'."""
    name, introduction = given["stream"] or f"Stream {number}", given["introduction"] or ""
    Stream.objects.create(blog=blog, name=name, slug=f"s{number}", introduction=introduction, expression=f"@a{number}")


def _comments(site: Hostile) -> None:
    """Every comment below one post, and once more awaiting a moderator."""
    post = site.posts[0]
    comments = []
    for text in site.texts:
        name, words = enter("commenter", text), enter("comment", text)
        if words is not None:
            comment = Comment(post=post, name=name or "Nobody", text=words, state=CommentState.APPROVED, decided=FIRST_DAY)
            comment.render()
            comments.append(comment)
            comments.append(Comment(post=post, name=comment.name, text=words, html=comment.html, state=CommentState.WAITING))
    Comment.objects.bulk_create(comments)
    raise_revision([post.pk])
