"""A whole history in flight leaves out what is closed meanwhile."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import PostPage
from blog.views import full_view
from tests.support.factories import make_blog, make_post

CLOSING: dict[str, Callable[[PostPage], Any]] = {
    "unpublished": lambda post: post.unpublish(),
    "login": lambda post: PageViewRestriction(page=post, restriction_type="login").save(),
    "groups": lambda post: PageViewRestriction(page=post, restriction_type="groups").save(),
}


def in_another_connection(act: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", CLOSING)
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_post_closed_while_a_history_is_sent_is_left_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str, is_signed_in: bool
) -> None:
    if kind == "login" and is_signed_in:
        pytest.skip("whoever is signed in may open it")
    monkeypatch.setattr(full_view, "CHUNK", 1)
    blog = make_blog()
    closed = make_post(blog, "a", body="open text")
    make_post(blog, "a", body="the newer")
    if is_signed_in:
        client.force_login(User.objects.create_user("reader"))

    def close() -> None:
        CLOSING[kind](closed)
        post = PostPage.objects.get(pk=closed.pk)
        post.body = "written after closing"
        post.save()

    pieces = iter(client.get("/?view=full").streaming_content)
    sent = next(pieces) + next(pieces)
    in_another_connection(close)
    text = (sent + b"".join(pieces)).decode()
    assert "the newer" in text
    assert "written after closing" not in text
    assert "open text" not in text
