"""What readers never saw of a text: scripts, style sheets, comments, `<link>`. They are dropped and counted; code is kept.

A script that shows something becomes that: a gist a link, `math/tex` a formula. Buttons and fields lose their marks, since a
text here has none.
"""

import re
from collections import Counter

from transfer.importing.static_sites.template_tags.markup import MORE, HtmlBlocks, link

OPENING = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n]*$"
    r"|(?P<ticks>`+)"
    r"|<(?P<raw>pre|code)\b[^<>]*>"
    r"|\{%-?\s*(?P<tag>highlight|codeblock|code|prism|sourcecode)\b[^%]*%\}"
    r"|\{\{[<%]\s*(?P<shortcode>highlight|codeblock|code|prism)\b[^{}]*[^/{}][>%]\}\}"
    r"|<(?P<element>script|style)\b(?P<attributes>[^<>]*)>"
    rf"|(?!{MORE})(?P<comment><!--)"
    r"|<(?P<control>button|input|progress|meter)\s(?P<values>[^<>]*)>|</(?P<ended>button|progress|meter)\s*>"
    r"|(?P<single><(?:/?noscript\s*|(?:link|meta)\s[^<>]*)>)",
    re.MULTILINE | re.IGNORECASE,
)
MAX_LINE = 200  # characters before a tag in which the beginning of its line is looked for
CLOSINGS = {  # of what is kept as code
    "fence": r"^[ \t>]*{}[ \t]*$",
    "ticks": r"(?<!`){}(?!`)",
    "raw": r"</{}\s*>",
    "tag": r"\{{%-?\s*end{}\s*-?%\}}",
    "shortcode": r"\{{\{{[<%]\s*/\s*{}\s*[>%]\}}\}}",
}
NUMBER = r"\b{}\s*=\s*[\"']?([\d.]+)"
BEFORE_LIST = re.compile(r"[ \t]*\n(?:[ \t]*\n)*(?=[ ]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t])")
SEPARATOR = "<!-- -->"  # of two lists, which would else be one
GIST = re.compile(r"\bsrc\s*=\s*[\"']?(?:https?:)?//gist\.github\.com/(?P<gist>[\w/-]+)", re.IGNORECASE)
FORMULA = re.compile(r"\btype\s*=\s*[\"']?math/tex(?P<display>\s*;\s*mode\s*=\s*display)?", re.IGNORECASE)


def without_unseen(text: str) -> tuple[str, Counter[str]]:
    """Return a text in Markdown or HTML without what readers never saw, and what was dropped, by kind."""
    remover = UnseenRemover(text)
    return remover.cleaned(), remover.dropped


class UnseenRemover:
    """Goes through one text once; a closing that was not found is not searched again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks = HtmlBlocks(text)
        self.dropped: Counter[str] = Counter()
        self.unclosed: set[str] = set()  # patterns of closings that do not follow any more
        self.controls: Counter[str] = Counter()  # whose closings follow
        self.paragraph_end = -1  # of the paragraph that was last looked at

    def cleaned(self) -> str:
        done: list[str] = []
        place = 0
        while found := OPENING.search(self.text, place):
            shown, end = self._shown(found)
            done += [self.text[place : found.start()], shown]
            place = end
        return "".join([*done, self.text[place:]])

    def _shown(self, found: re.Match[str]) -> tuple[str, int]:
        """Return what is left of what a match opens, and the position after it."""
        code = next((kind for kind in CLOSINGS if found[kind]), None)
        if code:
            end = self._code_end(found, code)
            return self.text[found.start() : end], end
        if self._is_indented_code(found.start()):
            return found[0], found.end()
        if found["single"]:
            self.dropped[f"<{found['single'].strip('</>').split()[0].lower()}>"] += 1
            return "", found.end()
        if found["control"] or found["ended"]:
            return self._control(found), found.end()
        return self._element(found)

    def _control(self, found: re.Match[str]) -> str:
        """Return what is left of a button or field: the number that it shows, and its text, which follows."""
        if found["ended"]:
            name = found["ended"].lower()
            is_open, self.controls[name] = self.controls[name] > 0, max(0, self.controls[name] - 1)
            return "" if is_open else found[0]
        name = found["control"].lower()
        self.controls[name] += 1
        self.dropped[f"<{name}>"] += 1
        numbers = [re.search(NUMBER.format(key), found["values"], re.IGNORECASE) for key in ("value", "max")]
        return "/".join(number[1] for number in numbers if number) if name in ("progress", "meter") else ""

    def _code_end(self, found: re.Match[str], kind: str) -> int:
        """Return where code ends: a fence that is never closed, with the text; what else is not closed, is none."""
        closing = CLOSINGS[kind].format(re.escape(found[kind]))
        limit = self._paragraph_end(found.end()) if kind == "ticks" else len(self.text)
        end = self._closing(closing, found.end(), limit)
        return end.end() if end else len(self.text) if kind == "fence" else found.end()

    def _element(self, found: re.Match[str]) -> tuple[str, int]:
        name = (found["element"] or "").lower()
        end = self._closing(rf"</{name}\s*>" if name else "-->", found.end(), len(self.text))
        if end is None:
            return found[0], found.end()
        shown = _shown_by_script(found["attributes"], self.text[found.end() : end.start()], self.blocks.contains(found.start()))
        if not shown:
            self.dropped[f"<{name}>" if name else "comment"] += 1
        if not name and self._parts_lists(found.start(), end.end()):
            return SEPARATOR, end.end()
        return shown, end.end()

    def _parts_lists(self, start: int, end: int) -> bool:
        """Return whether a comment stands alone before an item of a list: what is above it may be another list."""
        return self.text[max(0, start - 1) : start] in ("", "\n") and bool(BEFORE_LIST.match(self.text, end))

    def _closing(self, pattern: str, place: int, limit: int) -> re.Match[str] | None:
        if pattern in self.unclosed:
            return None
        end = re.compile(pattern, re.MULTILINE | re.IGNORECASE).search(self.text, place, limit)
        if end is None and limit == len(self.text):
            self.unclosed.add(pattern)
        return end

    def _paragraph_end(self, place: int) -> int:
        if self.paragraph_end < place:
            self.paragraph_end = self.text.find("\n\n", place) % (len(self.text) + 1)
        return self.paragraph_end

    def _is_indented_code(self, place: int) -> bool:
        """Return whether what stands here is in a line indented by four columns, and so code, if not within HTML."""
        line = self.text[self.text.rfind("\n", max(place - MAX_LINE, 0), place) + 1 : place]
        return bool(re.match(r" {4}| {0,3}\t", line)) and not self.blocks.contains(place)


def _shown_by_script(attributes: str | None, script: str, as_html: bool) -> str:
    """Return what a script shows, if that is known; else ""."""
    if gist := GIST.search(attributes or ""):
        path = gist["gist"].strip("/")
        return link(f"https://gist.github.com/{path}", f"Gist {path}", as_html=as_html)
    if formula := FORMULA.search(attributes or ""):
        signs = "$$" if formula["display"] else "$"
        return f"{signs}{script.strip()}{signs}"
    return ""
