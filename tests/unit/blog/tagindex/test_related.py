"""Under a post stand the posts whose tags have most in common with its own, of those that its reader may open."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, PostPage
from blog.rendering.neighbours import RELATED
from tests.support.factories import make_post
from tests.unit.blog.views.test_query_counts import queries


def related(client: Client, address: str) -> list[tuple[str, str]]:
    """Address and title of each post under a post."""
    html = client.get(address).content.decode()
    box = re.search(r'aria-labelledby="related">.*?</nav>', html, re.DOTALL)
    return re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', box[0]) if box else []


@pytest.fixture
def post(blog: BlogPage) -> PostPage:
    """A post of a rare and a common tag, among others of either."""
    post = make_post(blog, "common rare", title="This", slug="this")
    make_post(blog, "common", title="Common <1>", slug="common-1")
    make_post(blog, "common", title="Common 2", slug="common-2")
    make_post(blog, "rare", title="Rare", slug="rare")
    make_post(blog, "common rare other", title="Both", slug="both")
    make_post(blog, "other", title="Other", slug="other")
    return post


@pytest.mark.parametrize("query", ["", "?in=common"])
def test_rarer_tags_say_more_and_the_nearer_goes_first(client: Client, post: PostPage, query: str) -> None:
    assert related(client, f"/this/{query}") == [
        ("/both/", "Both"),
        ("/rare/", "Rare"),
        ("/common-1/", "Common &lt;1&gt;"),
        ("/common-2/", "Common 2"),
    ]


def test_only_so_many_are_shown(client: Client, blog: BlogPage, post: PostPage) -> None:
    for _number in range(RELATED):
        make_post(blog, "rare common")
    assert len(related(client, "/this/")) == RELATED


def test_post_that_shares_no_tag_has_none(client: Client, blog: BlogPage, post: PostPage) -> None:
    make_post(blog, "alone", slug="alone")
    make_post(blog, "", slug="untagged")
    assert related(client, "/alone/") == related(client, "/untagged/") == []


def test_hidden_post_is_related_for_those_alone_who_may_open_it(client: Client, blog: BlogPage, post: PostPage) -> None:
    both = PostPage.objects.get(slug="both")
    PageViewRestriction.objects.create(page=both, restriction_type=PageViewRestriction.LOGIN)
    PostPage.objects.get(slug="rare").unpublish()
    shown = [("/common-1/", "Common &lt;1&gt;"), ("/common-2/", "Common 2")]
    assert related(client, "/this/") == shown
    assert related(client, "/this/?in=common") == shown
    client.force_login(User.objects.create_user("reader"))
    assert related(client, "/this/") == [("/both/", "Both"), *shown]


def test_related_posts_cost_no_query_of_their_own(client: Client, blog: BlogPage, post: PostPage) -> None:
    """Revision, post, titles: those of the neighbours are asked for in the same breath."""
    assert queries(client, "/this/") == queries(client, "/this/?in=common") == 3
