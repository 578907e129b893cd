"""The demo's posts, tags, streams and authors, read from the files beside this and made through the real models."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from wagtail.models import PageViewRestriction

from blog.models import Author, BlogPage, PostPage, Stream, Tag

HERE = Path(__file__).parent
EDITOR = "editor"  # the account's name
SCHEDULED_AFTER = timedelta(days=30)


@transaction.atomic
def fill_site(blog: BlogPage) -> str | None:
    """Fill a blog that has no post; gives the password of the editor's account if one was made."""
    if blog.get_children().exists():
        return None
    plan = yaml.safe_load((HERE / "site.yaml").read_text(encoding="utf-8"))
    editor, password = _make_editor()
    authors = {
        author["handle"]: Author.objects.get_or_create(handle=author["handle"], defaults=author)[0]
        for author in plan["authors"]
    }
    _give_author(editor, authors[plan["authors"][0]["handle"]])
    for path in sorted((HERE / "posts").glob("*.md")):
        _make_post(blog, path, authors, editor)
    for name, description in plan["tags"].items():
        _describe(Tag.objects.get(name=name), description)
    for stream in plan["streams"]:
        Stream(blog=blog, **stream).save()
    blog.introduction = plan["introduction"]
    blog.save_revision(user=editor).publish(user=editor)
    return password


def read_post(path: Path) -> tuple[dict[str, Any], str]:
    """A demo file's header and text: YAML between two lines of `---`, then Markdown."""
    _, header, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(header), text.strip() + "\n"


def _make_editor() -> tuple[AbstractBaseUser | None, str | None]:
    accounts = get_user_model().objects
    if accounts.exists():
        return None, None
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    return accounts.create_superuser(username=EDITOR, email="", password=password), password


def _give_author(editor: AbstractBaseUser | None, author: Author) -> None:
    if editor and author.user_id is None:
        author.user = editor
        author.save()


def _make_post(blog: BlogPage, path: Path, authors: dict[str, Author], editor: AbstractBaseUser | None) -> None:
    header, body = read_post(path)
    state, tags = header.pop("state", "live"), header.pop("tags")
    post = PostPage(**{**header, "author": authors[header["author"]]}, slug=path.stem, body=body, live=False, owner=editor)
    post.tags.set(tags)
    if state == "scheduled":
        post.go_live_at = timezone.now() + SCHEDULED_AFTER
    blog.add_child(instance=post)
    if state == "private":
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    revision = post.save_revision(user=editor)
    if state != "draft":
        revision.publish(user=editor)


def _describe(tag: Tag, description: str) -> None:
    tag.description = description
    tag.save()
