"""Plain text of HTML for search, excerpts for listings, and reading time. Pure."""

import html
import math
import re

from blog.markdown import allowlist
from blog.markdown.tokens import Tag, Token

WORDS_PER_MINUTE = 230
CHARACTERS_PER_MINUTE = 500  # in scripts without spaces between words
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
WORD = re.compile(r"\w[\w'’-]*")
EXCERPT_LENGTH = 200  # characters of an excerpt
SENTENCE_END = re.compile(r"(?:[^\W\d_]{2}|[\d)\]'\"»”’])[.!?…]+['\")\]»”’]*(?= )|[。！？](?=.)")  # not “J. Doe” nor “e. g.”
INLINE = frozenset(allowlist.INLINE.split()) - {"br", "img"} | allowlist.MATHML
EXCERPT_EXCLUDED = frozenset(
    "alert-title figcaption figure filename footnote h2 h3 h4 h5 h6 img pre summary table".split()
)  # elements, and three classes
FOOTNOTE_MARK = re.compile(r"fnref\d*-")


def is_footnote_mark(tag: Tag) -> bool:
    """Return whether an element is a footnote reference or its back link."""
    return bool(FOOTNOTE_MARK.search(tag.attributes.get({"a": "href", "sup": "id"}.get(tag.name, ""), "")))


def text_of(tokens: list[Token], without: frozenset[str] = frozenset()) -> str:
    """Return the (escaped) text of some tokens in one line, without footnote references and the elements named."""
    kept: list[str] = []
    inside = 0  # how deep in something left out
    for token in tokens:
        if not isinstance(token, Tag):
            kept.append("" if inside else token)
        elif inside:
            inside += token.opens - token.closing
        elif token.opens and (is_footnote_mark(token) or not without.isdisjoint((token.name, token.attributes.get("class")))):
            inside = 1
        elif token.name == "img" and "img" not in without:
            kept.append(f" {token.attributes.get('alt', '')} ")
        elif token.name not in INLINE:
            kept.append(" ")
    return " ".join("".join(kept).split())


def to_plain_text(tokens: list[Token]) -> str:
    return " ".join(html.unescape(text_of(tokens)).split())


def excerpt(tokens: list[Token]) -> str:
    """Return the excerpt: the first prose of a text, truncated at a word."""
    return truncate(" ".join(html.unescape(text_of(tokens, EXCERPT_EXCLUDED)).split()))


def truncate(text: str, length: int = EXCERPT_LENGTH) -> str:
    """Truncate a line at a sentence; at a word if half of the line would be lost, or within one if it would even then.

    >>> truncate("One two. Three four. Five six.", 24), truncate("one two three", 9)
    ('One two. Three four.', 'one two…')
    """
    if len(text) <= length:
        return text
    sentences = [found.end() for found in SENTENCE_END.finditer(text, length // 2, length + 1)]
    if sentences:
        return text[: sentences[-1]]
    space = text.rfind(" ", length // 2, length)
    return text[: length - 1 if space < 0 else space].rstrip(" ,;:.–—-") + "…"


def reading_minutes(text: str) -> int:
    """Return the minutes to read a plain text: 0 for an empty one, else at least 1."""
    characters = len(UNSPACED.findall(text))
    words = len(WORD.findall(UNSPACED.sub(" ", text)))
    return max(math.ceil(words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE - 0.5), 1) if words or characters else 0
