"""The demo shows what comments look like: readers' and authors', under three posts."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from blog.demo import fill_site
from blog.models import BlogPage, Comment, PostPage

pytestmark = pytest.mark.django_db


def test_demo_has_comments_and_answers(blog: BlogPage, client: Client) -> None:
    fill_site(blog)
    counts = {post.slug: post.comment_count for post in PostPage.objects.all() if post.comment_count}
    assert counts == {"start-here": 3, "reading-order-is-a-feature": 1, "no-cookie-no-banner": 2}
    assert Comment.objects.exclude(author=None).exclude(reply_to=None).count() == 2
    page = BeautifulSoup(client.get("/start-here/").content, "html.parser")
    assert [name.get_text() for name in page.select("#comments .p-name")] == ["Ines Okafor", "Maren Holt", "Joost"]
    said = [
        link.get_text()
        for link in BeautifulSoup(client.get("/tags/reading/").content, "html.parser").select('[href$="#comments"]')
    ]
    assert sorted(said) == ["1 comment", "2 comments", "3 comments"]
