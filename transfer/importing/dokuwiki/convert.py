"""A page in DokuWiki's syntax as Markdown."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from transfer.importing.dokuwiki.inline import InlineConverter
from transfer.importing.dokuwiki.protected import Protected, without_marks
from transfer.importing.dokuwiki.tables import convert_table
from transfer.importing.exports.markdown_escapes import escape
from transfer.importing.exports.wordpress_markup import replace_pairs
from transfer.importing.static_sites.template_tags.code_tags import code_block

CODE = re.compile(r"<(?P<name>code|file)(?P<attributes>[^<>\n]{0,200})>")
NOWIKI = re.compile(r"<(?P<name>nowiki)>")
PERCENT = re.compile(r"%%(?P<name>)")
HEADING = re.compile(r"[ \t]?(={2,6})[ \t]*([^\n]*?)[ \t]*=+[ \t]*")
ITEM = re.compile(r"(?P<indent> {2,}|\t+)(?P<sign>[*-])[ \t]?(?P<text>.*)")
MAX_LISTS = 20  # lists within each other


class PageConverter:
    """One page, and what `convert` found in it: title, tags, markup that has no form in Markdown."""

    def __init__(self, resolve: Callable[[str], str], media_path: Callable[[str], str]) -> None:
        self.protected = Protected()
        self.inline = InlineConverter(resolve, media_path, self.protected)
        self.title = ""

    def convert(self, text: str) -> str:
        """Return the page as Markdown, without its first heading, which is its title."""
        text = replace_pairs(without_marks(text), CODE, "</{}>", self._code)
        text = replace_pairs(text, NOWIKI, "</{}>", self._literal)
        text = replace_pairs(text, PERCENT, "%%", self._literal)
        blocks = [self._block(kind, list(lines)) for kind, lines in groupby(text.split("\n"), _kind)]
        notes = [f"[^{number}]: {note}" for number, note in enumerate(self.inline.notes, 1)]
        joined = "\n\n".join(filter(None, [*blocks, *notes]))
        return re.sub(r"\n{3,}", "\n\n", self.protected.restore(joined)).strip()

    def _code(self, found: re.Match[str], code: str) -> str:
        given = found["attributes"].split()
        language = given[0] if given and given[0] != "-" and re.fullmatch(r"[\w+#.-]+", given[0]) else ""
        return f"\n\n{self.protected.keep(code_block(code, language))}\n\n"

    def _literal(self, found: re.Match[str], text: str) -> str:
        return self.protected.keep(escape(text, at_start=False))

    def _block(self, kind: str, lines: list[str]) -> str:
        writers: dict[str, Callable[[list[str]], str]] = {
            "blank": lambda _: "",
            "heading": lambda lines: "\n\n".join(filter(None, map(self._heading, lines))),
            "list": lambda lines: "\n".join(self._items(lines)),
            "code": lambda lines: code_block("\n".join(line[2:] for line in lines), ""),
            "rule": lambda _: "---",
            "quotation": lambda lines: "\n".join(map(self._quoted, lines)),
            "table": lambda lines: convert_table(list(map(self._without_delimiters, lines)), self.inline.convert),
            "text": lambda lines: self.inline.convert("\n".join(map(str.strip, lines))).strip(),
        }
        return writers[kind](lines)

    def _heading(self, line: str) -> str:
        found = HEADING.fullmatch(line)
        assert found
        if not self.title:
            self.title = self.protected.restore(found[2])
            return ""
        return f"{'#' * (7 - len(found[1]))} {self.inline.convert(found[2])}"

    def _items(self, lines: list[str]) -> Iterator[str]:
        widths: list[tuple[int, int]] = []  # of the items around this one: DokuWiki's indent, and that of their text here
        for found in filter(None, map(ITEM.fullmatch, lines)):
            indent = len(found["indent"].replace("\t", "  "))
            while widths and widths[-1][0] >= indent:
                widths.pop()
            before = widths[-1][1] if widths else 0
            bullet = "- " if found["sign"] == "*" else "1. "
            if len(widths) < MAX_LISTS:
                widths.append((indent, before + len(bullet)))
            yield f"{' ' * before}{bullet}{self.inline.convert(found['text']).strip()}"

    def _quoted(self, line: str) -> str:
        depth = len(line) - len(line.lstrip(">"))
        return f"{'> ' * min(depth, MAX_LISTS)}{self.inline.convert(line[depth:].strip())}"

    def _without_delimiters(self, line: str) -> str:
        """Protect links and media, whose `|` does not end a cell."""
        parts = re.compile(r"(\[\[[^\[\]\n]{1,1000}\]\]|\{\{[^{}\n]{1,1000}\}\})").split(line)
        return "".join(
            self.protected.keep(self.inline.convert(part)) if number % 2 else part for number, part in enumerate(parts)
        )


def _kind(line: str) -> str:
    """Return what kind of block a line belongs to."""
    stripped = line.strip()
    if not stripped:
        return "blank"
    if len(stripped) > 2 and HEADING.fullmatch(line):
        return "heading"
    if ITEM.fullmatch(line):
        return "list"
    if re.match(r" {2,}|\t", line) and "\ue000" not in line:
        return "code"
    if re.fullmatch(r"-{4,}", stripped):
        return "rule"
    return {">": "quotation", "|": "table", "^": "table"}.get(stripped[0], "text")
