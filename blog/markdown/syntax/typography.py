"""Typographic quotation marks, dashes and ellipses, and emoji codes, where a site has them on. A markdown-it plugin. Pure.

`"a" -- b...` becomes `“a” – b…`, `---` a long dash, `:smile:` a sign. Code, addresses and escaped signs stay as they are.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from blog.markdown.options import RenderOptions

SIGNS = {"---": "—", "--": "–", "...": "…"}
RUN = re.compile(r"(?<!-)-{2,3}(?!-)|(?<!\.)\.{3}(?!\.)")
CODE = re.compile(r":[a-z0-9_+-]+:")
EMOJI = "emoji"  # markdown-it keeps options of plugins among its own


def typography(md: MarkdownIt) -> None:
    """Read the signs that `set_options` switches on."""
    md.enable("smartquotes")  # does nothing without the option `typographer`
    md.core.ruler.before("smartquotes", "dashes", dashes)
    md.core.ruler.before("dashes", "emoji", emoji)


def set_options(md: MarkdownIt, options: RenderOptions) -> None:
    """Set what is read in the texts to come."""
    md.options["typographer"] = bool(options.quotes)
    md.options["quotes"] = options.quotes
    md.options[EMOJI] = options.emoji


def dashes(state: StateCore) -> None:
    """Put dashes and ellipses in place of what a typewriter has."""
    if state.md.options.typographer:
        for token in _texts(state):
            token.content = RUN.sub(lambda run: SIGNS[run[0]], token.content)


def emoji(state: StateCore) -> None:
    """Put signs in place of their names, those that GitHub uses."""
    if not state.md.options.get(EMOJI) or not CODE.search(state.src):
        return
    from emoji import emojize  # 0.1 s and 10 MB, for those alone who use it

    for token in _texts(state):
        if CODE.search(token.content):
            token.content = emojize(token.content, language="alias")


def _texts(state: StateCore) -> Iterator[Token]:
    """Yield the pieces of text, but not addresses that are links."""
    for block in state.tokens:
        address = False
        for token in block.children or ():
            address = token.info == "auto" and token.nesting == 1 if token.type.startswith("link_") else address
            if token.type == "text" and not address:
                yield token
