"""What the documentation names is there: pages and headings, files, modules and what is in them, commands and their options."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OURS = {app.name for app in apps.get_app_configs() if Path(app.path).is_relative_to(ROOT)} | {"kimonote"}
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|/)([^)\s#]*)(?:#([^)\s]+))?\)")
NAME = re.compile(rf"(?:{'|'.join(sorted(OURS))})(?:\.\w+)+")
NO_NAME = re.compile(r".*\.(?:py|env|example)")
FOLDERS = "|".join(sorted({*OURS, "benchmarks", "deploy", "docs", "site", "static", "templates", "tests"}))
PATH = re.compile(rf"(?:{FOLDERS})/[\w/*-]+(?:\.(?:py|html|conf))?")
OTHERS = {"tests/test_base_backends.py"}  # Anymail's
COMMAND = re.compile(r"(?:manage\.py|^kimonote) ([a-z]\w+)([^\n`;|]*)", re.MULTILINE)


def codes(page: Path) -> list[str]:
    return CODE.findall(FENCED.sub("", page.read_text()))


def anchors(page: Path) -> set[str]:
    """Return the fragments by which GitHub names the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def find(name: str) -> Any:
    """Return a module, or what is in one. Raise AttributeError, ImportError."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ImportError(name)


def options_of(name: str) -> set[str]:
    """Return the options of a command and of its subcommands."""
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    waiting, found = [command.create_parser("manage.py", name)], set[str]()
    while waiting:
        for action in waiting.pop()._actions:
            found.update(action.option_strings)
            waiting += action.choices.values() if isinstance(action.choices, dict) else []
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_pages_and_headings(page: Path) -> None:
    text = CODE.sub("", FENCED.sub("", page.read_text()))
    targets = [(page.parent / path if path else page, anchor) for path, anchor in LINK.findall(text)]
    missing = [path.name for path, _ in targets if not path.exists()]
    assert (missing, [anchor for path, anchor in targets if anchor and anchor not in anchors(path)]) == ([], [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_and_files_that_are_named_exist(page: Path) -> None:
    paths = {code for code in codes(page) if PATH.fullmatch(code)} - OTHERS
    places = [ROOT, ROOT / "templates" / "pages"]
    assert {path for path in paths if not any(any(place.glob(path + end)) for place in places for end in ("", ".py"))} == set()
    for name in codes(page):
        if NAME.fullmatch(name) and not NO_NAME.fullmatch(name):
            find(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_are_named_exist(page: Path) -> None:
    found = COMMAND.findall(page.read_text())
    unknown = {name for name, _ in found if name not in get_commands()}
    assert unknown == set()
    asked = {(name, option) for name, more in found for option in re.findall(r"(?<!\S)--[a-z-]+", more)}
    assert {(name, option) for name, option in asked if option not in options_of(name)} == set()
