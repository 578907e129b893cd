"""A NUL, which PostgreSQL refuses, is looked for nowhere: no address and no cookie with one is a failure of ours."""

import pytest
from django.conf import settings
from django.test import Client

from blog.models import BlogPage


@pytest.mark.parametrize("address", ["/", "/admin/", "/signup/"])
def test_no_session_cookie_fails(client: Client, blog: BlogPage, address: str) -> None:
    cookie = rf'{settings.SESSION_COOKIE_NAME}="{"a" * 32}\000"'  # as cookies quote it
    assert client.get(address, HTTP_COOKIE=cookie).status_code in (200, 302)
