"""Attribute lists: `{#id .class key="value"}` and kramdown's `{: …}`, behind what they belong to. A markdown-it plugin. Pure.

They may stand right behind a link, a picture, code or emphasis; at the end of a heading's line; and on a line of their own at
the end of a paragraph, or right below or above another block.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

ITEM = r"""(?:[#.][\w:-]+|[\w:-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"'{}=]+))"""
ANY_ITEM = rf"(?:{ITEM}|[\w-]+)"  # behind a colon also a bare word: kramdown's name of a list, which is not looked up
LIST = rf"\{{(?::[ \t]*(?:{ANY_ITEM}(?:[ \t]+{ANY_ITEM})*)?|[ \t]*{ITEM}(?:[ \t]+{ITEM})*)[ \t]*\}}"
ATTRIBUTES = re.compile(LIST)
AT_END = re.compile(rf"(?:^|[ \t]+)({LIST})[ \t]*$")
PART = re.compile(r"""([#.])([\w:-]+)|([\w:-]+)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'{}=]+))""")
WAITING = "attribute_list"  # the type of a token that belongs to the next one
BEHIND = frozenset("code_inline em_close image link_close s_close strong_close".split())  # what may have a list of its own


def attribute_lists(md: MarkdownIt) -> None:
    """Read attribute lists."""
    md.block.ruler.before("paragraph", "attribute_list", line, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.core.ruler.after("inline", "attribute_lists", assign)


def line(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Give a list on a line of its own to the block that has ended right above it, else to the one below."""
    place = state.bMarks[start] + state.tShift[start]
    text = state.src[place : state.eMarks[start]].rstrip()
    if state.is_code_block(start) or not ATTRIBUTES.fullmatch(text):
        return False
    if not silent:
        if start and not state.isEmpty(start - 1) and state.tokens and state.tokens[-1].nesting <= 0:
            _give(state.tokens[_opening(state.tokens, len(state.tokens) - 1)], text)
        else:
            state.push(WAITING, "", 0).content = text
        state.line = start + 1
    return True


def assign(state: StateCore) -> None:
    """Give the attributes to what they belong to, and take their lists out of the text."""
    waiting = [place for place, token in enumerate(state.tokens) if token.type == WAITING]
    for place in reversed(waiting):
        text = state.tokens.pop(place).content
        if place < len(state.tokens) and state.tokens[place].nesting >= 0:
            _give(state.tokens[place], text)
    for place, token in enumerate(state.tokens):
        if token.type == "inline" and "{" in token.content and token.children:
            _assign_inline(token.children)
            if state.tokens[place - 1].type == "heading_open":
                _assign_heading(state.tokens[place - 1], token.children[-1])


def read(text: str) -> dict[str, str]:
    """Read an attribute list.

    >>> read('{: #a .b .c title="d e"}')
    {'id': 'a', 'title': 'd e', 'class': 'b c'}
    """
    found: dict[str, str] = {}
    classes: list[str] = []
    for sign, name, key, *values in PART.findall(text):
        if sign == ".":
            classes.append(name)
        else:
            found["id" if sign else key] = name or "".join(values)
    return found | ({"class": " ".join([*classes, *found.get("class", "").split()])} if classes else {})


def _give(token: Token, text: str) -> None:
    token.attrs |= read(text)


def _assign_inline(children: list[Token]) -> None:
    for place in range(1, len(children)):
        before, token = children[place - 1], children[place]
        if token.type == "text" and before.type in BEHIND and (match := ATTRIBUTES.match(token.content)):
            _give(children[_opening(children, place - 1)], match[0])
            token.content = token.content[match.end() :]


def _opening(tokens: list[Token], place: int) -> int:
    """Return the index of the token that opens what ends at a place."""
    level = tokens[place].level
    while tokens[place].nesting < 0 or tokens[place].level > level:
        place -= 1
    return place


def _assign_heading(heading: Token, last: Token) -> None:
    """Give a heading the list at the end of its line."""
    if last.type == "text" and (match := AT_END.search(last.content)):
        last.content = last.content[: match.start()]
        _give(heading, match[1])
