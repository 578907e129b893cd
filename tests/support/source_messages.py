"""The messages that sources mark for translation, found by Python alone: gettext's own programs are not everywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

from blog.rendering.messages import as_python

Message = tuple[str, str]  # its context, mostly empty, and its words (of a plural: the singular)

CODE = (
    "accounts",
    "blog",
    "signup",
    "comments",
    "mail",
    "web",
    "transfer",
    "maintenance",
    "publishing",
    "jobs",
    "wagtail_actions",
    "site",
)
MARKS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0, "pgettext": 1} | {
    "pgettext_lazy": 1,
    "npgettext": 1,
    "npgettext_lazy": 1,
}  # by name, the place of the words: before them goes a context
CALL = re.compile(r"""\b(?:_|n?p?gettext)\((?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*\)""")


def marked() -> set[Message]:
    """Every message of the site's code and templates."""
    return {message for tree in _trees() for node in ast.walk(tree) for message in _messages(node)}


def _trees() -> Iterator[ast.AST]:
    for folder in CODE:
        for path in sorted((settings.ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text())
    pages = settings.ROOT / "templates" / "pages"
    for path in sorted((settings.ROOT / "templates").rglob("*.*")):
        if path.is_relative_to(pages):
            yield ast.parse(as_python(path.read_text()))
        elif path.suffix in (".html", ".txt"):
            yield from _calls(path)


def _calls(path: Path) -> Iterator[ast.AST]:
    """The calls that Django's tags stand for, as `makemessages` sees them."""
    for call in CALL.findall(templatize(path.read_text(), path.name)):
        yield ast.parse(call)


def _messages(node: ast.AST) -> Iterator[Message]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MARKS:
        return
    place = MARKS[node.func.id]
    words = [argument.value for argument in node.args[: place + 1] if isinstance(argument, ast.Constant)]
    if len(words) == place + 1:  # else it is another function's argument
        yield ("" if place == 0 else str(words[0])), str(words[place])
