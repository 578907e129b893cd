"""The demo, beside a second site that is no blog, in processes with other settings: nothing depends on the usual ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo_site import DATABASE
from tests.support.visit_site import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.django_db, pytest.mark.once]  # what differs are settings

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
def database(demo_site: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an SQLite file with the demo."""
    return f"sqlite:///{shutil.copyfile(demo_site / DATABASE, tmp_path_factory.mktemp('matrix') / 'site.sqlite3')}"


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


def visit(database: str, *options: str, **settings: object) -> dict[str, Any]:
    """Visit the site with settings; assert what holds with any."""
    limit = int(str(settings.get("TAG_LIMIT", 8)))
    within, beyond = ("/tags/" + "+".join(sorted(TAGS[:count])) + "/" for count in (limit, limit + 1))
    seen: dict[str, Any] = json.loads(run(database, *options, *PAGES, *FILES, within, beyond, **settings))
    first, second = seen["pages"]
    assert {path: page["status"] for path, page in first.items() if path in PAGES + FILES} == dict.fromkeys(PAGES + FILES, 200)
    assert (first[within]["status"] in (200, 404), first[beyond]["status"]) == (True, 400)
    assert [path for path in PAGES + FILES if first[path] != second[path] and path != "/signup/"] == []  # a form has its time
    assert seen["other site"] == {"/": 200, "/about/": 200, "/tags/": 404}
    return seen


@pytest.fixture(scope="module")
def usual(database: str) -> dict[str, Any]:
    """What is seen with the usual settings, once there is a second site."""
    return visit(database, "--second-site")


@pytest.fixture(scope="module")
def two_sites(usual: dict[str, Any], database: str) -> str:
    """The URL of the database when it has both sites."""
    return database


def test_usual_settings_keep_responses(usual: dict[str, Any]) -> None:
    assert usual["cached"] > 0
    assert all('<html lang="en"' in usual["pages"][0][path]["text"] for path in PAGES)


def test_higher_tag_limit_and_every_page_in_german(two_sites: str) -> None:
    pages, _again = visit(two_sites, TAG_LIMIT=12, LANGUAGE_CODE="de", TIME_ZONE="Europe/Berlin")["pages"]
    assert all('<html lang="de"' in pages[path]["text"] for path in PAGES)


def test_theme_is_seen_on_every_page(two_sites: str, theme: Path) -> None:
    pages, _again = visit(two_sites, THEME_DIR=theme)["pages"]
    assert [path for path in PAGES if "<b>KIMONOTE</b>" not in pages[path]["text"]] == []
    assert '<article><h2><a href="/' in pages[LISTING]["text"]


def test_without_caches_the_pages_are_the_same(usual: dict[str, Any], two_sites: str) -> None:
    made = visit(two_sites, PAGE_CACHE_BYTES=0, FRAGMENT_CACHE_BYTES=0)
    assert made["cached"] == 0
    same = [path for path in PAGES + FILES if path != "/signup/"]
    assert {path: made["pages"][1][path] for path in same} == {path: usual["pages"][1][path] for path in same}


def test_lower_tag_limit_and_all_at_once(two_sites: str, theme: Path) -> None:
    settings = {"LANGUAGE_CODE": "de", "THEME_DIR": theme, "PAGE_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "TAG_LIMIT": 3}
    pages, _again = visit(two_sites, **settings)["pages"]
    assert all('<html lang="de"' in pages[path]["text"] and "<b>KIMONOTE</b>" in pages[path]["text"] for path in PAGES)
