"""Clean HTML as a list of tags and text between them, and back: enough for one pass over it, in any depth. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# Exact for what nh3 writes: attributes always double-quoted, `<` and `>` escaped everywhere else.
TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)((?: [^\s"=<>/]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r' ([^\s"=<>/]+)="([^"]*)"')
VOID = frozenset("br hr img source wbr".split())


@dataclass(slots=True, eq=False)
class Tag:
    """A tag; its attributes' values are escaped, as they stand in the text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    closing: bool = False

    def __str__(self) -> str:
        if self.closing:
            return f"</{self.name}>"
        attributes = [f' {name}="{value}"' for name, value in self.attributes.items()]
        return f"<{self.name}{''.join(attributes)}>"

    @property
    def opens(self) -> bool:
        return not self.closing and self.name not in VOID


Token = Tag | str


def parse(html: str) -> list[Token]:
    """Split clean HTML into tags and (escaped) text."""
    return [token for token in _tokens(html) if token != ""]


def _tokens(html: str) -> Iterator[Token]:
    end = 0
    for match in TAG.finditer(html):
        yield html[end : match.start()]
        yield Tag(match[2], dict(ATTRIBUTE.findall(match[3])), bool(match[1]))
        end = match.end()
    yield html[end:]


def write(tokens: Iterable[Token]) -> str:
    return "".join(map(str, tokens))


def depth(tokens: Iterable[Token]) -> int:
    """Return the depth of nesting of elements."""
    deepest = level = 0
    for token in tokens:
        if isinstance(token, Tag) and token.name not in VOID:
            level += -1 if token.closing else 1
            deepest = max(deepest, level)
    return deepest


def closing(tokens: list[Token], start: int) -> int:
    """Return the index of the tag that closes the one at `start`."""
    level = 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        if isinstance(token, Tag) and token.name not in VOID:
            level += -1 if token.closing else 1
            if not level:
                return place
    return len(tokens) - 1
