"""Addresses come from the URLconf: neither code nor templates spell the routes of readers, of the admin or of programs."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver

FOLDERS = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
CODE = [
    path
    for folder in [settings.ROOT / "site", *(settings.ROOT / name for name in sorted(FOLDERS))]
    for path in sorted(folder.rglob("*.py"))
    if path.name not in ("urls.py", "settings.py") and "migrations" not in path.parts
]
TEMPLATES = sorted(path for path in (settings.ROOT / "templates").rglob("*") if path.is_file())
OTHERS = {  # no addresses of this site
    "/.well-known/mta-sts.txt": "of other servers",
    "The stream's address is /streams/slug/.": "a help text",
}


def beginnings() -> set[str]:
    """The first parts of the paths of the root URLconf's routes."""
    patterns = get_resolver().url_patterns
    with_prefix = [pattern for pattern in patterns if str(pattern.pattern)]
    included = chain.from_iterable(getattr(pattern, "url_patterns", ()) for pattern in patterns if not str(pattern.pattern))
    routes = (str(pattern.pattern) for pattern in (*with_prefix, *included))
    return {found[1] for found in (re.match(r"\^?([a-z_.][\w.-]*)/", route) for route in routes) if found}


def spelled(text: str) -> list[str]:
    """The addresses in a text that begin as one of the site's."""
    return re.findall(rf"(?<![\w.}}*>])/(?:{'|'.join(map(re.escape, sorted(beginnings())))})/", text)


def strings_of(path: Path) -> Iterator[str]:
    """The strings of a module, but for its docstrings."""
    tree = ast.parse(path.read_text())
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_code_spells_no_address() -> None:
    found = {(path.name, text) for path in CODE for text in strings_of(path) if spelled(text) and text not in OTHERS}
    assert found == set()


def test_templates_spell_no_address() -> None:
    assert {path.name: found for path in TEMPLATES if (found := spelled(path.read_text()))} == {}


def test_spelled_address_is_found() -> None:
    assert spelled('<a href="/tags/a/">, Disallow: /admin/, {{ base }}/tags/a/, https://tags.example/x/') == [
        "/tags/",
        "/admin/",
    ]
