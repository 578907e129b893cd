"""The HTML of comments: paragraphs, emphasis, lists, quotations, code, links with rel=nofollow. Pure."""

import nh3

from blog.markdown.allowlist import FORMULA, MATHML
from blog.markdown.attributes import filter_attributes
from blog.markdown.layout import lay_out
from blog.markdown.tokens import Tag, Token, write

ALLOWED_TAGS = frozenset("abbr b blockquote br code del em i li ol p pre q s span strong sub sup ul".split()) | MATHML
SHOWN_AS_PARAGRAPHS = frozenset("h1 h2 h3 h4 h5 h6".split())
CLEANER = nh3.Cleaner(
    tags=ALLOWED_TAGS | {"a"},
    attributes={
        "a": {"href", "rel"},
        "abbr": {"title"},
        "pre": {"tabindex"},
        "span": {"class", "tabindex"},
    }
    | {name: set(FORMULA) for name in MATHML}
    | {"math": {*FORMULA, "tabindex"}},
    link_rel=None,
)


def reduce_to_comment(tokens: list[Token]) -> str:
    """Return clean HTML reduced to the elements allowed in comments."""
    return CLEANER.clean(write(lay_out(filter_attributes([kept for token in tokens for kept in _reduced(token)])))).strip()


def _reduced(token: Token) -> list[Token]:
    if not isinstance(token, Tag) or token.name in ALLOWED_TAGS:
        return [token]
    if token.name in SHOWN_AS_PARAGRAPHS:
        return [Tag("p", closing=token.closing)]
    if token.name == "a":
        address = token.attributes.get("href", "#")
        return [Tag("a", {} if address.startswith("#") else {"href": address, "rel": "nofollow ugc"}, token.closing)]
    return [token.attributes.get("alt", "") if token.name == "img" else " "]
