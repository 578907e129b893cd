"""Front matter: a file's text parted into its header (YAML, TOML or JSON) and its body, with line numbers.

Every scalar is kept as it was written: a tag `no`, `on` or `1.10` is no boolean and no number.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from transfer.importing.source import Note, Refusal
from transfer.importing.static_sites.yaml_nodes import DEEPEST, compose

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

LONGEST = 100_000  # characters
MOST_VALUES = 5_000  # in one header; YAML's aliases can mean billions in a few lines
NOTHING = frozenset(("", "~", "null", "nil", "none"))
FENCE = re.compile(r"\s*(?P<fence>---|\+\+\+)(?P<language>\w*)[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Header:
    """A header's values and lines by folded key: `Publish-Date`, `publish_date` and `publishDate` are one."""

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def text(self, *keys: str) -> str:
        """The first of these keys that has a plain value; else nothing."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str) and value.strip().lower() not in NOTHING:
                return value.strip()
        return ""

    def line(self, *keys: str) -> int:
        """The line of the first of these keys that is there."""
        return next((self.lines[key] for key in keys if key in self.lines), 1)


def part(text: str) -> tuple[Header | None, str, int]:
    """Part a file's text into its header (None when it has none), its body and the body's first line."""
    if opening := FENCE.match(text):
        return _fenced(text, opening)
    if re.match(r'\s*\{\s*(?:"|\})', text):
        return _json(text)
    return None, text, 1


def _fenced(text: str, opening: re.Match[str]) -> tuple[Header, str, int]:
    fence, language = opening["fence"], opening["language"].lower()
    language = language or ("toml" if fence == "+++" else "yaml")
    if language not in READERS:
        raise Refusal(f"The front matter is “{language}”: only YAML, TOML and JSON can be read.")
    ends = r"^(?:---|\.\.\.)" if fence == "---" else r"^\+\+\+"
    closing = re.compile(rf"{ends}[ \t]*$", re.MULTILINE).search(text, opening.end())
    if not closing:
        raise Refusal(f"The front matter never ends: close it with a line of “{fence}”.")
    first = text.count("\n", 0, opening.end()) + 1
    if closing.start() > LONGEST:
        raise Refusal(f"The front matter is longer than {LONGEST:,} characters.", first)
    header = READERS[language](text[opening.end() : closing.start()], first)
    return header, text[closing.end() + 1 :], text.count("\n", 0, closing.end()) + 2


def _json(text: str) -> tuple[Header, str, int]:
    start = len(text) - len(text.lstrip())
    try:
        values, end = json.JSONDecoder().raw_decode(text, start)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refusal(f"The JSON front matter cannot be read: {getattr(error, 'msg', 'too deep')}.", line) from error
    return _header(values, 1, {}), text[end:].lstrip(), text.count("\n", 0, end) + 1


def read_json(text: str, first: int) -> Header:
    """Read a header of JSON whose first line is `first`."""
    try:
        return _header(json.loads(text), first, {})
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1) + first - 1
        raise Refusal(f"The JSON front matter cannot be read: {getattr(error, 'msg', 'too deep')}.", line) from error


def read_toml(text: str, first: int) -> Header:
    """Read a header of TOML whose first line is `first`."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise Refusal(f"The TOML front matter cannot be read: {error}.", first + (int(found[1]) - 1 if found else 0)) from error
    keys = re.finditer(r"^[ \t]*(?:\[+[ \t]*)?[\"']?([\w.-]+)[\"']?[ \t]*[=\]]", text, re.MULTILINE)
    return _header(values, first, {fold(key[1]): text.count("\n", 0, key.start(1)) + first for key in keys})


def read_yaml(text: str, first: int) -> Header:
    """Read a header of YAML whose first line is `first`; tabs that YAML forbids are read as spaces, with a note."""
    try:
        return _compose(text, first)
    except Refusal as refusal:
        if "\t" not in text:
            raise
        return _compose_without_tabs(text, first, refusal)


def _compose_without_tabs(text: str, first: int, refusal: Refusal) -> Header:
    try:
        header = _compose("\n".join(line.rstrip().replace("\t", "  ") for line in text.split("\n")), first)
    except Refusal:
        raise refusal from None
    note = Note(refusal.line, "A tab in the YAML, where it allows none, was read as spaces.")
    return Header(header.values, header.lines, (*header.notes, note))


def _compose(text: str, first: int) -> Header:
    try:
        values, lines = compose(text)
    except Refusal as refusal:
        raise Refusal(refusal.reason, first + refusal.line - 1) from refusal
    except yaml.MarkedYAMLError as error:
        line = first + (error.problem_mark.line if error.problem_mark else 0)
        said = ", ".join(words for words in (error.context, error.problem) if words)
        raise Refusal(f"The YAML front matter cannot be read: {said}.", line) from error
    except yaml.YAMLError as error:
        line = first + text.count("\n", 0, getattr(error, "position", 0))
        raise Refusal(f"The YAML front matter cannot be read: {getattr(error, 'reason', error)}.", line) from error
    return _header(values, first, {fold(key): line + first for key, line in lines.items()})


def fold(key: str) -> str:
    """Give the one form in which keys are compared: `Publish-Date` is `publishdate`."""
    return re.sub(r"[-_\s]", "", key).lower()


def _header(tree: Any, first: int, lines: dict[str, int]) -> Header:
    budget = [MOST_VALUES]
    values = _plain(tree, budget, 0)
    if not isinstance(values, dict):
        raise Refusal("The front matter is no list of keys and values.", first)
    return Header({fold(key): value for key, value in values.items()}, lines)


def _plain(tree: Any, budget: list[int], depth: int) -> Value:
    """Turn parsed YAML, TOML or JSON into text, lists and mappings, within limits."""
    budget[0] -= 1
    if budget[0] < 0 or depth > DEEPEST:
        raise Refusal(f"The front matter holds more than {MOST_VALUES} values, or is nested more than {DEEPEST} deep.")
    if isinstance(tree, dict):
        return {_text(str(key)): _plain(value, budget, depth + 1) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(item, budget, depth + 1) for item in tree]
    return _scalar(tree)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return "" if value is None else _text(str(value))


def _text(text: str) -> str:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refusal("The front matter holds a character that is none (NUL, or half of a surrogate pair).")
    return text


READERS = {"yaml": read_yaml, "yml": read_yaml, "toml": read_toml, "json": read_json}
