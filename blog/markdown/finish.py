"""The second half of rendering: clean HTML gets its ids, levels, sizes and words, in passes that take time by its length."""

from dataclasses import dataclass

from blog.markdown.attributes import filter_attributes
from blog.markdown.direction import RIGHT_TO_LEFT, direct
from blog.markdown.fragment_ids import FragmentIds, replace_ids, rewrite_fragments
from blog.markdown.headings import contents, number
from blog.markdown.layout import lay_out
from blog.markdown.limits import DEEPEST, RenderError
from blog.markdown.media import refer
from blog.markdown.tokens import Token, depth, parse, write
from blog.markdown.plain_text import excerpt, reading_minutes, to_plain_text

PREFIX = "n-"  # of every id in a text


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text's stored forms: HTML, table of contents (HTML, may be empty), reading time, plain beginning, all its words."""

    html: str
    toc: str
    minutes: int
    excerpt: str
    plain: str = ""


def finish(html: str, prefix: str = PREFIX) -> Rendered:
    """Make the stored forms of a text from its clean HTML."""
    tokens = read(html)
    fragment_ids = FragmentIds(prefix)
    replace_ids(tokens, fragment_ids)
    headings = number(tokens, fragment_ids)
    rewrite_fragments(tokens, fragment_ids)
    refer(tokens)
    tokens = lay_out(filter_attributes(tokens))
    if RIGHT_TO_LEFT.search(html):
        direct(tokens)
    text = to_plain_text(tokens)
    return Rendered(write(tokens).strip(), contents(headings), reading_minutes(text), excerpt(tokens), text)


def read(html: str) -> list[Token]:
    """Take clean HTML apart, unless feed readers and browsers would give up on its depth."""
    tokens = parse(html)
    if depth(tokens) > DEEPEST:
        raise RenderError.too_deep()
    return tokens
