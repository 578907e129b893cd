"""Blocks of code, coloured by Pygments in the language that their info string names. A markdown-it plugin. Pure.

An info string is read as the tools read it that blogs are written with: a language, and behind it the name of a file and
lines to mark: `js {1,3} title="a"`, `js:app.js`, `rust,ignore`, `{.python}`, `py hl_lines="1 3"`.
"""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

LANGUAGE = re.compile(r"[{\s.]*([\w+#-]+)")
TITLE = re.compile(r"""(?:title|file|filename|name)=(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))|^[\w+#-]+:([^\s=]+)(?=\s|$)""")
MARKED = re.compile(r"""\{\s*(\d[\d\s,-]*)\}|hl_lines=["']?(\d[\d\s,-]*)""")
RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


class Info(NamedTuple):
    """What an info string says: the language, the name of the file, and the numbers of the lines to mark."""

    language: str = ""
    title: str = ""
    lines: frozenset[int] = frozenset()


def code(md: MarkdownIt) -> None:
    """Render blocks of code."""
    md.add_render_rule("fence", render)
    md.add_render_rule("code_block", render)


def render(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    info, text = read_info(tokens[idx].info), tokens[idx].content
    title = f'<span class="filename">{html.escape(info.title)}</span>' if info.title else ""
    return f"{title}<pre><code>{_coloured(text, info)}</code></pre>\n"


def read_info(text: str) -> Info:
    """Read an info string.

    >>> read_info("js:app.js {1,3-4}")
    Info(language='js', title='app.js', lines=frozenset({1, 3, 4}))
    """
    language, title, marked = LANGUAGE.match(text), TITLE.search(text), MARKED.search(text)
    lines: set[int] = set()
    for first, last in RANGE.findall((marked[1] or marked[2]) if marked else ""):
        lines |= set(range(int(first), int(last or first) + 1))
    named = next(filter(None, title.groups()), "") if title else ""
    return Info(language[1].lower() if language else "", named, frozenset(lines))


def _coloured(text: str, info: Info) -> str:
    lexer = _lexer(info.language)
    if lexer is None and not info.lines:
        return html.escape(text, quote=False)
    formatter = HtmlFormatter(nowrap=True, hl_lines=sorted(info.lines))
    return str(highlight(text, lexer or get_lexer_by_name("text", stripnl=False), formatter))


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    """Return the lexer of a language, or None for one that is not known."""
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None
