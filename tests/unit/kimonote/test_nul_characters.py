"""A NUL, which PostgreSQL refuses, is looked for nowhere: no address and no cookie with one is a failure of ours."""

import pytest
from django.conf import settings
from django.test import Client

from blog.models import BlogPage
from tests.support.factories import make_post

ALL = "id=all&next=/admin/{}/%3Fq%3Da%2500b"  # in a listing that was searched for it


@pytest.mark.parametrize(
    "address",
    [
        "posts/?q=a%00b&tags=a%00b",
        "subscribers/?q=a%00b&tag=a%00b",
        "comments/?q=a%00b",
        "post-titles/?q=a%00b",
        "tag-suggestions/?q=a%00b",
        "tag-autocomplete/?term=a%00b",
        "tag-autocomplete/blog/tag/?term=a%00b",
        "bulk/blog/postpage/add_tags/?" + ALL.format("posts"),
        "bulk/blog/comment/approve/?" + ALL.format("comments"),
        "bulk/signup/subscriber/pause/?id=all&q=a%00b&tag=a%00b",
    ],
)
def test_no_address_of_the_admin_fails(admin_client: Client, blog: BlogPage, address: str) -> None:
    make_post(blog, "a")
    assert admin_client.get(f"/admin/{address}").status_code in (200, 404)


@pytest.mark.parametrize("address", ["/", "/admin/", "/signup/"])
def test_no_session_cookie_fails(client: Client, blog: BlogPage, address: str) -> None:
    cookie = rf'{settings.SESSION_COOKIE_NAME}="{"a" * 32}\000"'  # as cookies quote it
    assert client.get(address, HTTP_COOKIE=cookie).status_code in (200, 302)
