"""Footnotes as this site writes them: ids by their labels, and none lost that nothing refers to. Pure."""

import html
from collections import Counter
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote import footnote_plugin

BACK = "↩\N{VARIATION SELECTOR-15}"  # or it would be shown as a picture


def footnotes(md: MarkdownIt) -> None:
    """Read and render footnotes, numbered in the order of what refers to them."""
    md.use(footnote_plugin)
    md.core.ruler.before("footnote_tail", "separate_footnotes", separate)
    md.core.ruler.after("separate_footnotes", "unreferenced_footnotes", keep_unreferenced)
    for rule in (footnote_ref, footnote_block_open, footnote_block_close, footnote_open, footnote_anchor):
        md.add_render_rule(rule.__name__, rule)


def separate(state: StateCore) -> None:
    """Take each definition out of the one it stands in; give one whose label is taken another, which nothing refers to."""
    separated: list[Token] = []
    open_: list[list[Token]] = []
    labels: Counter[str] = Counter()
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            open_.append([])
            token.meta["label"] = _free_label(token.meta["label"], labels, state.env["footnotes"]["refs"])
        (open_[-1] if open_ else separated).append(token)
        if token.type == "footnote_reference_close":
            separated += open_.pop()
    state.tokens = separated


def _free_label(label: str, used: Counter[str], refs: dict[str, int]) -> str:
    """Return the label, or with the first number behind it with which no other footnote has it."""
    used[label] += 1
    if used[label] == 1:
        return label
    while f":{label}-{used[label]}" in refs:
        used[label] += 1
    free = f"{label}-{used[label]}"
    refs[f":{free}"] = -1
    used[free] += 1
    return free


def keep_unreferenced(state: StateCore) -> None:
    """Number the footnotes that nothing refers to behind the others."""
    found = state.env.get("footnotes", {})
    for label, number in found.get("refs", {}).items():
        if number < 0:
            found["list"][len(found["list"])] = {"label": label[1:], "count": 0}


def _name(token: Token) -> str:
    """Return the name of a footnote in ids: its label; of one within the line, which has none, its number."""
    return html.escape(token.meta.get("label") or f"inline-{token.meta['id'] + 1}")


def _reference(token: Token) -> str:
    """Return the id of a reference to a footnote, the first of which has no number."""
    turn = token.meta.get("subId", 0)
    return f"fnref{turn + 1 if turn else ''}-{_name(token)}"


def footnote_ref(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[idx]
    return f'<sup id="{_reference(token)}"><a href="#fn-{_name(token)}">{token.meta["id"] + 1}</a></sup>'


def footnote_block_open(*rule: Any) -> str:
    return '<div class="footnote">\n<hr>\n<ol>\n'


def footnote_block_close(*rule: Any) -> str:
    return "</ol>\n</div>\n"


def footnote_open(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    return f'<li id="fn-{_name(tokens[idx])}">\n'


def footnote_anchor(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[idx]
    if env["footnotes"]["list"][token.meta["id"]].get("count", 1) == 0:
        return ""
    space = "" if token.meta["subId"] else "&nbsp;"
    return f'{space}<a href="#{_reference(token)}">{BACK}</a>'
