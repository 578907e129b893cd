"""Fixtures every test may use, and the order of the tests."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.template import Template
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from blog import availability
from blog import request as blog_request
from blog.caching.response import response_cache
from blog.feeds.listing import entry_fragments
from blog.models import BlogPage
from blog.rendering.listing_cards import card_fragments
from blog.tagindex import store
from tests.support.factories import make_blog
from tests.support.live_server import separate_requests
from tests.support.migrated_rows import restore_after_flush

TESTS = Path(__file__).parent
RENDER = Template._render  # before Django prepares for tests
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}  # fixtures
BROWSER = {"browser", "tab"}
NOT_PURE = ("processes", "sockets", "browser", "once")  # markers

# A busy machine is slow to generate examples, and slow to run each: neither is a failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
settings.register_profile("fast", settings.get_profile("patient"), max_examples=5)  # for `make test-fast`
settings.register_profile("thorough", settings.get_profile("patient"), max_examples=1000)
settings.load_profile("patient")

pytest_plugins = [
    f"tests.support.{name}"
    for name in ("images", "browser", "sample_sites", "demo_site", "axe", "replication", "bucket", "redis_server")
]


# What reads and writes texts, files and headers; the rows behind them other tests write on both databases.
ONCE = (
    "unit/blog/feeds",
    "unit/blog/images",
    "unit/blog/markdown",
    "unit/blog/rendering",
    "unit/kimonote/test_security_headers.py",
    "unit/signup/test_emails.py",
    "unit/signup/test_links.py",
    "unit/transfer/importing/dokuwiki",
    "unit/transfer/importing/exports",
    "unit/transfer/importing/static_sites",
)

# What takes longest goes first, so that one worker is not left with it in the end (seconds on two busy cores).
SLOWEST_FIRST = (
    "test_accessibility",  # 250
    "test_make",  # 140; second, since it does not wait for the first worker's migrations
    "test_hostile_texts",  # 170
    "test_leaks_in_admin",  # 130
    "test_settings_matrix",  # 110
    "test_mail_workers",  # 80
    "test_page_weight",  # 80
    "test_worker_waiting",  # 80
    "test_database_outage",  # 70
    "test_killed_jobs",  # 60
    "test_site_crawl",  # 60
    "test_untranslated_words",  # 50
    "test_lock_order",  # 40
    "test_leaks",  # 40
    "test_tag_management_in_browser",  # 40
    "test_secrets",  # 40
    "test_deploy",  # 40
    "test_page_cache",  # 40
    "test_limits",  # 40
    "test_lock_order_of_readers",  # 30
    "test_hostile_queries",  # 30
    "test_admin_accessibility",  # 30
    "test_snapshots",  # 30
    "test_export",  # 30
    "test_bookmarks",  # 20
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add how often tests/faults and tests/fuzz do what they do."""
    parser.addoption("--kills", type=int, default=10, help="how often a process is killed (tests/faults)")
    parser.addoption("--requests", type=int, default=1000, help="how many hostile requests of each kind are sent (tests/fuzz)")
    parser.addoption("--seed", type=int, default=1, help="of chance (tests/fuzz)")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` starts: one more than processors, for tests of browsers and outages mostly wait."""
    return min(len(os.sched_getaffinity(0)), 4) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as once what uses no database, and of that as pure what uses no browser, socket or process; sort by time."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "migrated_database" in fixtures:  # pytest-django sets up no database that none of the chosen tests asks for
            item.add_marker("django_db")
        if DATABASE & fixtures or item.get_closest_marker("django_db"):
            if _is_of_texts(item):
                item.add_marker("once")
            continue
        if not BROWSER & fixtures and not any(map(item.get_closest_marker, NOT_PURE)):
            item.add_marker("pure")
        if not item.get_closest_marker("processes"):  # those may use the database that the environment names
            item.add_marker("once")
    items.sort(key=_order)


def _is_of_texts(item: pytest.Item) -> bool:
    """Return whether a test need not run on both databases: it is of ONCE, without transactions of its own."""
    path, mark = item.path.relative_to(TESTS), item.get_closest_marker("django_db")
    has_transactions = "transactional_db" in getattr(item, "fixturenames", ()) or (mark and mark.kwargs.get("transaction"))
    return not has_transactions and any(path.is_relative_to(place) for place in ONCE)


def _order(item: pytest.Item) -> int:
    """Return where the file of a test stands: the slowest, then other integration tests, then unit tests."""
    if item.path.stem in SLOWEST_FIRST:
        return SLOWEST_FIRST.index(item.path.stem)
    return len(SLOWEST_FIRST) + ("integration" not in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect garbage once all tests are there: they and the modules stay, and need not be looked at again and again."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(50_000)  # instead of 700: a test makes that many objects in a few milliseconds
    gc.enable()
    return collected


@pytest.fixture(scope="session", autouse=True)
def render_as_a_server_does(django_test_environment: None) -> Iterator[None]:
    """Keep no copy of each template's context for `response.context`: it takes long, and `context_data` is there without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", RENDER)
        yield


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


@pytest.fixture(scope="session")
def live_server(django_db_setup: Path | None, live_server: LiveServer) -> LiveServer:
    """A server in this process, started once there is a test database: it shares the connection of one in memory."""
    separate_requests(live_server)
    return live_server


@pytest.fixture
def blog(db: None) -> BlogPage:
    """An empty blog at http://testserver/."""
    return make_blog()


@pytest.fixture(autouse=True)
def forget_everything() -> None:
    """What a process remembers of one test's database is nothing to the next."""
    availability.database.close()  # a request of the last test may have failed in the moment of its flush
    store.clear()
    blog_request.clear()
    response_cache.clear()
    card_fragments.clear()
    entry_fragments.clear()


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often the site is killed; the worker half as often."""
    return int(request.config.getoption("--kills"))
