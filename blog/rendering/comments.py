"""View models of comments: each reply after its parent, otherwise in chronological order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from blog.models import Comment
from blog.paths import author_path, comment_form_path, post_path
from blog.tagindex import TagIndex

CHUNK_SIZE = 100  # comments in one query, while those on visible posts are collected


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as templates show it; missing values are empty strings."""

    anchor: str
    address: str
    name: str
    author_address: str  # URL path of the author's listing, for authors of the site
    moment: str  # time of submission, ISO 8601
    sent: datetime
    html: Markup
    post: str  # the post's title, in lists of comments on several posts
    parent_name: str  # the name of the parent comment's author
    parent_anchor: str
    reply_address: str  # URL of the reply form; empty when comments are closed


def anchor(comment: int) -> str:
    return f"comment-{comment}"


def address_of(comment: Comment, slug: str) -> str:
    """Return the URL path of a comment, with its fragment."""
    return f"{post_path(slug)}#{anchor(comment.pk)}"


def shown_under(post: int) -> list[Comment]:
    """Return the approved comments of a post."""
    found = Comment.objects.approved().filter(post_id=post).select_related("author").defer("text")
    return threaded(found.order_by("sent", "pk"))


def threaded(comments: Iterable[Comment]) -> list[Comment]:
    """Return comments in depth-first order of the thread; a reply whose parent is missing is a root."""
    given = list(comments)
    there = {comment.pk for comment in given}
    replies = defaultdict(list)
    for comment in given:
        replies[comment.reply_to_id if comment.reply_to_id in there else None].append(comment)
    found: list[Comment] = []
    waiting = replies[None][::-1]
    while waiting:
        found.append(waiting.pop())
        waiting += replies[found[-1].pk][::-1]
    return found


def latest(path: str, index: TagIndex, count: int) -> list[Comment]:
    """Return the comments approved last, on posts of the index only."""
    found = Comment.objects.approved().of_blog(path).select_related("author", "post").defer("text", "post__body", "post__html")
    newest = found.order_by("-decided", "-pk").iterator(chunk_size=CHUNK_SIZE)
    return list(islice((comment for comment in newest if index.position(comment.post_id) is not None), count))


def threaded_views(comments: list[Comment], slug: str, is_open: bool) -> list[CommentView]:
    """Return the view models of comments for a post's page."""
    names = {comment.pk: comment.shown_name for comment in comments}
    return [_view(comment, slug, names=names, is_open=is_open) for comment in comments]


def views_with_titles(comments: list[Comment]) -> list[CommentView]:
    """Return the view models of comments on several posts, each with its post's title."""
    return [_view(comment, comment.post.slug, title=comment.post.title) for comment in comments]


def _view(
    comment: Comment, slug: str, *, title: str = "", names: dict[int, str] | None = None, is_open: bool = False
) -> CommentView:
    """Return a comment as templates show it; `names` are those of the comments shown with it."""
    parent = comment.reply_to_id if names and comment.reply_to_id in names else None
    return CommentView(
        anchor=anchor(comment.pk),
        address=address_of(comment, slug),
        name=comment.shown_name,
        author_address=author_path(comment.author.handle) if comment.author else "",
        moment=timezone.localtime(comment.sent).isoformat(),
        sent=comment.sent,
        html=comment.html_on(slug),
        post=title,
        parent_name=names[parent] if names and parent else "",
        parent_anchor=anchor(parent) if parent else "",
        reply_address=f"{comment_form_path(slug)}?to={comment.pk}" if is_open else "",
    )


def title_of(post: str) -> str:
    """Return the title of a post's comment feed."""
    return _("Comments on “%s”") % post
