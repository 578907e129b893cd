"""The first half of rendering: Markdown to clean HTML by markdown-it and nh3. Pure; run in a process that may be killed."""

import nh3
from markdown_it import MarkdownIt

from blog.markdown.allowlist import ATTRIBUTES, SCHEMES, TAGS
from blog.markdown.options import DEFAULTS, RenderOptions
from blog.markdown.syntax import Converted, convert

CLEANER = nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)


def to_html(text: str, markdown: MarkdownIt, options: RenderOptions = DEFAULTS) -> Converted:
    """Return Markdown as sanitised HTML, without a time limit."""
    found = convert(text, markdown, options)
    return found._replace(html=CLEANER.clean(found.html.strip()))
