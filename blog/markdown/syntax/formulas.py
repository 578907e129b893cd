r"""Formulas: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, and `\begin{…}` on lines of its own. A markdown-it plugin. Pure."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.amsmath import amsmath_plugin

from blog.markdown.mathml import LONGEST, formula

# As in pandoc: no space inside the dollars, no digit or letter against them outside, so that "$5 and $6" is money, and
# "$HOME/$USER" what it is; but "the $i$th".
AFTER = r"(?!\$)(?=(?:th|st|nd|rd)\b|\W|\Z)"
INLINE = re.compile(rf"\$(?![\s$])((?:\\(?:text|mbox)\{{[^{{}}`]*\}}|\\.|[^$\\`]){{1,{LONGEST}}}?)(?<!\s)\${AFTER}", re.DOTALL)
DISPLAY = re.compile(rf"\$\$((?:\\.|\$(?!\$)|[^$\\]){{1,{LONGEST}}}?)\$\$(?!\$)", re.DOTALL)
# With one backslash, or with two, as blogs have it whose Markdown took the first.
ROUND = re.compile(rf"\\\\?\(((?:[^\\]|\\(?![()])){{1,{LONGEST}}}?)\\\\?\)", re.DOTALL)
SQUARE = re.compile(rf"\\\\?\[((?:[^\\]|\\(?![\[\]])){{1,{LONGEST}}}?)\\\\?\]", re.DOTALL)
BLOCK = re.compile(rf"(?:{DISPLAY.pattern}|{SQUARE.pattern})[ \t]*$", re.DOTALL | re.MULTILINE)
MONEY = re.compile(r"\d[\d.,]*[^\\^_={}]*\s[^\\^_={}]*\w{2}[^\\^_={}]*")  # "$5 and up to 10$"
PROSE = re.compile(r"[^\\^_={}+<>]*[^\W\d_]{2}[^\\^_={}+<>]*")  # "\(see there\)"
SIGN = re.compile(r"[_^={}+<>]|\\[a-zA-Z]")  # without one of these "\[x\]" are escaped brackets


def formulas(md: MarkdownIt) -> None:
    """Read and render formulas."""
    md.block.ruler.before("fence", "formula", block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.inline.ruler.before("escape", "formula", inline)
    md.add_render_rule("formula", render_inline)
    md.add_render_rule("formula_block", render_block)
    md.use(amsmath_plugin, renderer=render_paragraph)


def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a display formula that has lines of its own."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(("$$", "\\[", "\\\\["), begin):
        return False
    match = BLOCK.match(state.getLines(start, end, state.blkIndent, False).lstrip(" "))
    source = (match[1] or match[2]) if match else ""
    if not match or not source.strip() or (match[2] and not SIGN.search(source)):
        return False
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content = source
        state.line = start + match[0].count("\n") + 1
        token.map = [start, state.line]
    return True


def inline(state: StateInline, silent: bool) -> bool:
    """Read a formula in a line of text."""
    found = _dollars(state) or _brackets(state)
    if not found:
        return False
    source, end, display = found
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.meta = source, {"display": display}
    state.pos = end
    return True


def _dollars(state: StateInline) -> tuple[str, int, bool] | None:
    source, place = state.src, state.pos
    if source[place] != "$":
        return None
    before = source[place - 1] if place else " "
    if before not in "\\$" and (match := DISPLAY.match(source, place)):
        return match[1], match.end(), True
    if (
        before not in "\\$_"
        and not before.isalnum()
        and (match := INLINE.match(source, place))
        and not MONEY.fullmatch(match[1])
    ):
        return match[1], match.end(), False
    return None


def _brackets(state: StateInline) -> tuple[str, int, bool] | None:
    source, place = state.src, state.pos
    if source[place] != "\\":
        return None
    if (match := ROUND.match(source, place)) and match[1].strip() and not PROSE.fullmatch(match[1]):
        return match[1].strip(), match.end(), False
    if (match := SQUARE.match(source, place)) and SIGN.search(match[1]):
        return match[1].strip(), match.end(), True
    return None


def render_inline(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    return formula(tokens[idx].content, display=tokens[idx].meta["display"])


def render_block(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    return render_paragraph(tokens[idx].content)


def render_paragraph(source: str) -> str:
    return f"<p>{formula(source, display=True)}</p>\n"
