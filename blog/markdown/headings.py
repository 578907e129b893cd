"""Headings: from the second level down, none skipped, each a link to itself; and the table of contents they make. Pure."""

import html
from typing import NamedTuple

from blog.markdown.fragment_ids import FragmentIds, slug
from blog.markdown.plain_text import text_of
from blog.markdown.tokens import Tag, Token

WRITTEN = {f"h{level}": level for level in range(1, 7)}
FIRST, LAST = 2, 6  # a page's only h1 is its title
MIN_HEADINGS = 3  # headings that deserve a table of contents


class Heading(NamedTuple):
    level: int
    id: str
    text: str  # escaped


def number_headings(tokens: list[Token], fragment_ids: FragmentIds) -> list[Heading]:
    """Set the levels and ids of all headings."""
    found: list[Heading] = []
    above: list[int] = []
    starts: list[int] = []
    for place, token in enumerate(tokens):
        if not isinstance(token, Tag) or token.name not in WRITTEN:
            continue
        if token.closing:
            found.append(_heading(tokens[starts.pop() : place], fragment_ids))
            token.name = f"h{found[-1].level}"
        else:
            token.name = f"h{_level(WRITTEN[token.name], above)}"
            starts.append(place)
    return found


def _level(level: int, above: list[int]) -> int:
    """Return a heading's level, at most one deeper than the heading above it."""
    while above and above[-1] >= level:
        above.pop()
    above.append(level)
    return min(FIRST + len(above) - 1, LAST)


def _heading(tokens: list[Token], fragment_ids: FragmentIds) -> Heading:
    opening = tokens[0]
    assert isinstance(opening, Tag)
    text = text_of(tokens)
    if "id" not in opening.attributes:
        opening.attributes["id"] = fragment_ids.add(slug(html.unescape(text)))
    return Heading(int(opening.name[1]), opening.attributes["id"], text)


def link_itself(written: list[Token], start: int) -> None:
    """Wrap the content of the heading at `start`, which has just ended, in a link to itself, unless it contains a link."""
    opening, *inner, ending = written[start:]
    if inner and isinstance(opening, Tag) and not any(isinstance(token, Tag) and token.name == "a" for token in inner):
        written[start + 1 :] = [Tag("a", {"href": f"#{opening.attributes['id']}"}), *inner, Tag("a", closing=True), ending]


def table_of_contents(headings: list[Heading]) -> str:
    """Return the table of contents as nested lists; empty where there are too few headings."""
    if len(headings) < MIN_HEADINGS:
        return ""
    written, present = [], FIRST - 1
    for level, id_, text in headings:
        written.append("<ul>" if level > present else "</li>" + "</ul></li>" * (present - level))
        written.append(f'<li><a href="#{id_}">{text}</a>')
        present = level
    return "".join(written) + "</li></ul>" * (present - FIRST + 1)
