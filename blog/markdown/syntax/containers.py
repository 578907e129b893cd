"""Alerts between colons: `:::note` … `:::`, as Docusaurus, VuePress and Astro have them. A markdown-it plugin. Pure.

A title may stand behind the name: `:::tip Remember`, `:::tip[Remember]`.
"""

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.container import container_plugin

from blog.markdown.attributes import ALERTS

HEAD = re.compile(r"\s*([a-z]+)(?:\s*\[(.*)\]|\s+([^{}]*))?\s*(?:\{.*\})?\s*")
ALERT = "alert"


def containers(md: MarkdownIt) -> None:
    """Read the blocks whose name is an alert's."""
    md.use(container_plugin, ALERT, validate=is_alert, render=render)


def is_alert(head: str, markup: str) -> bool:
    """Return whether what stands behind the colons is an alert's name, perhaps with a title."""
    match = HEAD.fullmatch(head)
    return match is not None and match[1] in ALERTS


def render(self: RendererHTML, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
    match = HEAD.fullmatch(tokens[idx].info)
    if tokens[idx].nesting < 0 or not match:
        return "</div>\n"
    kind = ALERTS[match[1]].removeprefix("alert-")
    title = html.escape((match[2] or match[3] or "").strip() or kind.title())
    return f'<div class="{kind}">\n<p class="markdown-alert-title">{title}</p>\n'
