"""The template filter `markdown` in place of wagtail-markdown's own, which renders by Python-Markdown and without limits."""

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from blog.markdown import render_short
from blog.markdown.references import expand_one

register = Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Return a text as readers see it. Raise RenderError beyond the limits."""
    return mark_safe(expand_one(render_short(text)))  # noqa: S308 (sanitised)
