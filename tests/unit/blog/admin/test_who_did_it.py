"""Listings of what was done name who did it, as Wagtail does, with as many queries at any length."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import BlogPage, Tag
from blog.services import many_posts
from blog.services.bin import move_to_bin
from blog.services.tags import add_alias
from jobs.models import Job
from tests.support.editors import client_of
from tests.support.factories import make_post

pytestmark = pytest.mark.django_db

LISTINGS = ("/admin/bin/", "/admin/tags/history/", "/admin/posts/changes/", "/admin/jobs/")
KIND = "binnedpost_restore"


@pytest.mark.parametrize("address", LISTINGS)
def test_listing_names_users_by_as_many_queries_at_any_length(blog: BlogPage, address: str) -> None:
    user = User.objects.create_superuser("ada", first_name="Ada", last_name="Lovelace")
    client = client_of(user)

    def do_all() -> None:
        post = make_post(blog, "a")
        tag = Tag.objects.get(slug="a")
        add_alias(tag, f"{post.slug} formerly", user)
        many_posts.remove_tags([post.pk], [tag], user)
        move_to_bin([post.pk], user)
        Job.objects.create(kind=KIND, started_by=user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        assert "Ada Lovelace" in page
        return len(captured)

    do_all()
    queries()
    before = queries()
    for _ in range(3):
        do_all()
    assert queries() == before
