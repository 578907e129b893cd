"""The Markdown that is read here: CommonMark and GFM by markdown-it, and what blogs are written in besides. Pure.

Call `parser` once and `convert` for each text. Each module is one plugin: `abbreviations`, `attribute_lists`, `code`,
`containers`, `footnotes`, `formulas`, `gfm`, `raw_html` and `typography`; docs/markdown.md shows what they read.
"""

from typing import NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from blog.markdown.limits import MAX_DEPTH
from blog.markdown.options import DEFAULTS, RenderOptions
from blog.markdown.syntax.abbreviations import abbreviations
from blog.markdown.syntax.attribute_lists import attribute_lists
from blog.markdown.syntax.code import code
from blog.markdown.syntax.containers import containers
from blog.markdown.syntax.footnotes import footnotes
from blog.markdown.syntax.formulas import formulas
from blog.markdown.syntax.gfm import addresses, alignment, deleted, task_boxes
from blog.markdown.syntax.raw_html import Environment, raw_html
from blog.markdown.syntax.typography import set_options, typography

DROPPED = dict.fromkeys([0xFEFF, *range(1, 9), *range(14, 32), 127])  # byte order marks, control characters without a meaning
OPTIONS = {"xhtmlOut": False, "tasklists": True, "alerts": True, "maxNesting": 3 * MAX_DEPTH}  # deeper is refused, not cut
PLUGINS = [
    *(addresses, deflist_plugin, deleted, alignment, task_boxes),
    *(footnotes, formulas, abbreviations, attribute_lists, code, containers, raw_html, typography),
]


class Converted(NamedTuple):
    """A text's HTML, not sanitised yet, and the names of the tags in it that are shown as text."""

    html: str
    unlisted: tuple[str, ...]


class Parser(MarkdownIt):
    """A parser that shows a bare address as it is written, as GFM does, rather than decoded."""

    def normalizeLinkText(self, link: str) -> str:
        return link


def parser() -> MarkdownIt:
    """Return a parser. Building one takes some milliseconds: reuse it."""
    markdown = Parser("commonmark", OPTIONS).enable(["table", "strikethrough"])
    for plugin in PLUGINS:
        markdown.use(plugin)
    return markdown


def convert(text: str, markdown: MarkdownIt, options: RenderOptions = DEFAULTS) -> Converted:
    """Return a text as HTML."""
    set_options(markdown, options)
    environment = Environment(text)
    return Converted(markdown.render(text.translate(DROPPED), environment), tuple(environment.unlisted))
