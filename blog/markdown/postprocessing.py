"""The second half of rendering: from clean HTML to the stored forms, in passes that take time linear in its length."""

from dataclasses import dataclass

from blog.markdown.attributes import filter_attributes
from blog.markdown.direction import RTL_CHARACTER, set_directions
from blog.markdown.fragment_ids import FragmentIds, replace_ids, rewrite_fragments
from blog.markdown.headings import number_headings, table_of_contents
from blog.markdown.layout import lay_out
from blog.markdown.limits import MAX_DEPTH, RenderError
from blog.markdown.media import insert_references
from blog.markdown.plain_text import excerpt, reading_minutes, to_plain_text
from blog.markdown.tokens import Token, depth, parse, write

PREFIX = "n-"  # of every id in a text


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text's stored forms: HTML, table of contents (HTML, may be empty), reading time, excerpt.

    `unlisted` names the tags that are shown as text, for its author; `code` is that of the options.
    """

    html: str
    toc: str
    minutes: int
    excerpt: str
    unlisted: tuple[str, ...] = ()
    code: str = ""


def postprocess(html: str, prefix: str = PREFIX, *, heading_links: bool = True) -> Rendered:
    """Make the stored forms of a text from its clean HTML."""
    tokens = read(html)
    fragment_ids = FragmentIds(prefix)
    replace_ids(tokens, fragment_ids)
    headings = number_headings(tokens, fragment_ids, with_ids=heading_links)
    rewrite_fragments(tokens, fragment_ids)
    insert_references(tokens)
    tokens = lay_out(filter_attributes(tokens))
    if RTL_CHARACTER.search(html):
        set_directions(tokens)
    minutes = reading_minutes(to_plain_text(tokens))
    return Rendered(write(tokens).strip(), table_of_contents(headings), minutes, excerpt(tokens))


def read(html: str) -> list[Token]:
    """Tokenise clean HTML; raise RenderError where it is nested deeper than feed readers and browsers follow."""
    tokens = parse(html)
    if depth(tokens) > MAX_DEPTH:
        raise RenderError.too_deep()
    return tokens
