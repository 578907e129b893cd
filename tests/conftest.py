"""Fixtures every test may use."""

import pytest

from blog import request as blog_request
from blog.caching.response import response_cache
from blog.feeds.listing import entries_told
from blog.models import BlogPage
from blog.rendering.listing import cards_read
from blog.tagindex import store
from tests.factories import make_blog

pytest_plugins = ["tests.browser", "tests.stage", "tests.axe"]


@pytest.fixture
def blog(db: None) -> BlogPage:
    """An empty blog at http://testserver/."""
    return make_blog()


@pytest.fixture(autouse=True)
def forget_everything() -> None:
    """What a process remembers of one test's database is nothing to the next."""
    store.clear()
    blog_request.clear()
    response_cache.clear()
    cards_read.clear()
    entries_told.clear()
