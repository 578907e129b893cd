"""The demo's posts, pictures, comments, tags, streams, pages and authors: from the files beside this, by the real models."""

import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.images import ImageFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction
from wagtail.signal_handlers import disable_reference_index_auto_update

from blog.models import Author, BlogPage, Comment, CommentState, Pin, PlainPage, PostPage, Stream, Tag
from blog.models.revision import locked_revision, raise_revision

HERE = Path(__file__).parent
POSTS = HERE / "posts"
EDITOR = "editor"  # the account's name
SCHEDULED_AFTER = timedelta(days=30)
PICTURE = re.compile(r"(?<=\]\()images/[\w.-]+")  # as the target of a Markdown picture


@locked_revision()
def fill_site(blog: BlogPage) -> str | None:
    """Fill a blog that has no post; gives the password of the editor's account if one was made."""
    if blog.get_children().exists():
        return None
    with disable_reference_index_auto_update():  # each post is saved three times
        password = _fill(blog)
    call_command("rebuild_references_index", verbosity=0)
    return password


def _fill(blog: BlogPage) -> str | None:
    plan = yaml.safe_load((HERE / "site.yaml").read_text(encoding="utf-8"))
    editor, password = _make_editor()
    authors = [Author.objects.get_or_create(handle=each["handle"], defaults=each)[0] for each in plan["authors"]]
    _give_account(authors[0], editor)
    for path in sorted(POSTS.glob("*.md")):
        _make_post(blog, path, {author.handle: author for author in authors}, editor)
    _make_comments(blog)
    for name, description in plan["tags"].items():
        _describe(Tag.objects.get(name=name), description, plan["orders"].get(name))
    for name, slugs in plan["pins"].items():
        _pin(Tag.objects.get(name=name), [PostPage.objects.of_blog(blog.path).get(slug=slug) for slug in slugs])
    for stream in plan["streams"]:
        Stream(blog=blog, **stream).save()
    for page in plan["pages"]:
        blog.add_child(instance=PlainPage(**page, show_in_menus=True, owner=editor)).save_revision(user=editor)
    blog.introduction = plan["introduction"]
    blog.save_revision(user=editor).publish(user=editor)
    return password


def read_post(path: Path) -> tuple[dict[str, Any], str]:
    """Parse a demo file into header and text: YAML between two lines of `---`, then Markdown."""
    _, header, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(header), text.strip() + "\n"


def _make_editor() -> tuple[AbstractBaseUser | None, str | None]:
    """Create a superuser if there is no account."""
    accounts = get_user_model().objects
    if accounts.exists():
        return None, None
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    return accounts.create_superuser(username=EDITOR, email="", password=password), password


def _give_account(author: Author, account: AbstractBaseUser | None) -> None:
    if account and author.user_id is None:
        author.user_id = account.pk
        author.save()


def _make_post(blog: BlogPage, path: Path, authors: dict[str, Author], editor: AbstractBaseUser | None) -> None:
    header, body = read_post(path)
    state = header.get("state", "live")
    post = PostPage(
        title=header["title"],
        slug=path.stem,
        published=header["date"],
        authors=[authors[handle] for handle in header["author"].split(", ")],
        link=header.get("link", ""),
        summary=header.get("summary", ""),
        body=PICTURE.sub(_make_picture, body),
        go_live_at=timezone.now() + SCHEDULED_AFTER if state == "scheduled" else None,
        live=False,
        owner=editor,
    )
    post.tags.set(header["tags"])
    blog.add_child(instance=post)
    if state == "private":
        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
    revision = post.save_revision(user=editor)
    if state != "draft":
        revision.publish(user=editor)


def _make_comments(blog: BlogPage) -> None:
    """Create comments and authors' replies."""
    plan = yaml.safe_load((HERE / "comments.yaml").read_text(encoding="utf-8"))
    for slug, comments in plan.items():
        post = PostPage.objects.child_of(blog).get(slug=slug)
        made: list[Comment] = []
        for fields in comments:
            made.append(_make_comment(post, fields, made))
        raise_revision([post.pk])


def _make_comment(post: PostPage, fields: dict[str, Any], before: list[Comment]) -> Comment:
    author = Author.objects.get(handle=fields["author"]) if "author" in fields else None
    return Comment.objects.create(
        post=post,
        author=author,
        name=author.name if author else fields["name"],
        text=fields["text"].strip(),
        reply_to=before[fields["answers"] - 1] if "answers" in fields else None,
        state=CommentState.APPROVED,
        sent=fields["date"],
        decided=fields["date"],
    )


def _make_picture(match: re.Match[str]) -> str:
    """Put a picture among the site's images; gives the address by which a text names it."""
    path = POSTS / match[0]
    with path.open("rb") as file:
        title = path.stem.replace("-", " ").capitalize()
        image = get_image_model().objects.create(title=title, file=ImageFile(file, name=path.name))
    return f"image:{image.pk}"


def _pin(tag: Tag, posts: list[PostPage]) -> None:
    tag.pins = [Pin(post=post, sort_order=place) for place, post in enumerate(posts)]
    tag.save()


def _describe(tag: Tag, description: str, order: str | None = None) -> None:
    tag.description = description
    tag.order = order or tag.order
    tag.save()
