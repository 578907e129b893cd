"""Front matter in YAML, TOML or JSON: a file's text split into front matter and body, with line numbers.

YAML's scalars are read as text, as they were written: a tag `no`, `on` or `1.10` is no boolean and no number.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import yaml

from transfer.importing.source import Notice, Refusal, is_text
from transfer.importing.words import _

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # where PyYAML lacks libyaml: the same, slower
Value: TypeAlias = "str | list[Value] | dict[str, Value]"

MAX_LENGTH = 100_000  # characters
MAX_DEPTH = 20  # levels of lists and mappings
MAX_VALUES = 5_000  # in the front matter of one file
WITH_COLON = re.compile(r"^(\w[\w-]*:[ \t]+)([^\s\"'\[{>|&*!%@`#][^\n]*?: [^\n]*\S)[ \t]*$", re.MULTILINE)
NULLS = frozenset(("", "~", "null", "nil", "none"))
FENCE = re.compile(r"\s*(?P<fence>---|\+\+\+)(?P<language>\w*)[ \t]*\n")
HEADER = re.compile(r"^(?P<key>[A-Za-z][A-Za-z_ -]{1,30}):[ \t]*(?P<value>[^\n]*(?:\n[ \t]{4,}[^\n]+)*)(?:\n|\Z)", re.MULTILINE)
HEADERS = re.compile(  # Pelican's, in any case, which begin with one of these keys
    r"\A\s*(?=(?:Title|Date|Slug|Category|Tags|Authors?|Status|Summary|Modified):)"
    r"(?:[a-z][a-z_ -]{1,30}:[^\n]*(?:\n[ \t]{4,}[^\n]+)*(?:\n|\Z))+",
    re.IGNORECASE,
)
NIKOLA = re.compile(  # lines of comments in reStructuredText, or within one of HTML
    r"\A\s*(?P<comment><!--\s*)?(?=\.\. (?:title|slug|date|tags|category|author|link|description|type):)"
    r"(?P<fields>(?:\.\. [a-z_-]+:[^\n]*(?:\n|\Z))+)(?(comment)\s*-->[ \t]*\n?)",
    re.IGNORECASE,
)
NIKOLA_FIELD = re.compile(r"^\.\. ([a-z_-]+):[ \t]*([^\n]*)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values and lines of front matter, by key. `Publish-Date`, `publish_date` and `publishDate` are one key."""

    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def text(self, *keys: str) -> str:
        """Return the value of the first of these keys that has a scalar one; else ""."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str) and value.strip().lower() not in NULLS:
                return value.strip()
        return ""

    def below(self, *keys: str) -> Value:
        """Return the value under a path of keys, each folded or as it was written; "" where there is none."""
        value: Value = self.values
        for key in keys:
            value = next((value[each] for each in (fold_key(key), key) if each in value), "") if isinstance(value, dict) else ""
        return value

    def line(self, *keys: str) -> int:
        """Return the line of the first of these keys that is there; else 1."""
        return next((self.lines[key] for key in keys if key in self.lines), 1)


def split_front_matter(text: str) -> tuple[FrontMatter | None, str, int]:
    """Split a file's text into front matter (None where it has none), body and the line on which the body begins."""
    if opening := FENCE.match(text):
        return _fenced(text, opening)
    if re.match(r'\s*\{\s*(?:"|\})', text):
        return _json(text)
    if headers := HEADERS.match(text):
        return _headers(text, headers)
    if headers := NIKOLA.match(text):
        return from_texts(dict(NIKOLA_FIELD.findall(headers["fields"]))), text[headers.end() :], headers[0].count("\n") + 1
    return None, text, 1


def _headers(text: str, headers: re.Match[str]) -> tuple[FrontMatter, str, int]:
    """Read Pelican's headers: `Title: …` and others, up to an empty line; a line that is indented continues the one above."""
    values: dict[str, Value] = {}
    for found in HEADER.finditer(headers[0]):
        values[found["key"]] = " ".join(found["value"].split())
    front_matter = from_texts(values)
    return front_matter, text[headers.end() :], headers[0].count("\n") + 1


def from_texts(values: dict[str, Value]) -> FrontMatter:
    """Return front matter of values that were read already. Raise Refusal beyond the limits."""
    return _front_matter(values, 1, {fold_key(key): line for line, key in enumerate(values, 1)})


def _fenced(text: str, opening: re.Match[str]) -> tuple[FrontMatter, str, int]:
    fence, language = opening["fence"], opening["language"].lower()
    language = language or ("toml" if fence == "+++" else "yaml")
    if language not in READERS:
        raise Refusal(_("The front matter is “%(language)s”: only YAML, TOML and JSON can be read.") % {"language": language})
    ends = r"^(?:---|\.\.\.)" if fence == "---" else r"^\+\+\+"
    closing = re.compile(rf"{ends}[ \t]*$", re.MULTILINE).search(text, opening.end())
    if not closing:
        raise Refusal(_("The front matter never ends: close it with a line of “%(fence)s”.") % {"fence": fence})
    first = text.count("\n", 0, opening.end()) + 1
    if closing.start() > MAX_LENGTH:
        raise Refusal(
            _("The front matter is longer than %(max_length)s characters.") % {"max_length": f"{MAX_LENGTH:,}"}, first
        )
    front_matter = READERS[language](text[opening.end() : closing.start()], first)
    return front_matter, text[closing.end() + 1 :], text.count("\n", 0, closing.end()) + 2


def _json(text: str) -> tuple[FrontMatter, str, int]:
    with _refusing_json(1):
        values, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    return _front_matter(values, 1, {}), text[end:].lstrip(), text.count("\n", 0, end) + 1


def read_json(text: str, first: int) -> FrontMatter:
    """Read JSON whose first line is `first`."""
    with _refusing_json(first):
        return _front_matter(json.loads(text), first, {})


@contextmanager
def _refusing_json(first: int) -> Iterator[None]:
    """Raise Refusal in place of what the standard library raises."""
    try:
        yield
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1) + first - 1
        raise Refusal(
            _("The JSON front matter cannot be read: %(error)s.") % {"error": getattr(error, "msg", _("too deep"))}, line
        ) from error


def read_toml(text: str, first: int) -> FrontMatter:
    """Read TOML whose first line is `first`."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise Refusal(
            _("The TOML front matter cannot be read: %(error)s.") % {"error": error},
            first + (int(found[1]) - 1 if found else 0),
        ) from error
    keys = re.finditer(r"^[ \t]*(?:\[+[ \t]*)?[\"']?([\w.-]+)[\"']?[ \t]*[=\]]", text, re.MULTILINE)
    return _front_matter(values, first, {fold_key(key[1]): text.count("\n", 0, key.start(1)) + first for key in keys})


def read_yaml(text: str, first: int) -> FrontMatter:
    """Read YAML whose first line is `first`.

    What YAML forbids and other readers take is read with a note: tabs as spaces, `title: Go: a tour` as one text.
    """
    try:
        return _compose(text, first)
    except Refusal as refusal:
        for lenient, sentence in (
            (
                "\n".join(line.rstrip().replace("\t", "  ") for line in text.split("\n")),
                _("A tab in the YAML, where it allows none, was read as spaces."),
            ),
            (
                WITH_COLON.sub(lambda found: f"{found[1]}{json.dumps(found[2], ensure_ascii=False)}", text),
                _("A colon in the YAML, where it allows none without quotation marks, was read as part of the text."),
            ),
        ):
            if lenient != text and (found := _compose_leniently(lenient, first)):
                return replace(found, notices=(*found.notices, Notice(refusal.line, sentence)))
        raise


def _compose_leniently(text: str, first: int) -> FrontMatter | None:
    try:
        return _compose(text, first)
    except Refusal:
        return None


def _compose(text: str, first: int) -> FrontMatter:
    try:
        _check_limits(text, first)
        node = yaml.compose(text, Loader=LOADER)
        if node is not None and not isinstance(node, yaml.MappingNode):
            raise Refusal(_("The YAML front matter is no list of “key: value”."), first)
        values = _from_node(node, first) if node else {}
    except yaml.MarkedYAMLError as error:
        line = first + (error.problem_mark.line if error.problem_mark else 0)
        said = ", ".join(words for words in (error.context, error.problem) if words)
        raise Refusal(_("The YAML front matter cannot be read: %(said)s.") % {"said": said}, line) from error
    except yaml.YAMLError as error:
        line = first + text.count("\n", 0, getattr(error, "position", 0))
        raise Refusal(
            _("The YAML front matter cannot be read: %(error)s.") % {"error": getattr(error, "reason", error)}, line
        ) from error
    lines = {fold_key(key.value): first + key.start_mark.line for key, _ in node.value} if node else {}
    return _front_matter(values, first, lines)


def _check_limits(text: str, first: int) -> None:
    """Raise Refusal for deep nesting, where `yaml.compose` would overflow the stack, and for aliases of lists and mappings,
    a few lines of which can mean billions of values."""
    depth, scalars = 0, set()
    for event in yaml.parse(text, Loader=LOADER):
        line = first + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Refusal(
                    _("The YAML front matter is nested more than %(max_depth)s deep.") % {"max_depth": MAX_DEPTH}, line
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            scalars.add(event.anchor)
        elif isinstance(event, yaml.AliasEvent) and event.anchor not in scalars:
            reason = _("The YAML alias *%(anchor)s stands for no plain value above it: write the value out.")
            raise Refusal(reason % {"anchor": event.anchor}, line)


def _from_node(node: yaml.Node, first: int) -> Any:
    """Return a node's value, each scalar as it was written."""
    if isinstance(node, yaml.SequenceNode):
        return [_from_node(item, first) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    for key, _value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Refusal(_("A key of the YAML front matter is a list or mapping."), first + key.start_mark.line)
    return {key.value: _from_node(value, first) for key, value in node.value}


def fold_key(key: str) -> str:
    """Return the form in which keys are compared: `publishdate` for `Publish-Date`."""
    return re.sub(r"[-_\s]", "", key).lower()


def _front_matter(tree: Any, first: int, lines: dict[str, int]) -> FrontMatter:
    budget = [MAX_VALUES]
    values = _plain(tree, budget, 0)
    if not isinstance(values, dict):
        raise Refusal(_("The front matter is no list of keys and values."), first)
    return FrontMatter({fold_key(key): value for key, value in values.items()}, lines)


def _plain(tree: Any, budget: list[int], depth: int) -> Value:
    """Convert parsed YAML, TOML or JSON into text, lists and mappings. Raise Refusal beyond the limits."""
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        raise Refusal(
            _("The front matter holds more than %(max_values)s values, or is nested more than %(max_depth)s deep.")
            % {"max_values": MAX_VALUES, "max_depth": MAX_DEPTH}
        )
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
    if not is_text(text):
        raise Refusal(_("The front matter holds a character that is none (NUL, or half of a surrogate pair)."))
    return text


READERS = {"yaml": read_yaml, "yml": read_yaml, "toml": read_toml, "json": read_json}
