"""Direction of writing: in a text that has right-to-left letters each block says which way it runs. Pure.

`dir="auto"` would not do: an element does not look into children that have a direction of their own.
"""

import re
from dataclasses import dataclass
from unicodedata import bidirectional

from blog.markdown.tokens import Tag, Token

RTL_CHARACTER = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
BLOCKS = frozenset("blockquote caption dd dl dt figcaption figure h2 h3 h4 h5 h6 li ol p pre summary table td th ul".split())


@dataclass(slots=True)
class Block:
    """An element that may have its own direction, its depth, and the direction if known."""

    tag: Tag
    parent: "Block | None"
    direction: str = ""


def set_directions(tokens: list[Token]) -> None:
    """Set `dir` on every block whose direction, by its first strong character, differs from its parent's."""
    blocks: list[Block] = []
    open_: list[Block] = []
    for token in tokens:
        if not isinstance(token, Tag):
            _resolve_direction(open_, token)
        elif token.name in BLOCKS and token.closing:
            open_.pop()
        elif token.name in BLOCKS:
            open_.append(Block(token, open_[-1] if open_ else None, _explicit_direction(token)))
            blocks.append(open_[-1])
    for block in blocks:
        _write(block)


def _explicit_direction(tag: Tag) -> str:
    return "ltr" if tag.name == "pre" else tag.attributes.get("dir", "")  # code runs from the left


def _resolve_direction(open_: list[Block], text: str) -> None:
    """Set the direction of all open blocks without one by the first strong character of a text."""
    if not open_ or open_[-1].direction:
        return
    found = next((STRONG[kind] for kind in map(bidirectional, text) if kind in STRONG), "")
    for block in reversed(open_):
        if block.direction:
            break
        block.direction = found


def _write(block: Block) -> None:
    around = block.parent.direction if block.parent else ""
    block.direction = block.direction or around
    if block.direction != around:
        block.tag.attributes["dir"] = block.direction
