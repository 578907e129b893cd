"""A listing asks the database the same few questions whatever it lists."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model

from blog.caching.response import response_cache
from blog.models import BlogPage
from tests.support.factories import make_author, make_post, make_posts

MOST = 6  # queries of a listing with the page cache cold


def queries(client: Client, address: str) -> int:
    client.get(address)  # the index and the blog are known to the process from here on
    response_cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address)
        response.getvalue()
    assert response.status_code == 200
    return len(captured)


@pytest.fixture
def eight_tags(blog: BlogPage) -> str:
    author = make_author("ada")
    tags = [f"t{number}" for number in range(8)]
    make_posts(blog, [" ".join(tags)] * 25, authors=[author])
    return "+".join(tags)


@pytest.mark.parametrize("ending", ["", "?order=oldest", "?contents=1", "feed.rss", "feed.atom", "feed.json"])
def test_listing_asks_as_much_for_eight_tags_as_for_one(client: Client, eight_tags: str, ending: str) -> None:
    one, eight = queries(client, f"/tags/t0/{ending}"), queries(client, f"/tags/{eight_tags}/{ending}")
    assert max(one, eight) <= MOST
    assert eight <= one


def test_listing_asks_as_much_for_many_posts_as_for_few(client: Client, blog: BlogPage) -> None:
    make_post(blog, "a b")
    few = queries(client, "/tags/a+b/")
    make_posts(blog, ["a b c d"] * 20)
    assert queries(client, "/tags/a+b/") == few <= MOST


def test_front_page_reads_who_writes_once_for_each_revision(client: Client, blog: BlogPage) -> None:
    author = make_author("ada")
    make_post(blog, "a", authors=[author])
    client.get("/")
    response_cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert "Augusta" not in client.get("/").content.decode()
    assert [query for query in captured if "about_html" in query["sql"]] == []
    author.about = "Augusta"
    author.save()
    assert "Augusta" in client.get("/").content.decode()


def test_post_asks_as_much_with_many_tags_as_with_few(client: Client, blog: BlogPage) -> None:
    few, many = make_post(blog, "a"), make_post(blog, "a b c d e f g h i j")
    assert queries(client, f"/{few.slug}/") == queries(client, f"/{many.slug}/?in=a+b") <= MOST


def test_post_asks_three_more_for_what_its_text_refers_to(client: Client, blog: BlogPage) -> None:
    image = get_image_model().objects.create(title="One", file="one.png", width=1, height=1)
    plain = make_post(blog, "a")
    post = make_post(blog, "a", body=f"![x](image:{image.pk}) [a](page:{plain.pk})")
    assert queries(client, f"/{post.slug}/") <= queries(client, f"/{plain.slug}/") + 3


def test_selection_that_cannot_be_meant_asks_nothing(client: Client, blog: BlogPage, django_assert_num_queries) -> None:
    make_post(blog, "a")
    client.get("/")
    for address in ("/tags/" + "+".join(f"t{number}" for number in range(9)) + "/", "/tags/a+-a/"):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 400
        assert [query["sql"] for query in captured if "blog_indexrevision" not in query["sql"]] == []
