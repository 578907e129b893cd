"""GFM as this site writes it: addresses, deleted text, the alignment of cells, boxes of task lists without a form. Pure."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import isLinkClose, isLinkOpen
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

ALIGNED = re.compile(r"text-align:(\w+)")
UNDERSCORE = re.compile(r"_[A-Za-z0-9._+-]*@[A-Za-z0-9]")  # within the first half of an address of mail
# What GFM links besides, of which the plugin wants a blank before it: behind any sign but a letter from A to Z.
ADDRESS = re.compile(
    r"""(?<![A-Za-z/<])https?://[^\s<>"'“”„«»]*[\w/=&%+-]|"""
    r"(?<![A-Za-z0-9._+/:-])[A-Za-z0-9._+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]*[A-Za-z0-9](?![A-Za-z0-9_@-])"
)
BOXES = {True: '<span class="box">☑</span>', False: '<span class="box">☐</span>'}


def addresses(md: MarkdownIt) -> None:
    """Link bare addresses as GFM does, those behind any sign and those of mail with an underscore included."""
    md.use(gfm_autolink_plugin)
    md.inline.ruler.before("emphasis", "underscore", underscore)
    md.core.ruler.after("inline", "further_addresses", further_addresses)


def underscore(state: StateInline, silent: bool) -> bool:
    """Take an underscore in an address of mail for one of its letters, not for a sign of emphasis."""
    place = state.pos
    if not place or not state.src[place - 1].isalnum() or not UNDERSCORE.match(state.src, place):
        return False
    state.pending += "" if silent else "_"
    state.pos += 1
    return True


def further_addresses(state: StateCore) -> None:
    """Link the addresses that the plugin leaves alone for the sign before them, and none that is `espree@6.0.0`."""
    for token in state.tokens:
        if token.children and ("://" in token.content or "@" in token.content):
            token.children = list(_linked([*_without_versions(token.children, token.content)]))


def _without_versions(children: list[Token], source: str) -> Iterator[Token]:
    """Yield tokens without the links of bare addresses of mail that end in a digit: cmark-gfm makes none of these."""
    version = False
    for token in children:
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            bare = token.info == "auto" and f"<{address.removeprefix('mailto:')}>" not in source
            version = bare and address.startswith("mailto:") and address[-1:].isdigit()
        if not version or token.type not in ("link_open", "link_close"):
            yield token


def _linked(children: list[Token]) -> Iterator[Token]:
    links = 0
    for token in children:
        links += _opens_link(token)
        if links or token.type != "text":
            yield token
            continue
        end = 0
        for match in ADDRESS.finditer(token.content):
            if "://" not in match[0] and match[0][-1].isdigit():  # espree@6.0.0
                continue
            yield Token("text", "", 0, content=token.content[end : match.start()])
            yield Token(
                "link_open",
                "a",
                1,
                info="auto",
                attrs={"href": normalizeLink(("" if "://" in match[0] else "mailto:") + match[0])},
            )
            yield Token("text", "", 0, content=match[0])
            yield Token("link_close", "a", -1)
            end = match.end()
        yield Token("text", "", 0, content=token.content[end:])


def _opens_link(token: Token) -> int:
    """Return 1 where a link begins, -1 where one ends, else 0."""
    if token.type == "html_inline":
        return isLinkOpen(token.content) - isLinkClose(token.content)
    return token.nesting if token.tag == "a" else 0


def deleted(md: MarkdownIt) -> None:
    """Render `~~a~~` as deleted, as GFM has it."""

    def tag(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<del>" if tokens[idx].nesting == 1 else "</del>"

    md.add_render_rule("s_open", tag)
    md.add_render_rule("s_close", tag)


def alignment(md: MarkdownIt) -> None:
    """Say how a table's cells are aligned by an attribute, since a text has no styles."""

    def align(state: StateCore) -> None:
        for token in state.tokens:
            if token.type in ("th_open", "td_open") and (found := ALIGNED.fullmatch(str(token.attrs.pop("style", "")))):
                token.attrs["align"] = found[1]

    md.core.ruler.push("alignment", align)


def task_boxes(md: MarkdownIt) -> None:
    """Render the boxes of task lists as signs, which feeds and mail show as well.

    They are put into the item's paragraph rather than before it.
    """

    def box(state: StateCore) -> None:
        tokens = state.tokens
        for place, token in enumerate(tokens):
            if token.type == "list_item_open" and "checked" in token.meta:
                sign = Token("html_inline", "", 0, content=f"{BOXES[token.meta.pop('checked')]} ", meta={"own": True})
                content = next(later for later in tokens[place:] if later.type in ("inline", "list_item_close"))
                if content.children is not None:
                    content.children.insert(0, sign)

    md.core.ruler.push("task_boxes", box)
