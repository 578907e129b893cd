"""Elements put together: headings that link to themselves, figures from pictures with a caption, boxes that scroll. Pure."""

import html
from collections.abc import Iterable, Iterator

from blog.markdown.attributes import ALERT_TITLE
from blog.markdown.headings import link_itself
from blog.markdown.plain_text import is_footnote_mark
from blog.markdown.tokens import Tag, Token

SCROLLS = {"tabindex": "0"}  # or a keyboard could not reach what is wider than the page
AVIF = "data-avif"  # of a picture: its versions in that format, with `sizes`, until it is framed; authors can give neither
TRANSLATED = "data-translated"  # of an element whose word is put into the site's language when it is shown
LONG = 16  # characters of a formula in a line of text, beyond which it may be wider than a phone
HEADINGS = frozenset("h2 h3 h4 h5 h6".split())


def lay_out(tokens: list[Token]) -> list[Token]:
    """Give the text its final elements."""
    written: list[Token] = []
    headings: list[int] = []  # where those that are open begin
    tables, formula = 0, False  # how deep in tables; whether in a formula with lines of its own
    for token in tokens:
        if isinstance(token, Tag) and token.name == "table":
            tables += -1 if token.closing else 1
            written += _scrolling(token, "div") if tables == (not token.closing) else [token]
            continue
        if isinstance(token, Tag) and token.name == "math":
            formula = formula if token.closing else "display" in token.attributes
            written += _scrolling(token, "span") if formula else [token]
            if token.closing and not formula:
                _let_scroll_if_long(written)
            continue
        if isinstance(token, Tag) and not token.closing:
            headings += [len(written)] if token.name in HEADINGS else []
            _complete(token)
        written.append(token)
        if isinstance(token, Tag) and token.closing:
            _end(token.name, written, headings)
    return written


def _end(name: str, written: list[Token], headings: list[int]) -> None:
    if name in HEADINGS:
        link_itself(written, headings.pop())
    elif name == "p" and isinstance(written[-2], Tag) and written[-2].name == "p":
        del written[-2:]  # empty: left by HTML that could not stand in a paragraph
    elif name == "p":
        _figure(written)


def _scrolling(wide: Tag, box: str) -> list[Token]:
    """Begin or end a box round an outermost table or a formula."""
    return [wide, Tag(box, closing=True)] if wide.closing else [Tag(box, {"class": "wide", **SCROLLS}), wide]


def _let_scroll_if_long(written: list[Token]) -> None:
    """Make a formula in a line of text, which has just ended, a box that scrolls where it may be wide."""
    length = 0
    for token in reversed(written):
        if isinstance(token, str):
            length += len(token)
        elif token.name == "math" and not token.closing:
            token.attributes |= SCROLLS if length > LONG else {}
            return


def _complete(tag: Tag) -> None:
    if tag.name == "pre":
        tag.attributes |= SCROLLS
    elif tag.attributes.get("class") == ALERT_TITLE:
        tag.attributes[TRANSLATED] = ""
    elif tag.name == "img":
        tag.attributes = {"alt": "", **tag.attributes, "loading": "lazy"}
    elif tag.name in ("audio", "video"):
        tag.attributes |= {"controls": "", "preload": "none"}
    elif tag.name == "a" and is_footnote_mark(tag):
        tag.attributes["role"] = "doc-backlink"  # DPUB-ARIA 1.1: screen readers say it in their own reader's language


def _figure(written: list[Token]) -> None:
    """Turn a paragraph that has just ended, and was one picture (or a link round it) with a title, into a figure."""
    size = next((size for size in (3, 5) if _is_picture(written[-size:], size)), 0)
    if not size:
        return
    start = len(written) - size
    picture = written[start + size // 2]
    assert isinstance(picture, Tag)
    caption = html.escape(html.unescape(picture.attributes.pop("title")), quote=False)
    side = {"class": picture.attributes.pop("class")} if "class" in picture.attributes else {}
    written[start] = Tag("figure", side)
    written[-1:] = [Tag("figcaption"), caption, Tag("figcaption", closing=True), Tag("figure", closing=True)]


def _is_picture(tokens: list[Token], size: int) -> bool:
    names = ["p", "img", "p"] if size == 3 else ["p", "a", "img", "a", "p"]
    if [token.name if isinstance(token, Tag) else "" for token in tokens] != names:
        return False
    picture = tokens[size // 2]
    return isinstance(picture, Tag) and bool(picture.attributes.get("title"))


def framed(tokens: Iterable[Token]) -> Iterator[Token]:
    """Put each picture that there is in a better format, too, into an element that offers both."""
    for token in tokens:
        if isinstance(token, Tag) and AVIF in token.attributes:
            choice = {"type": "image/avif", "srcset": token.attributes.pop(AVIF), "sizes": token.attributes.pop("sizes")}
            yield from (Tag("picture"), Tag("source", choice), token, Tag("picture", closing=True))
        else:
            yield token
