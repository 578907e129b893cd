"""Abbreviations, as in PHP Markdown Extra: `*[HTML]: Hypertext Markup Language`. A markdown-it plugin. Pure."""

import re
from collections.abc import Iterator
from re import Pattern

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

DEFINITION = re.compile(r"\*\[([^\[\]\n]+)\]:[ \t]*(.*)")
KEY = "abbreviations"


def abbreviations(md: MarkdownIt) -> None:
    """Read definitions, and mark each word that one of them explains."""
    md.block.ruler.before("reference", "abbreviation", definition, {"alt": ["paragraph", "reference"]})
    md.core.ruler.after("inline", "abbreviations", mark)


def definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a line that defines an abbreviation."""
    place = state.bMarks[start] + state.tShift[start]
    match = None if state.is_code_block(start) else DEFINITION.fullmatch(state.src, place, state.eMarks[start])
    if not match:
        return False
    if not silent:
        state.env.setdefault(KEY, {}).setdefault(match[1].strip(), match[2].strip())
        state.line = start + 1
    return True


def mark(state: StateCore) -> None:
    """Mark the abbreviations in the text."""
    known = state.env.get(KEY, {})
    if not known:
        return
    words = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)")
    for token in state.tokens:
        if token.children:
            token.children = [part for child in token.children for part in _marked(child, pattern, known)]


def _marked(token: Token, pattern: Pattern[str], known: dict[str, str]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    end = 0
    for match in pattern.finditer(token.content):
        yield Token("text", "", 0, content=token.content[end : match.start()])
        yield Token("abbr_open", "abbr", 1, attrs={"title": known[match[0]]})
        yield Token("text", "", 0, content=match[0])
        yield Token("abbr_close", "abbr", -1)
        end = match.end()
    yield Token("text", "", 0, content=token.content[end:])
