"""Convert template tags in a post's text (Liquid, Nunjucks, Hugo's shortcodes) into Markdown.

Tags that are not known are kept as they are, and counted. Code is not changed.
"""

import re
from collections import Counter

from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.template_tags.known_tags import convert_known_tag
from transfer.importing.static_sites.template_tags.markup import HtmlBlocks, code_block
from transfer.importing.static_sites.template_tags.variables import UnknownVariable, evaluate

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


class TemplateTagConverter:
    """Converts one text, in one pass."""

    def __init__(self, text: str, front_matter: FrontMatter) -> None:
        self.text = TABLE_OF_CONTENTS.sub("", text)
        self.front_matter = front_matter
        self.blocks = HtmlBlocks(self.text)
        self.converted: Counter[str] = Counter()
        self.unconverted: Counter[str] = Counter()
        self.unclosed: set[str] = set()  # patterns of closings that do not follow any more
        self.paragraph_end_at = -1  # position where the current paragraph ends

    def markdown(self) -> str:
        done, place = [], 0
        while found := OPENING.search(self.text, place):
            done.append(self.text[place : found.start()])
            convert_one, place = self.convert_one(found)
            done.append(convert_one)
        return "".join(done) + self.text[place:]

    def convert_one(self, found: re.Match[str]) -> tuple[str, int]:
        """Return what replaces a tag with all that belongs to it, and the position after it."""
        if found["fence"] is not None:
            return self.skip_code(found, rf"^[ ]{{0,3}}{found['run'][0]}{{{len(found['run'])},}}[ \t]*$", len(self.text))
        if found["ticks"]:
            return self.skip_code(found, rf"(?<!`){found['ticks']}(?!`)", found.end(), self.paragraph_end(found.end()))
        if found["remark"]:
            return self.convert_paired(found, r"#\}", "comment")
        if found["literal"]:
            return self.convert_paired(found, r"\*/[>%]\}\}", "literal")
        if found["output"] is not None:
            return self.convert_variable(found), found.end()
        return self.convert_shortcode(found) if found["shortcode"] else self.convert_tag(found)

    def paragraph_end(self, place: int) -> int:
        if self.paragraph_end_at < place:
            self.paragraph_end_at = self.text.find("\n\n", place) % (len(self.text) + 1)
        return self.paragraph_end_at

    def skip_code(self, found: re.Match[str], find_closing: str, otherwise: int, limit: int | None = None) -> tuple[str, int]:
        """Return code unchanged, but without the `raw` tags in it, and the position after it."""
        ends = re.compile(find_closing, re.MULTILINE).search(self.text, found.end(), limit or len(self.text))
        end = ends.end() if ends else otherwise
        return RAW.sub("", self.text[found.start() : end]), end

    def find_closing(self, found: re.Match[str], pattern: str) -> re.Match[str] | None:
        """Find the closing of a tag; a closing that was once not found is not searched again."""
        ends = None if pattern in self.unclosed else re.compile(pattern).search(self.text, found.end())
        if ends is None:
            self.unclosed.add(pattern)
        return ends

    def convert_paired(self, found: re.Match[str], find_closing: str, name: str) -> tuple[str, int]:
        ends = self.find_closing(found, find_closing)
        if ends is None:
            return self.keep_as_is(found, name), found.end()
        self.converted[name] += 1
        inner = self.text[found.end() : ends.start()]
        if name == "literal":  # `{{</* x */>}}` shows `{{< x >}}`
            inner = f"{found[0][:3]}{inner}{ends[0][2:]}"
        return "" if name == "comment" else inner, ends.end()

    def convert_variable(self, found: re.Match[str]) -> str:
        try:
            text = evaluate(found["output"], self.front_matter, as_html=self.blocks.contains(found.start()))
        except UnknownVariable as unknown:
            return self.keep_as_is(found, str(unknown))
        self.converted["{{ … }}"] += 1
        return text

    def convert_tag(self, found: re.Match[str]) -> tuple[str, int]:
        name = found["tag"]
        if name in ("raw", "verbatim", "comment"):
            return self.convert_paired(found, rf"\{{%-?\s*end{name}\s*-?%\}}", name)
        if name in ("endraw", "endverbatim"):  # what it closes stood in code
            return "", found.end()
        if name == "highlight":
            return self.convert_highlight(found, found["arguments"], r"\{%-?\s*endhighlight\s*-?%\}")
        return self.convert_named(found, name, found["arguments"]), found.end()

    def convert_shortcode(self, found: re.Match[str]) -> tuple[str, int]:
        name, parameters = found["shortcode"], found["parameters"]
        if name == "highlight":
            return self.convert_highlight(found, parameters, r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}")
        return self.convert_named(found, name, parameters), found.end()

    def convert_highlight(self, found: re.Match[str], arguments: str, find_closing: str) -> tuple[str, int]:
        ends = self.find_closing(found, find_closing)
        if ends is None:
            return self.keep_as_is(found, "highlight"), found.end()
        self.converted["highlight"] += 1
        language = re.match(r"[\w+#.-]*", arguments.strip(" \t\n\"'"))
        skip_code = RAW.sub("", self.text[found.end() : ends.start()])
        return f"\n{code_block(skip_code, language[0] if language else '')}\n", ends.end()

    def convert_named(self, found: re.Match[str], name: str, arguments: str) -> str:
        """Convert a tag by its name, the variables in its arguments first."""
        filled = re.sub(r"\{\{(.{0,1000}?)\}\}", self.fill_variable, arguments, flags=re.DOTALL)
        text = convert_known_tag(name, filled, as_html=self.blocks.contains(found.start()))
        if text is None:
            return self.keep_as_is(found, name)
        self.converted[name] += 1
        return text

    def fill_variable(self, found: re.Match[str]) -> str:
        try:
            return evaluate(found[1], self.front_matter, as_html=False)
        except UnknownVariable:
            return found[0]

    def keep_as_is(self, found: re.Match[str], name: str) -> str:
        """Count a tag and return it as it is, with a space in `{{<x`, which would be taken for an HTML element."""
        self.unconverted[name] += 1
        return re.sub(r"\A\{\{<(?=[A-Za-z])", "{{< ", found[0])
