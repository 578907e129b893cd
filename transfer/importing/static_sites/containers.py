"""Blocks between colons: `:::note` … `:::`, as Docusaurus, VuePress, Zenn and Astro have them, and Pandoc's `::: {.note}`.

Notes, tips and warnings become alerts as the engine reads them, `details` becomes HTML's. What others are called says how the
old site showed them: they lose their marks and keep their text. Code is not changed, nor is a block that is never closed.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from transfer.importing.static_sites.template_tags.alerts import ALERTS, ALERTS_BY_ARGUMENT

FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})([^\n]*)")
MARKS = re.compile(r"(?P<before>[ \t>]*+):{3,}+(?P<head>[^\n]*)")
HEAD = re.compile(
    r"(?P<name>[A-Za-z][\w:#.-]*+)?[ \t]*+(?:\[(?P<bracketed>.*)\])?(?P<words>[^{}\[\]]*+)(?:\{(?P<attributes>[^{}]*)\})?"
)
TITLE = re.compile(r"\b(?:title|summary)=(?:\"([^\"]*)\"|'([^']*)')")
CLASS = re.compile(r"(?:^|\s)\.([\w-]+)")
DETAILS = "details"
CLASS_PREFIX = "callout-"  # of Quarto
ZENN_ALERT = "alert"  # a word after its `message`
MAX_DEPTH = 20  # blocks within blocks, whose marks differ
MAX_HEAD = 300  # characters; a longer line is prose


@dataclass(slots=True)
class Container:
    """A block by its name, with the lines where it begins and ends, and those within it."""

    name: str
    title: str
    words: str
    before: str
    first: int
    last: int = -1
    inner: list["Container"] = field(default_factory=list)

    @property
    def alert(self) -> str:
        """Return the kind of alert, as the engine calls it; "" for another block."""
        if self.name in ALERTS_BY_ARGUMENT:
            kinds = (ALERTS.get(word) for word in self.words.lower().split())
            found = next(filter(None, kinds), "CAUTION" if ZENN_ALERT in self.words.split() else "NOTE")
        else:
            found = ALERTS.get(self.name.removeprefix(CLASS_PREFIX), "")
        return found.lower()

    @property
    def marks(self) -> str:
        """Return as many colons as it takes to enclose the blocks within."""
        return max((f"{one.marks}:" for one in self.inner), key=len, default=":::")


def without_containers(text: str) -> tuple[str, Counter[str]]:
    """Return a text whose blocks are alerts, HTML or lines without marks, and how many blocks there were, by name."""
    if ":::" not in text:
        return text, Counter()
    lines, counts = text.split("\n"), Counter[str]()
    for container in _closed(lines):
        lines[container.first], lines[container.last] = _written(container)
        counts[f":::{container.name}"] += 1
    return "\n".join(lines), counts


def _closed(lines: list[str]) -> list[Container]:
    """Return the blocks that are closed, wherever they stand; those within others too."""
    open_ones: list[Container] = []
    closed: list[Container] = []
    for number, before, head in _marks(lines):
        if not head and open_ones:
            closed.append(open_ones.pop())
            closed[-1].last = number
        elif head and (container := _container(head, before, number)):
            if 0 < len(open_ones) < MAX_DEPTH:
                open_ones[-1].inner.append(container)
            open_ones.append(container)
    return closed


def _marks(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield the lines of colons that are not in fenced code: number, what stands before the colons, what behind."""
    fence = ""
    for number, line in enumerate(lines):
        found = FENCE.match(line)
        if fence:
            is_end = found and found[1].startswith(fence) and not found[2].strip()
            fence = "" if is_end else fence
        elif found:
            fence = found[1]
        elif len(line) < MAX_HEAD and (marks := MARKS.fullmatch(line)):
            yield number, marks["before"], marks["head"].strip(" \t").rstrip(":").rstrip(" \t")


def _container(text: str, before: str, number: int) -> Container | None:
    """Return the block that a line opens; None where it is no such line."""
    head = HEAD.fullmatch(text)
    attributes = (head["attributes"] or "") if head else ""
    classes = CLASS.findall(attributes)
    names = [head["name"] or "", *classes] if head else []
    name = next((name for name in names if name.lower().removeprefix(CLASS_PREFIX) in ALERTS), next(filter(None, names), ""))
    if head is None or not name:
        return None
    named = TITLE.search(attributes)
    name, words = name.lower(), head["words"].strip()
    title = head["bracketed"] or (named[1] or named[2] if named else "") or ("" if name in ALERTS_BY_ARGUMENT else words)
    return Container(name, title, words, before, number)


def _written(container: Container) -> tuple[str, str]:
    """Return the lines that stand for the first and the last of a block."""
    before, title = container.before, " ".join(container.title.split())
    if kind := container.alert:
        return f"{before}{container.marks}{kind}" + (f"[{title}]" if title else ""), f"{before}{container.marks}"
    if container.name == DETAILS:
        summary = html.escape(title or "Details", quote=False)
        return f"{before}<details><summary>{summary}</summary>\n{before}", f"{before}\n{before}</details>\n{before}"
    return (f"{before}\n{before}**{title}**\n{before}" if title else before.rstrip()), before.rstrip()
