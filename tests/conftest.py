"""Fixtures every test may use."""

import pytest
from hypothesis import HealthCheck, settings

from blog import request as blog_request
from blog.caching.response import response_cache
from blog.feeds.listing import entry_fragments
from blog.models import BlogPage
from blog.rendering.listing import card_fragments
from blog.tagindex import store
from tests.support.factories import make_blog

NOT_PURE = {"db", "transactional_db", "django_db_setup", "live_server", "browser", "tab"}  # fixtures
NOT_PURE_MARKERS = ("django_db", "processes", "once")

# A busy machine is slow to generate examples, and slow to run each: neither is a failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("patient"), max_examples=20)  # for `make test-fast`
settings.load_profile("patient")

pytest_plugins = ["tests.support.browser", "tests.support.sample_sites", "tests.support.axe"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests as pure that use no database, browser, server or process of its own: `make test-fast` runs those."""
    for item in items:
        fixtures = NOT_PURE & set(getattr(item, "fixturenames", ()))
        if not fixtures and not any(map(item.get_closest_marker, NOT_PURE_MARKERS)):
            item.add_marker("pure")


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
    card_fragments.clear()
    entry_fragments.clear()
