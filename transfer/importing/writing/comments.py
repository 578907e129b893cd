"""The approved comments that imported posts had on their old site.

Their writers' addresses are not kept: they gave them to that site, and nothing here is to be sent to them. A comment's key is
made from its id there, so that no later import brings it again, however it was edited or rejected here since.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext

from blog.models import Author, Comment, CommentState
from blog.models.comments import LONGEST_NAME
from transfer.importing.source import OwnComment, SourceComment

CommentsByPost: TypeAlias = Sequence[tuple[int, Sequence[tuple[SourceComment, str]]]]  # by a post's id: each with its HTML
DECIDED_BY = "import_posts"


def write_comments(posts: CommentsByPost, numbers: frozenset[int] = frozenset()) -> int:
    """Create the comments that are not there yet, in the caller's transaction; return how many.

    `numbers` are the ids that comments of an export of Kimonote get again.
    """
    keys = _keys(posts)
    rendered = {keys[post, comment.identity]: (post, comment, html) for post, found in posts for comment, html in found}
    known = dict(Comment.objects.filter(post__in=[post for post, _ in posts]).values_list("key", "pk"))
    authors = _authors(comment.author for _, comment, _ in rendered.values() if isinstance(comment, OwnComment))
    new = {key: _comment(key, *values, authors, numbers) for key, values in rendered.items() if key not in known}
    above = {
        key: keys.get((post, comment.reply_to)) or _key(post, comment.reply_to)
        for key, (post, comment, _) in rendered.items()
        if key in new and comment.reply_to
    }
    _create_in_order(new, above, known)
    return len(new)


def _create_in_order(new: Mapping[UUID, Comment], above: Mapping[UUID, UUID], known: Mapping[UUID, int]) -> None:
    """Create comments, each after the one that it replies to, of which it needs the id; circles lose what they reply to."""
    below: dict[UUID, list[UUID]] = {}
    for key, parent in above.items():
        below.setdefault(parent, []).append(key)
    ids, waiting = dict(known), dict(new)
    generation = [key for key in new if above.get(key) not in new]
    while waiting:
        created = [waiting.pop(key) for key in generation or list(waiting)]
        for comment in created:
            comment.reply_to_id = ids.get(above[comment.key]) if comment.key in above else None
        Comment.objects.bulk_create([comment for comment in created if comment.pk])
        Comment.objects.bulk_create([comment for comment in created if comment.pk is None])
        ids |= {comment.key: comment.pk for comment in created}
        generation = [key for comment in created for key in below.get(comment.key, ()) if key in waiting]


def _keys(posts: CommentsByPost) -> dict[tuple[int, str], UUID]:
    """Return the key of each comment by its post and identity: its own where no other post has a comment of it."""
    own = {
        comment.key: post for post, found in posts for comment, _ in found if isinstance(comment, OwnComment) and comment.key
    }
    rows = Comment.objects.filter(key__in=own).values_list("key", "post_id") if own else ()
    elsewhere = {key for key, post in rows if own[key] != post}
    keys = {(post, comment.identity): _key(post, comment.identity) for post, found in posts for comment, _ in found}
    return keys | {(post, str(key)): key for key, post in own.items() if key not in elsewhere}


def _authors(handles: Iterable[str]) -> dict[str, Author]:
    wanted = {handle for handle in handles if handle}
    return {author.handle: author for author in Author.objects.filter(handle__in=wanted)} if wanted else {}


def _key(post: int, identity: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{post} {identity}")


def _comment(
    key: UUID, post: int, source: SourceComment, html: str, authors: Mapping[str, Author], numbers: frozenset[int]
) -> Comment:
    comment = Comment(
        key=key,
        post_id=post,
        name=source.name.strip()[:LONGEST_NAME] or gettext("Anonymous"),
        text=source.text,
        html=html,
        state=CommentState.APPROVED,
        sent=source.sent,
        decided=timezone.now(),
        decided_by=DECIDED_BY,
    )
    if isinstance(source, OwnComment):
        comment.pk = source.number if source.number in numbers else None
        comment.author = authors.get(source.author)
        comment.decided = source.decided or comment.decided
    return comment
