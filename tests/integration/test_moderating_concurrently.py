"""Cards count right whatever else is published at the same time, and no two transactions wait for each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from blog.models import Comment, CommentState, PostPage
from comments.services import moderation
from tests.support.comment_factories import make_comment
from tests.support.factories import make_blog, make_post

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
    pytest.mark.django_db(transaction=True),
]
ROUNDS = 5


def at_once(*acts: Callable[[], object]) -> None:
    start = Barrier(len(acts))

    def act(number: int) -> None:
        start.wait()
        try:
            acts[number]()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(act, range(len(acts))))


def publish(post: PostPage, title: str) -> Callable[[], object]:
    def act() -> None:
        found = PostPage.objects.get(pk=post.pk)
        found.title = title
        found.save_revision().publish()

    return act


def decide(comments: list[Comment], state: CommentState) -> Callable[[], object]:
    return lambda: moderation.decide([comment.pk for comment in comments], state, "mo")


def test_approvals_and_publishing_at_once_leave_a_right_card(client: Client) -> None:
    blog = make_blog()
    posts = [make_post(blog, slug=f"harbour-{number}", title="Old") for number in range(2)]
    comments = [make_comment(posts[number % 2], state=CommentState.WAITING) for number in range(4)]
    for number in range(ROUNDS):
        title = f"Title {number}"
        state = CommentState.WAITING if number % 2 else CommentState.APPROVED
        at_once(publish(posts[0], title), decide(comments[:2], state), decide(comments[:1:-1], state))
        page = client.get("/").content.decode()
        first, second = (next(card for card in page.split("<article ") if post.slug in card) for post in posts)
        assert (title in first, "Old" in second) == (True, True)
        assert ["2 comments" in card for card in (first, second)] == [not number % 2] * 2
