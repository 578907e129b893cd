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


def number_headings(tokens: list[Token], fragment_ids: FragmentIds, *, with_ids: bool = True) -> list[Heading]:
    """Set the levels of all headings and, if asked for, ids; return those that have one."""
    found: list[Heading] = []
    above: list[int] = []
    starts: list[int] = []
    for place, token in enumerate(tokens):
        if not isinstance(token, Tag) or token.name not in WRITTEN:
            continue
        if token.closing:
            start = starts.pop()
            opening = tokens[start]
            assert isinstance(opening, Tag)
            token.name = opening.name
            if with_ids or "id" in opening.attributes:
                found.append(_heading(opening, text_of(tokens[start:place]), fragment_ids))
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


def _heading(opening: Tag, text: str, fragment_ids: FragmentIds) -> Heading:
    if "id" not in opening.attributes:
        opening.attributes["id"] = fragment_ids.add(slug(html.unescape(text)))
    return Heading(int(opening.name[1]), opening.attributes["id"], text)


def link_itself(written: list[Token], start: int) -> None:
    """Wrap the content of the heading at `start`, which has just ended, in a link to itself, if it has an id and no link."""
    opening, *inner, ending = written[start:]
    if not isinstance(opening, Tag) or "id" not in opening.attributes:
        return
    if inner and not any(isinstance(token, Tag) and token.name == "a" for token in inner):
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
