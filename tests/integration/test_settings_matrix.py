"""The demo, beside a second site that is no blog, in processes with other settings: nothing depends on the usual ones."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.support.visit_site import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.django_db]

LISTING = "/tags/feeds+reading/"
PAGES = ("/", "/tags/", LISTING, "/start-here/", "/streams/", "/?view=full", "/?q=reading", "/?contents=1", "/signup/")
FILES = (f"{LISTING}feed.rss", f"{LISTING}feed.atom", f"{LISTING}feed.json", "/start-here.md", "/sitemap.xml")
TAGS = ("feeds", "reading", "mail", "markdown", "selections", "comments", "privacy", "design", "writing", "a", "b", "c", "d")
THEME = """{% extends "pages/base.html" %}
{% block footer %}<b>{{ blog.title|upper if blog }}</b>{% if noindex %} {{ canonical|length }}{% endif %} {{ super() }}
{%- endblock %}"""
CARD = """<article{% if anchor %} id="{{ anchor }}"{% endif %}><h2><a href="{{ post.address }}{{ selection }}">
{{- post.title|truncate(60) }}</a></h2>{% if post.link %}{{ post.link|host }}{% endif %}</article>"""


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an SQLite file with the demo and a second site."""
    if connection.vendor != "sqlite":
        pytest.skip("One database suffices: what differs are settings.")
    file = tmp_path_factory.mktemp("matrix") / "site.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(file)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    url = f"sqlite:///{file}"
    run(url, "--fill")
    return url


@pytest.fixture(scope="module")
def theme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theme")
    (folder / "blog").mkdir()
    (folder / "base.html").write_text(THEME)
    (folder / "blog" / "card.html").write_text(CARD)
    return folder


def run(database: str, *arguments: str, **settings: object) -> str:
    """Run the process that visits the site; return what it printed."""
    variables = {"DATABASE_URL": database, **{name: str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "tests.support.visit_site", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def visit(database: str, **settings: object) -> dict[str, Any]:
    """Visit the site with settings; assert what holds with any."""
    limit = int(str(settings.get("TAG_LIMIT", 8)))
    within, beyond = ("/tags/" + "+".join(sorted(TAGS[:count])) + "/" for count in (limit, limit + 1))
    seen: dict[str, Any] = json.loads(run(database, *PAGES, *FILES, within, beyond, **settings))
    first, second = seen["pages"]
    assert {path: page["status"] for path, page in first.items() if path in PAGES + FILES} == dict.fromkeys(PAGES + FILES, 200)
    assert (first[within]["status"] in (200, 404), first[beyond]["status"]) == (True, 400)
    assert [path for path in PAGES + FILES if first[path] != second[path] and path != "/signup/"] == []  # a form has its time
    assert seen["other site"] == {"/": 200, "/about/": 200, "/tags/": 404}
    return seen


@pytest.fixture(scope="module")
def usual(database: str) -> dict[str, Any]:
    """What is seen with the usual settings."""
    return visit(database)


def test_usual_settings_keep_responses(usual: dict[str, Any]) -> None:
    assert usual["cached"] > 0
    assert all('<html lang="en"' in usual["pages"][0][path]["text"] for path in PAGES)


@pytest.mark.parametrize("limit", [3, 12])
def test_tag_limit_is_of_addresses_alone(database: str, limit: int) -> None:
    visit(database, TAG_LIMIT=limit)


def test_every_page_is_in_german(database: str) -> None:
    pages, _again = visit(database, LANGUAGE_CODE="de", TIME_ZONE="Europe/Berlin")["pages"]
    assert all('<html lang="de"' in pages[path]["text"] for path in PAGES)


def test_theme_is_seen_on_every_page(database: str, theme: Path) -> None:
    pages, _again = visit(database, THEME_DIR=theme)["pages"]
    assert [path for path in PAGES if "<b>KIMONOTE</b>" not in pages[path]["text"]] == []
    assert '<article><h2><a href="/' in pages[LISTING]["text"]


def test_without_caches_the_pages_are_the_same(usual: dict[str, Any], database: str) -> None:
    made = visit(database, PAGE_CACHE_BYTES=0, FRAGMENT_CACHE_BYTES=0)
    assert made["cached"] == 0
    same = [path for path in PAGES + FILES if path != "/signup/"]
    assert {path: made["pages"][1][path] for path in same} == {path: usual["pages"][1][path] for path in same}


def test_all_at_once(database: str, theme: Path) -> None:
    settings = {"LANGUAGE_CODE": "de", "THEME_DIR": theme, "PAGE_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "TAG_LIMIT": 3}
    pages, _again = visit(database, **settings)["pages"]
    assert all('<html lang="de"' in pages[path]["text"] and "<b>KIMONOTE</b>" in pages[path]["text"] for path in PAGES)
