"""A post's comments in the words that templates show: each reply after what it answers, otherwise in the order of time."""

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

READ_AT_ONCE = 100  # comments, while those on posts a reader may open are looked for


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as templates show it; what is not there is empty."""

    anchor: str
    address: str
    name: str
    author_address: str  # of the page of an author of the site
    moment: str  # when it was sent: ISO 8601
    sent: datetime
    html: Markup
    post: str  # its title, where comments on several posts stand together
    answered: str  # the name of whom it answers
    answered_anchor: str
    answer_address: str  # where to answer it; empty when comments are closed


def anchor(comment: int) -> str:
    return f"comment-{comment}"


def address_of(comment: Comment, slug: str) -> str:
    """Where a comment stands."""
    return f"{post_path(slug)}#{anchor(comment.pk)}"


def shown_under(post: int) -> list[Comment]:
    """The comments of a post that readers see."""
    found = Comment.objects.approved().filter(post_id=post).select_related("author").defer("text")
    return threaded(found.order_by("sent", "pk"))


def threaded(comments: Iterable[Comment]) -> list[Comment]:
    """Each comment followed by its replies, and those by theirs. What answers one that is not there stands by itself."""
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
    """The comments approved last, on the posts of an index alone."""
    found = Comment.objects.approved().of_blog(path).select_related("author", "post").defer("text", "post__body", "post__html")
    newest = found.order_by("-decided", "-pk").iterator(chunk_size=READ_AT_ONCE)
    return list(islice((comment for comment in newest if index.position(comment.post_id) is not None), count))


def threaded_views(comments: list[Comment], slug: str, is_open: bool) -> list[CommentView]:
    """The comments as a post's page shows them."""
    names = {comment.pk: comment.shown_name for comment in comments}
    return [_view(comment, slug, names=names, is_open=is_open) for comment in comments]


def views_with_titles(comments: list[Comment]) -> list[CommentView]:
    """Comments on several posts, each with the title of its own."""
    return [_view(comment, comment.post.slug, title=comment.post.title) for comment in comments]


def _view(
    comment: Comment, slug: str, *, title: str = "", names: dict[int, str] | None = None, is_open: bool = False
) -> CommentView:
    """Return a comment as templates show it; `names` are those of the comments shown with it."""
    answered = comment.reply_to_id if names and comment.reply_to_id in names else None
    return CommentView(
        anchor=anchor(comment.pk),
        address=address_of(comment, slug),
        name=comment.shown_name,
        author_address=author_path(comment.author.handle) if comment.author else "",
        moment=timezone.localtime(comment.sent).isoformat(),
        sent=comment.sent,
        html=Markup(comment.html),  # noqa: S704 (rendered and sanitised when it was saved)
        post=title,
        answered=names[answered] if names and answered else "",
        answered_anchor=anchor(answered) if answered else "",
        answer_address=f"{comment_form_path(slug)}?to={comment.pk}" if is_open else "",
    )


def title_of(post: str) -> str:
    """What the comments on a post are called."""
    return _("Comments on “%s”") % post
