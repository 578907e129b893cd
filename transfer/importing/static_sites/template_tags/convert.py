"""Template tags in a post's text — Liquid, Nunjucks, Hugo's shortcodes — turned into Markdown where their meaning is clear.

Those with no clear meaning stay as they stand, readable, and are counted. Code is left alone.
"""

import re
from collections import Counter

from transfer.importing.static_sites.front_matter import Header
from transfer.importing.static_sites.template_tags.known_tags import meaning
from transfer.importing.static_sites.template_tags.markup import HtmlBlocks, code_block
from transfer.importing.static_sites.template_tags.variables import Unknown, evaluate

OPENING = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<run>`{3,}|~{3,})[^\n]*$)"
    r"|(?P<ticks>`+)"
    r"|\{%-?\s*(?P<tag>\w+)(?P<arguments>(?:[^%{]|%(?!\})|\{(?!%))*?)-?%\}"
    r"|\{\{(?P<literal>[<%]/\*)"
    r"|\{\{[<%]\s*(?P<shortcode>/?[\w./-]+)(?P<parameters>(?:[^{}]|\}(?!\})|\{(?!\{))*?)/?[>%]\}\}"
    r"|\{\{(?![<%])(?P<output>(?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}"
    r"|(?P<remark>\{\#(?=\s))",
    re.MULTILINE,
)
RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
TABLE_OF_CONTENTS = re.compile(r"^(?:[*+-]|1\.) [^\n]*\n\{:\s*toc\b[^\n}]*\}[ \t]*$", re.MULTILINE)  # kramdown's


class Turner:
    """One text on its way to Markdown, read once from beginning to end."""

    def __init__(self, text: str, header: Header) -> None:
        self.text = TABLE_OF_CONTENTS.sub("", text)
        self.header = header
        self.blocks = HtmlBlocks(self.text)
        self.turned: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.missing: set[str] = set()  # closings that do not come any more
        self.paragraph = -1  # where the paragraph ends that is being read

    def markdown(self) -> str:
        done, place = [], 0
        while found := OPENING.search(self.text, place):
            done.append(self.text[place : found.start()])
            piece, place = self.piece(found)
            done.append(piece)
        return "".join(done) + self.text[place:]

    def piece(self, found: re.Match[str]) -> tuple[str, int]:
        """What stands for an opening and all that belongs to it, and where to read on."""
        if found["fence"] is not None:
            return self.code(found, rf"^[ ]{{0,3}}{found['run'][0]}{{{len(found['run'])},}}[ \t]*$", len(self.text))
        if found["ticks"]:
            return self.code(found, rf"(?<!`){found['ticks']}(?!`)", found.end(), self.paragraph_end(found.end()))
        if found["remark"]:
            return self.between(found, r"#\}", "comment")
        if found["literal"]:
            return self.between(found, r"\*/[>%]\}\}", "literal")
        if found["output"] is not None:
            return self.output(found), found.end()
        return self.shortcode(found) if found["shortcode"] else self.tag(found)

    def paragraph_end(self, place: int) -> int:
        if self.paragraph < place:
            self.paragraph = self.text.find("\n\n", place) % (len(self.text) + 1)
        return self.paragraph

    def code(self, found: re.Match[str], closing: str, otherwise: int, limit: int | None = None) -> tuple[str, int]:
        """Code as it stands, but for the marks that kept template tags in it from being read."""
        ends = re.compile(closing, re.MULTILINE).search(self.text, found.end(), limit or len(self.text))
        end = ends.end() if ends else otherwise
        return RAW.sub("", self.text[found.start() : end]), end

    def closing(self, found: re.Match[str], closing: str) -> re.Match[str] | None:
        """The closing that belongs to an opening; one that did not come once is not looked for again."""
        ends = None if closing in self.missing else re.compile(closing).search(self.text, found.end())
        if ends is None:
            self.missing.add(closing)
        return ends

    def between(self, found: re.Match[str], closing: str, name: str) -> tuple[str, int]:
        ends = self.closing(found, closing)
        if ends is None:
            return self.leave(found, name), found.end()
        self.turned[name] += 1
        inner = self.text[found.end() : ends.start()]
        if name == "literal":  # `{{</* x */>}}` shows `{{< x >}}`
            inner = f"{found[0][:3]}{inner}{ends[0][2:]}"
        return "" if name == "comment" else inner, ends.end()

    def output(self, found: re.Match[str]) -> str:
        try:
            text = evaluate(found["output"], self.header, as_html=self.blocks.around(found.start()))
        except Unknown as unknown:
            return self.leave(found, str(unknown))
        self.turned["{{ … }}"] += 1
        return text

    def tag(self, found: re.Match[str]) -> tuple[str, int]:
        name = found["tag"]
        if name in ("raw", "verbatim", "comment"):
            return self.between(found, rf"\{{%-?\s*end{name}\s*-?%\}}", name)
        if name in ("endraw", "endverbatim"):  # what it closes stood in code
            return "", found.end()
        if name == "highlight":
            return self.highlight(found, found["arguments"], r"\{%-?\s*endhighlight\s*-?%\}")
        return self.named(found, name, found["arguments"]), found.end()

    def shortcode(self, found: re.Match[str]) -> tuple[str, int]:
        name, parameters = found["shortcode"], found["parameters"]
        if name == "highlight":
            return self.highlight(found, parameters, r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}")
        return self.named(found, name, parameters), found.end()

    def highlight(self, found: re.Match[str], arguments: str, closing: str) -> tuple[str, int]:
        ends = self.closing(found, closing)
        if ends is None:
            return self.leave(found, "highlight"), found.end()
        self.turned["highlight"] += 1
        language = re.match(r"[\w+#.-]*", arguments.strip(" \t\n\"'"))
        code = RAW.sub("", self.text[found.end() : ends.start()])
        return f"\n{code_block(code, language[0] if language else '')}\n", ends.end()

    def named(self, found: re.Match[str], name: str, arguments: str) -> str:
        """A tag by its meaning, its arguments read after the expressions in them."""
        filled = re.sub(r"\{\{(.{0,1000}?)\}\}", self.within, arguments, flags=re.DOTALL)
        text = meaning(name, filled, as_html=self.blocks.around(found.start()))
        if text is None:
            return self.leave(found, name)
        self.turned[name] += 1
        return text

    def within(self, found: re.Match[str]) -> str:
        try:
            return evaluate(found[1], self.header, as_html=False)
        except Unknown:
            return found[0]

    def leave(self, found: re.Match[str], name: str) -> str:
        """The tag as it stands, readable: `{{<x` would be taken for an HTML element."""
        self.left[name] += 1
        return re.sub(r"\A\{\{<(?=[A-Za-z])", "{{< ", found[0])
