"""Fixtures every test may use, and the order of the tests."""

from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from blog import request as blog_request
from blog.caching.response import response_cache
from blog.feeds.listing import entry_fragments
from blog.models import BlogPage
from blog.rendering.listing import card_fragments
from blog.tagindex import store
from tests.support.factories import make_blog
from tests.support.migrated_rows import restore_after_flush

DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}  # fixtures
BROWSER = {"browser", "tab"}
NOT_PURE = ("processes", "sockets", "browser", "once")  # markers

# A busy machine is slow to generate examples, and slow to run each: neither is a failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
settings.register_profile("fast", settings.get_profile("patient"), max_examples=5)  # for `make test-fast`
settings.register_profile("thorough", settings.get_profile("patient"), max_examples=1000)
settings.load_profile("patient")

pytest_plugins = [f"tests.support.{name}" for name in ("images", "browser", "sample_sites", "axe")]


# What takes longest goes first, so that one worker is not left with it in the end (seconds on two busy cores).
SLOWEST_FIRST = (
    "test_hostile_texts",  # 300
    "test_make",  # 220
    "test_accessibility",  # 200
    "test_settings_matrix",  # 180
    "test_mail_workers",  # 170
    "test_page_weight",  # 100
    "test_worker_waiting",  # 100
    "test_hostile_queries",  # 80
    "test_lock_order",  # 70
    "test_site_crawl",  # 60
    "test_untranslated_words",  # 50
    "test_deploy",  # 40
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as once what uses no database, and of that as pure what uses no browser, socket or process; sort by time."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if DATABASE & fixtures or item.get_closest_marker("django_db"):
            continue
        if not BROWSER & fixtures and not any(map(item.get_closest_marker, NOT_PURE)):
            item.add_marker("pure")
        if not item.get_closest_marker("processes"):  # those may use the database that the environment names
            item.add_marker("once")
    items.sort(key=_order)


def _order(item: pytest.Item) -> int:
    """Return where the file of a test stands: the slowest, then other integration tests, then unit tests."""
    if item.path.stem in SLOWEST_FIRST:
        return SLOWEST_FIRST.index(item.path.stem)
    return len(SLOWEST_FIRST) + ("integration" not in item.path.parts)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path | None:
    """Set the test database up; on SQLite, return a copy of it as the migrations leave it."""
    with django_db_blocker.unblock():
        restore_after_flush()
    if connection.vendor != "sqlite":
        return None
    file = tmp_path_factory.mktemp("migrated") / "site.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    return file


@pytest.fixture(scope="session")
def migrated_database(django_db_setup: Path) -> Path:
    """An SQLite file as the migrations leave it, to be copied: migrating anew takes long."""
    return django_db_setup


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
