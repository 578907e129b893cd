"""Private posts: the pages that ask who the reader is, in the site's own look."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import PageViewRestriction

from blog.models import BlogPage
from tests.support.editors import client_of
from tests.support.factories import make_post


@pytest.mark.parametrize("kind", ["login", "password"])
def test_page_that_asks_is_ours_and_kept_by_nobody(client: Client, blog: BlogPage, kind: str) -> None:
    post = make_post(blog, "a", title="Hidden title")
    PageViewRestriction(page=post, restriction_type=kind, password="secret").save()
    response = client.get(f"/{post.slug}/", follow=True)
    text = response.content.decode()
    assert response.status_code == 200
    assert '<header class="masthead">' in text
    assert "Hidden title" not in text
    assert "no-store" in response["Cache-Control"] or "private" in response["Cache-Control"]


def test_signing_in_leads_to_the_post(client: Client, blog: BlogPage) -> None:
    User.objects.create_user("reader", password="secret")
    post = make_post(blog, "a", title="Hidden title")
    PageViewRestriction(page=post, restriction_type="login").save()
    asked = client.get(f"/{post.slug}/")
    answer = client.post(asked["Location"], {"username": "reader", "password": "secret", "next": f"/{post.slug}/"}, follow=True)
    assert "Hidden title" in answer.content.decode()


def test_wrong_password_is_said_and_nothing_shown(client: Client, blog: BlogPage) -> None:
    post = make_post(blog, "a", title="Hidden title")
    restriction = PageViewRestriction(page=post, restriction_type="password", password="secret")
    restriction.save()
    address = f"/_util/authenticate_with_password/{restriction.pk}/{post.pk}/"
    text = client.post(address, {"password": "guess", "return_url": f"/{post.slug}/"}).content.decode()
    assert "Hidden title" not in text
    assert 'class="error"' in text


def test_pages_of_groups_cost_no_query_each(blog: BlogPage) -> None:
    friends, strangers = (Group.objects.create(name=name) for name in ("friends", "strangers"))
    reader = User.objects.create_user("reader")
    reader.groups.add(friends)
    client = client_of(reader)
    make_post_for(friends, blog, "First")
    one, shown = queries(client)
    assert "First" in shown
    make_post_for(strangers, blog, "Second")
    make_post_for(friends, blog, "Third")
    three, shown = queries(client)
    assert [title in shown for title in ("First", "Second", "Third")] == [True, False, True]
    assert three == one


def make_post_for(group: Group, blog: BlogPage, title: str) -> None:
    post = make_post(blog, "a", title=title)
    PageViewRestriction.objects.create(page=post, restriction_type="groups").groups.add(group)


def queries(client: Client) -> tuple[int, str]:
    """Return the number of queries of a front page that the process knows already, and the page."""
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/").content.decode()
    return len(captured), page
