"""Those of some posts that a user may change."""

from collections.abc import Iterable, Iterator
from typing import Any

from blog.admin.post_undo import may_change
from blog.models import PostPage


def changeable(user: Any, posts: Iterable[int]) -> Iterator[PostPage]:
    """Yield those posts that are still there and that a user may change, in the order of their ids."""
    for pk in sorted(posts):
        post = PostPage.objects.filter(pk=pk).first()
        if post and may_change(user, post):
            yield post
