"""Markdown to HTML, once, when something is saved: sanitised, within limits of size, time and memory.

Call `render` for a post, `render_short` for an introduction, `render_comment` for a comment, `validate` in a
field. `sandbox` keeps the process that runs `worker` and its `pipeline`; `postprocessing` makes contents, excerpt and reading
time of clean HTML; `references` puts the addresses of images, documents and pages in when the text is shown.
"""

import re
from dataclasses import replace

from blog.markdown.comments import reduce_to_comment
from blog.markdown.limits import MAX_HTML_BYTES, RenderError
from blog.markdown.options import DEFAULTS, MAX_CODE, RenderOptions, quotes_of
from blog.markdown.postprocessing import PREFIX, Rendered, postprocess, read
from blog.markdown.render_cache import cached_render, caching_renders
from blog.markdown.sandbox import clean_html

__all__ = [
    "DEFAULTS",
    "MAX_CODE",
    "RenderError",
    "RenderOptions",
    "Rendered",
    "cached_render",
    "caching_renders",
    "prefixed",
    "quotes_of",
    "render",
    "render_comment",
    "render_short",
    "validate",
]

# The last quotation mark of a tag's attribute is followed by its `>`, that of a text by the next tag's `<`.
REFERENCE = re.compile(rf' (id="|href="#){PREFIX}(?=[^<>]*>)')


def render(text: str, prefix: str = PREFIX, options: RenderOptions = DEFAULTS) -> Rendered:
    """Render a post's text; raises RenderError beyond the limits. Every id begins with the prefix."""
    if not text.strip():
        return Rendered("", "", 0, "", code=options.code)
    converted = clean_html(text, options)
    rendered = postprocess(converted.html, prefix, heading_links=options.heading_links)
    if (size := len(rendered.html.encode())) > MAX_HTML_BYTES:  # of which `worker` knows only what the sanitiser left
        raise RenderError.too_large(size)
    return replace(rendered, unlisted=converted.unlisted, code=options.code)


def render_short(text: str, options: RenderOptions = DEFAULTS) -> str:
    """Render an introduction or description: as `render`, HTML alone."""
    return render(text, options=options).html


def render_comment(text: str) -> str:
    """Render a comment: no headings, pictures, tables or ids."""
    return reduce_to_comment(read(clean_html(text).html)) if text.strip() else ""


def prefixed(html: str, prefix: str) -> str:
    """Return rendered HTML with another prefix of its ids, for several texts on one page; 0.05 ms."""
    return REFERENCE.sub(rf" \1{prefix}", html)


def validate(text: str) -> None:
    """Validate a field's text: raise ValidationError if it cannot be rendered."""
    from django.core.exceptions import ValidationError

    try:
        render(text)
    except RenderError as error:
        raise ValidationError(str(error)) from error
