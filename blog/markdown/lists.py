"""Normalisation of CommonMark lists to the indentation that Python-Markdown parses. Pure.

It requires four spaces per level and an empty line before a list; CommonMark allows `  - ` without an empty line.
"""

import re

from markdown import util
from markdown.preprocessors import Preprocessor

ITEM = re.compile(r"( *)([-*+]|(\d{1,9})\.)( {1,4}(?! )| +)(?=\S)")
NOT_AN_ITEM = re.compile(r" *(?:[-*+] ?){3,}$| *[-|: ]+$")  # a rule, or what stands under a table's head
TAKEN_OUT = re.compile(f" *{util.HTML_PLACEHOLDER % '[0-9]+'} *$")  # a block of code or HTML
STEP = 4  # spaces a level


class Lists(Preprocessor):
    """A preprocessor that runs after code and HTML have been replaced by placeholders."""

    def run(self, lines: list[str]) -> list[str]:
        indenter = Indenter()
        for line in lines:
            indenter.add(line)
        return indenter.lines


class Indenter:
    """The lines written so far, and the columns at which the texts of the open items begin."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.columns: list[int] = []
        self.in_block = False  # a block of its own within an item

    @property
    def after_blank(self) -> bool:
        return not self.lines or not self.lines[-1].strip()

    def add(self, line: str) -> None:
        """Append a line, indented by its depth among the open items."""
        indent = len(line) - len(line.lstrip(" "))
        item = ITEM.match(line)
        if item and not NOT_AN_ITEM.match(line) and self._may_begin(indent, item[3]):
            self._open(line, indent, item.end())
        elif TAKEN_OUT.match(line):
            self._separate()
            self._begin_block(line, indent)
            self.lines.append("")
        elif line.strip() and self.after_blank:
            self._begin_block(line, indent)
        else:
            self.lines.append(line)

    def _may_begin(self, indent: int, number: str | None) -> bool:
        """Return whether an item may begin here: not in indented code; in a paragraph only the first of a list."""
        around = next((column for column in reversed(self.columns) if column <= indent), 0)
        return indent - around < STEP and (bool(self.columns) or self.after_blank or number in (None, "1"))

    def _open(self, line: str, indent: int, column: int) -> None:
        if self.in_block or not self.columns:
            self._separate()
        self.in_block = False
        self._close(indent)
        self.lines.append(" " * STEP * len(self.columns) + line[indent:])
        self.columns.append(column)

    def _close(self, indent: int) -> None:
        while self.columns and indent < self.columns[-1]:
            self.columns.pop()

    def _separate(self) -> None:
        if not self.after_blank:
            self.lines.append("")

    def _begin_block(self, line: str, indent: int) -> None:
        """Append a line that begins a block, in the innermost item for which it is indented enough."""
        self._close(indent)
        self.in_block = bool(self.columns)
        deeper = STEP * len(self.columns) - indent
        self.lines.append(" " * deeper + line if deeper > 0 else line)
