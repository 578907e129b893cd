"""Additions to Markdown: formulas, characters for task lists, links for embeds, lists. Pure; a Python-Markdown extension."""

import re
from re import Match
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from blog.markdown.embeds import link_embeds
from blog.markdown.lists import Lists
from blog.markdown.mathml import LONGEST, formula

# As in pandoc: no space inside the dollars, no digit or letter against them outside, so that "$5 and $6" is money.
INLINE = rf"(?<![\\\w$])\$(?![\s$])((?:\\.|[^$\\\x02]){{1,{LONGEST}}}?)(?<!\s)\$(?![\w$])"
DISPLAY = rf"(?<![\\$])\$\$((?:\\.|[^$\\\x02]){{1,{LONGEST}}}?)\$\$(?!\$)"
DISPLAY_BLOCK = re.compile(rf"^ {{0,3}}\$\$((?:\\.|[^$\\]){{1,{LONGEST}}})\$\$[ \t]*$", re.MULTILINE | re.DOTALL)
MONEY = re.compile(r"\d[\d.,]*[^\\^_={}]*\s[^\\^_={}]*\w{2}[^\\^_={}]*")  # "$5 and up to 10$"
BOXES = {
    '<input type="checkbox" disabled checked/>': '<span class="box">☑</span>',
    '<input type="checkbox" disabled/>': '<span class="box">☐</span>',
}


class InlineFormula(InlineProcessor):
    """An inline formula: `$x^2$`."""

    def handleMatch(self, m: Match[str], data: str) -> tuple[Any, int | None, int | None]:
        if MONEY.fullmatch(m[1]):
            return None, None, None
        return self.md.htmlStash.store(formula(m[1], display=False)), m.start(), m.end()


class DisplayFormula(InlineProcessor):
    """A display formula within a paragraph: `$$x^2$$`."""

    def handleMatch(self, m: Match[str], data: str) -> tuple[Any, int | None, int | None]:
        return self.md.htmlStash.store(formula(m[1], display=True)), m.start(), m.end()


class BlockFormulas(Preprocessor):
    """`$$…$$` over lines of its own: taken out before lists or headings are seen in it."""

    def run(self, lines: list[str]) -> list[str]:
        return DISPLAY_BLOCK.sub(self._store, "\n".join(lines)).split("\n")

    def _store(self, match: Match[str]) -> str:
        return f"\n\n{self.md.htmlStash.store(formula(match[1], display=True))}\n\n"


class Replacements(Postprocessor):
    """Check boxes become signs, which feeds and mail show as well; embedded pages become links."""

    def run(self, text: str) -> str:
        for box, sign in BOXES.items():
            text = text.replace(box, sign)
        return link_embeds(text)


class Syntax(Extension):
    """The extension; its priorities stand between those of Python-Markdown's own steps."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.ESCAPED_CHARS.append("$")
        md.block_level_elements.remove("math")  # a formula stands in a line
        md.preprocessors.register(BlockFormulas(md), "block-formulas", 22)  # after fenced code (25), before HTML (20)
        md.preprocessors.register(Lists(md), "lists", 10)
        md.inlinePatterns.register(DisplayFormula(DISPLAY, md), "display-formula", 186)  # after code (190), before \ (180)
        md.inlinePatterns.register(InlineFormula(INLINE, md), "inline-formula", 185)
        md.postprocessors.register(Replacements(md), "replacements", -5)


def makeExtension(**kwargs: Any) -> Syntax:
    """Return the extension; Python-Markdown calls this for a module's name."""
    return Syntax(**kwargs)
