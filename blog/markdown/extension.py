"""The second half of rendering as a step of Python-Markdown, for wagtail-markdown's own rendering; without limits of time."""

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor

from blog.markdown.finish import finish
from blog.markdown.pipeline import CLEANER
from blog.markdown.references import expand_one


class Finish(Postprocessor):
    """Clean the HTML and finish it; wagtail-markdown then cleans it again, which changes nothing."""

    def run(self, text: str) -> str:
        return expand_one(finish(CLEANER.clean(text).strip()).html)


class Finishing(Extension):
    """The extension: the very last step."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.postprocessors.register(Finish(md), "finish", -10)


def makeExtension(**kwargs: Any) -> Finishing:
    """Return the extension; Python-Markdown calls this for a module's name."""
    return Finishing(**kwargs)
