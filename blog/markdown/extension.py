"""Postprocessing as a step of Python-Markdown, for wagtail-markdown's own rendering; without limits of time."""

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from blog.markdown.pipeline import CLEANER
from blog.markdown.postprocessing import postprocess
from blog.markdown.references import expand_one


class CleanAndPostprocess(Postprocessor):
    """Sanitise and postprocess the HTML; wagtail-markdown then sanitises it again, which changes nothing."""

    def run(self, text: str) -> str:
        return expand_one(postprocess(CLEANER.clean(text).strip()).html)


class PostprocessingExtension(Extension):
    """The extension: the very last step."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(CleanAndPostprocess(md), "postprocess", -10)


def makeExtension(**kwargs: Any) -> PostprocessingExtension:
    """Return the extension; Python-Markdown calls this for a module's name."""
    return PostprocessingExtension(**kwargs)
