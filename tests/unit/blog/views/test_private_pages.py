"""Private posts: the pages that ask who the reader is, in the site's own look."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import PageViewRestriction

from blog.models import BlogPage
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
