"""Raw HTML in a text: tags that are not on the list are shown as text, so that no word is lost. Pure.

The HTML that leaves here has only tags of the allowlist: the sanitiser behind it finds nothing to drop but attributes.
"""

import html
import re
from collections.abc import Sequence
from re import Match
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import html_block as commonmark_html_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from blog.markdown.allowlist import CONTAINERS, MATHML, TAGS, VOID_PARTS
from blog.markdown.embeds import link_embed
from blog.markdown.syntax.gfm import BOXES

INSIDE = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""  # a tag, behind its name
LOADER = rf"<(?i:script)(?=[^<>]*\ssrc=)\s{INSIDE}>\s*</(?i:script)>"  # loads what it shows; there is nothing to read in it
# A formula of nothing but MathML. Elsewhere, the sanitiser would drop such a tag with what it contains.
MATH = rf"<math(?:\s{INSIDE})?>(?:[^<]|</?(?:{'|'.join(sorted(MATHML - {'math'}))})(?:[\s/]{INSIDE})?>)*</math>"
WHOLE = re.compile(rf"{LOADER}|{MATH}")
PIECE = re.compile(
    rf"{LOADER}|(?P<formula>{MATH})|<!---?>|<!--.*?-->|</?(?P<name>[a-zA-Z][\w-]*)(?:[\s/]{INSIDE})?>|<", re.DOTALL
)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)(?=[\s/>]|$)", re.MULTILINE)
CLOSING = re.compile(r"</([a-zA-Z][\w-]*)\s*>")
CLOSING_LINE = re.compile(r"</[a-zA-Z][\w-]*\s*>[ \t]*")
# What may hold blank lines, by how it begins, and how it ends.
SPANS = {
    **{
        re.compile(rf"<{name}(?=[\s>])", re.IGNORECASE): re.compile(rf"</{name}>", re.IGNORECASE)
        for name in ("script", "style", "textarea")
    },
    re.compile(r"<\?"): re.compile(r"\?>"),
    re.compile(r"<!\[CDATA\["): re.compile(r"\]\]>"),
}
CHECKBOX = re.compile(r"""type\s*=\s*["']?checkbox""", re.IGNORECASE)
REST_IS_BLANK = re.compile(r"[ \t]*$", re.MULTILINE)
COMMENT, COMMENT_END = "<!--", "-->"
PICTURE = re.compile(r"\s*(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>\s*(?:</a>\s*)?", re.IGNORECASE)  # alone, perhaps in a link
# kramdown's and PHP Markdown Extra's sign that the text in an element is Markdown.
MARKED = re.compile(
    rf"""<([a-zA-Z][\w-]*)(\s{INSIDE}?)?\smarkdown(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?(?=[\s>])({INSIDE})>"""
)


class Environment(dict[str, Any]):
    """What belongs to one text while it is rendered; a dict, where plugins keep their own."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.unlisted: dict[str, None] = {}  # tags shown as text, in order
        self.has_embeds = False
        self.closed = {name.lower() for name in CLOSING.findall(source)}  # elements that end somewhere

    def passes(self, name: str) -> bool:
        """Return whether a tag is left out and its content shown: a container's, not a word in angle brackets."""
        return (name in CONTAINERS and name in self.closed) or not self.closed.isdisjoint(VOID_PARTS.get(name, ()))

    def embed(self, tag: str) -> str | None:
        """Return what stands in place of a tag of an embedded page; None where it names no page."""
        if tag.startswith("</"):
            return "" if self.has_embeds else None
        link = link_embed(tag)
        self.has_embeds |= link is not None
        return link


def raw_html(md: MarkdownIt) -> None:
    """Read and render raw HTML."""
    md.block.ruler.at("html_block", block, {"alt": ["paragraph", "reference", "blockquote"]})
    md.inline.ruler.before("html_inline", "whole_html", whole)
    md.add_render_rule("html_block", render_block)
    md.add_render_rule("html_inline", render_inline)


def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read an HTML block as CommonMark does, if its first tag is on the list; any other begins a paragraph."""
    place = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<", place) or state.is_code_block(start):
        return False
    line = state.src[place : state.eMarks[start]]
    if match := MARKED.match(line):
        return silent or _open(state, start, end, match)
    if CLOSING_LINE.fullmatch(line) and "markdown=" in state.src:
        return silent or _push(state, start, f"{line}\n")
    return _is_block(state, place) and commonmark_html_block(state, start, end, silent)


def whole(state: StateInline, silent: bool) -> bool:
    """Read what is more than one tag as one piece in a line of text, too."""
    match = WHOLE.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _is_block(state: StateBlock, place: int) -> bool:
    """Return whether HTML begins here: a tag on the list, or what ends at the end of a line."""
    if state.src.startswith(COMMENT, place):
        return state.src.find(COMMENT_END, place) >= 0
    for begin, end in SPANS.items():
        if begin.match(state.src, place):
            found = end.search(state.src, place)
            return found is not None and REST_IS_BLANK.match(state.src, found.end()) is not None
    tag = NAME.match(state.src, place)
    name, env = tag[1].lower() if tag else "", cast(Environment, state.env)
    return name in TAGS or name == "iframe" or env.passes(name)


def _open(state: StateBlock, line: int, end: int, match: Match[str]) -> bool:
    """Take the tag; what is behind it is Markdown."""
    _push(state, line, f"<{match[1]}{match[2] or ''}{match[3]}>\n")
    behind = state.bMarks[line] + state.tShift[line] + match.end()
    rest = state.src[behind : state.eMarks[line]]
    if not rest.strip():
        return True
    state.bMarks[line], state.tShift[line], state.sCount[line] = behind, len(rest) - len(rest.lstrip()), state.blkIndent
    state.md.block.tokenize(state, line, end)
    return True


def _push(state: StateBlock, line: int, content: str) -> bool:
    token = state.push("html_block", "", 0)
    token.map, token.content = [line, line + 1], content
    state.line = line + 1
    return True


def render_block(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
    content = tokens[idx].content
    if any(begin.match(content.lstrip()) for begin in SPANS) and not re.match(LOADER, content.lstrip()):
        name = NAME.match(content.lstrip())
        env.unlisted |= {name[1]: None} if name else {}
        return f"<pre><code>{html.escape(content)}</code></pre>\n"
    shown = only_listed(content, env)
    return f"<p>{shown.strip()}</p>\n" if PICTURE.fullmatch(shown) else shown


def render_inline(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
    token = tokens[idx]
    return token.content if token.meta.get("own") else only_listed(token.content, env)


def only_listed(text: str, env: Environment) -> str:
    """Return HTML whose tags are all on the list: any other is text; comments are dropped, embedded pages linked.

    >>> only_listed("Use <b>List<int></b> <!-- here -->", Environment(""))
    'Use <b>List&lt;int&gt;</b> '
    """

    def shown(match: Match[str]) -> str:
        piece, name = match[0], (match["name"] or "").lower()
        if match["formula"] or name in TAGS - MATHML:
            return piece
        if (not name and len(piece) > 1) or env.passes(name):
            return ""  # a comment, the loader of an embed, or a container
        if name == "input" and CHECKBOX.search(piece):
            return BOXES["checked" in piece]
        if name == "iframe" and (link := env.embed(piece)) is not None:
            return link
        env.unlisted |= {match["name"]: None} if name else {}
        return html.escape(piece, quote=False)

    return PIECE.sub(shown, text)
