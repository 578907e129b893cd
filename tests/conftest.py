"""Fixtures every test may use."""

import pytest

from blog.models import BlogPage
from tests.factories import make_blog

pytest_plugins = ["tests.browser"]


@pytest.fixture
def blog(db: None) -> BlogPage:
    """An empty blog at http://testserver/."""
    return make_blog()
