"""The desk: one site for all tests, copied into the database for each; one tab's context for each member at each width."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site
from wagtail.users.models import UserProfile

from blog.models import BlogPage
from tests.desk.site import fill
from tests.support.desk import GROUPS, HEIGHTS, LANGUAGES, WAYS, Desk
from tests.support.editors import sign_in
from tests.support.made_once import made_once

LIMIT = 40_000  # milliseconds: what is not there by then is missing


@pytest.fixture(params=GROUPS, scope="module")
def group(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=LANGUAGES, scope="module")
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=HEIGHTS, scope="module")
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=WAYS)
def by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def context(browser: Browser, group: str, language: str, width: int) -> Iterator[BrowserContext]:
    """What a member's tabs share: the files of Wagtail's admin are fetched once."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        locale=language,
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(LIMIT)
    expect.set_options(timeout=LIMIT)
    yield context
    context.close()


@pytest.fixture(scope="session")
def filled(django_db_setup: Path | None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the site's database and media, made once."""
    if django_db_setup is None:
        pytest.skip("What browsers show is the same from every database.")
    with django_db_blocker.unblock():
        return made_once(tmp_path_factory, "desk", partial(_keep, django_db_setup))


def _keep(migrated: Path, folder: Path) -> None:
    _copy(migrated)
    with override_settings(MEDIA_ROOT=folder / "media"):
        fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / "site.sqlite3")])


def _copy(file: Path) -> None:
    """Let the test database have the content of a file."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as source:
        source.backup(connection.connection)
    cache.clear()  # where Wagtail remembers root pages and renditions, by ids that come again


@pytest.fixture(scope="session")
def judged() -> set[tuple[str, ...]]:
    """The looks that axe has judged."""
    return set()


@pytest.fixture(scope="session")
def between_tests(live_server: LiveServer) -> Iterator[Lock]:
    """The lock of the server, held between tests: a page that is left tells the server so, without waiting for a response."""
    lock: Lock = live_server.thread.httpd.get_app().lock
    lock.acquire()
    yield lock
    lock.release()


@pytest.fixture
def desk(
    live_server: LiveServer,
    filled: Path,
    between_tests: Lock,
    settings: Any,
    tmp_path: Path,
    axe: str,
    judged: set[tuple[str, ...]],
    group: str,
    language: str,
    width: int,
    by: str,
    context: BrowserContext,
) -> Iterator[Desk]:
    """A member of a group at work on the site, which is as it was at the start of each test."""
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # whose writes would meet the test's own database in the same moment
    settings.WAGTAILADMIN_BASE_URL = settings.SITE_URL = live_server.url  # where emails find their pictures
    settings.MEDIA_ROOT = str(shutil.copytree(filled / "media", tmp_path / "media"))
    _copy(filled / "site.sqlite3")
    server = urlsplit(live_server.url)
    Site.objects.update(hostname=server.hostname, port=server.port)  # where previews find their scripts
    user = User.objects.get(username=GROUPS[group])
    UserProfile.objects.create(user=user, preferred_language=language)
    context.clear_cookies()
    tab = context.new_page()
    sign_in(tab, live_server, user)
    desk = Desk(tab, live_server.url, user, BlogPage.objects.get(), group, language, width, by, axe, judged)
    between_tests.release()
    yield desk
    desk.leave()
    between_tests.acquire()
