"""Fixtures for the tests of comments."""

import pytest

from blog.models import BlogPage, PostPage
from tests.support.factories import make_post


@pytest.fixture
def post(blog: BlogPage) -> PostPage:
    return make_post(blog, "common", title="Harbour", slug="harbour", body="Ships.")
