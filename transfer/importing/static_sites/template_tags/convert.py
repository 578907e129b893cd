"""Convert template tags in a post's text (Liquid, Nunjucks, Hugo's and Zola's shortcodes) into Markdown.

What shows a picture, a video or a link becomes one. An unknown tag with a closing loses its marks and keeps its text; one
without becomes a link or a comment. Code is not changed, nor is what the post's generator does not take for a tag.
"""

import re
from collections import Counter
from collections.abc import Mapping

from transfer.importing.static_sites.front_matter import FrontMatter, fold_key
from transfer.importing.static_sites.template_tags.alerts import QUOTATIONS, alert, alert_kind, quotation
from transfer.importing.static_sites.template_tags.arguments import parse_arguments
from transfer.importing.static_sites.template_tags.code_tags import CODE_TAGS, code_block, code_info
from transfer.importing.static_sites.template_tags.known_tags import convert_helper, convert_known_tag, post_reference
from transfer.importing.static_sites.template_tags.markup import HtmlBlocks, comment, link
from transfer.importing.static_sites.template_tags.variables import UnknownVariable, Variables

OPENING = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<run>`{3,}|~{3,})[^\n]*$)"
    r"|(?P<ticks>`+)"
    r"|\{%-?\s*(?P<tag>\w+)(?P<arguments>(?:[^%{]|%(?!\})|\{(?!%))*?)-?%\}"
    r"|\{\{(?P<literal>[<%]/\*)"
    r"|\{\{[<%]\s*(?P<shortcode>/?\s*[\w./-]+)(?P<parameters>(?:[^{}]|\}(?!\})|\{(?!\{))*?)/?[>%]\}\}"
    r"|\{\{(?![<%])(?P<output>(?:[^{}]|\{(?!\{)|\}(?!\}))*)\}\}"
    r"|(?P<remark>\{\#(?=\s))"
    r"|<%(?P<erb>(?:[^%<]|%(?!>)|<(?!%))*)%>",
    re.MULTILINE,
)
RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
ERB_CALL = re.compile(r"=\s*(?P<name>\w+)(?:\s*\((?P<within>.*)\)|\s+(?P<arguments>.*))?", re.DOTALL)
CALL = re.compile(r"\s*(\w+)\((.*)\)\s*", re.DOTALL)  # a shortcode of Zola
TABLE_OF_CONTENTS = re.compile(r"^(?:[*+-]|1\.) [^\n]*\n\{:\s*toc\b[^\n}]*\}[ \t]*$", re.MULTILINE)  # kramdown's
LIQUID, SHORTCODE = frozenset(("tag", "remark", "output")), frozenset(("shortcode", "literal"))
SYNTAXES = {  # what each generator takes for a tag; "": unknown, so both
    "": LIQUID | SHORTCODE,
    "jekyll": LIQUID,
    "hexo": LIQUID,
    "eleventy": LIQUID,
    "zola": frozenset(("tag", "output")),
    "pelican": frozenset(("tag",)),
    "hugo": SHORTCODE,
    "nikola": SHORTCODE,
    "middleman": frozenset(("erb",)),
}
HIDING_OUTPUT = frozenset(("jekyll", "eleventy", "hexo"))  # where an unknown variable shows nothing
KNOWN_ALONE = frozenset(("pelican",))  # generators that take tags by a plugin alone: what is not known may be prose
WITHIN_LINK = re.compile(r"\[[^\[\]\n]*\Z")
# Where a comment would become part of the address:
WITHIN_ADDRESS = re.compile(r"(?:\]\(<?[^\s()<>]*|\]:[ \t]*<?[^\s<>]*|<[A-Za-z][^<>]*)\Z")
LONGEST_ADDRESS = 500  # characters before a tag that are looked at
MARKDOWN = frozenset(("markdown", "markdownify"))  # whose text is Markdown, also within HTML
HIDDEN_PAIRS = frozenset(("for", "capture", "comment", "macro", "schema"))  # whose text is a template, not prose
BRANCHES = re.compile(r"\{%-?\s*(?:else|elsif|elif|when)\b[^%]*-?%\}")
FENCED = re.compile(r"^[ ]{0,3}(?:`{3,}|~{3,})", re.MULTILINE)
MAX_DEPTH = 20  # tags within tags; deeper ones only lose their marks


class TemplateTagConverter:
    """Converts one text, in one pass. `shortcodes` maps names of tags to those of known ones, or to `text`, `drop`, `keep`."""

    def __init__(
        self,
        text: str,
        front_matter: FrontMatter,
        *,
        generator: str = "",
        configuration: FrontMatter | None = None,
        shortcodes: Mapping[str, str] | None = None,
    ) -> None:
        self.text = TABLE_OF_CONTENTS.sub("", text)
        self.generator, self.shortcodes = generator, shortcodes or {}
        self.variables = Variables(front_matter, configuration or FrontMatter())
        self.syntaxes = SYNTAXES.get(generator, frozenset())
        self.blocks = HtmlBlocks(self.text)
        self.converted: Counter[str] = Counter()
        self.hidden: Counter[str] = Counter()  # in comments
        self.unconverted: Counter[str] = Counter()
        self.unclosed: set[str] = set()  # patterns of closings that do not follow any more
        self.paragraph_end_at = -1  # position where the current paragraph ends
        self.depth, self.end = 0, len(self.text)  # of the tag that is being converted, and where its text ends

    def markdown(self) -> str:
        return self.convert_range(0, len(self.text)) if self.syntaxes else self.text

    def convert_range(self, place: int, end: int) -> str:
        done, outer, self.end = [], self.end, end
        while found := OPENING.search(self.text, place, end):
            done.append(self.text[place : found.start()])
            converted, place = self.convert_one(found)
            done.append(converted)
        self.end = outer
        return "".join(done) + self.text[place:end]

    def convert_one(self, found: re.Match[str]) -> tuple[str, int]:
        """Return what replaces a tag with all that belongs to it, and the position after it."""
        if found["fence"] is not None:
            return self.skip_code(found, rf"^[ ]{{0,3}}{found['run'][0]}{{{len(found['run'])},}}[ \t]*$", self.end)
        if found["ticks"]:
            return self.skip_code(found, rf"(?<!`){found['ticks']}(?!`)", found.end(), self.paragraph_end(found.end()))
        if not any(found[syntax] is not None for syntax in self.syntaxes):
            return found[0], found.end()
        return self.convert_template_tag(found)

    def convert_template_tag(self, found: re.Match[str]) -> tuple[str, int]:
        if found["remark"]:
            return self.convert_paired(found, r"#\}", "comment")
        if found["literal"]:
            return self.convert_paired(found, r"\*/[>%]\}\}", "literal")
        if found["erb"] is not None:
            return self.convert_erb(found), found.end()
        if found["output"] is not None:
            return self.convert_output(found)
        return self.convert_shortcode(found) if found["shortcode"] else self.convert_tag(found)

    def paragraph_end(self, place: int) -> int:
        if self.paragraph_end_at < place:
            self.paragraph_end_at = self.text.find("\n\n", place) % (len(self.text) + 1)
        return min(self.paragraph_end_at, self.end)

    def skip_code(self, found: re.Match[str], find_closing: str, otherwise: int, limit: int | None = None) -> tuple[str, int]:
        """Return code unchanged, but without the `raw` tags in it, and the position after it."""
        ends = re.compile(find_closing, re.MULTILINE).search(self.text, found.end(), limit or self.end)
        end = ends.end() if ends else otherwise
        return RAW.sub("", self.text[found.start() : end]), end

    def find_closing(self, found: re.Match[str], pattern: str) -> re.Match[str] | None:
        """Find the closing of a tag; a closing that was once not found is not searched again."""
        ends = None if pattern in self.unclosed else re.compile(pattern).search(self.text, found.end(), self.end)
        if ends is None and self.end == len(self.text):
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

    def convert_output(self, found: re.Match[str]) -> tuple[str, int]:
        """Convert `{{ … }}`: a variable with filters, or a shortcode of Zola."""
        if self.generator == "zola":
            call = CALL.fullmatch(found["output"])
            return self.convert_named(found, call[1], call[2], "") if call else (found[0], found.end())
        try:
            text = self.variables.evaluate(found["output"], as_html=self.blocks.contains(found.start()))
        except UnknownVariable as unknown:
            hides = self.generator in HIDING_OUTPUT
            return self.hide(found, str(unknown)) if hides else self.keep_as_is(found, str(unknown)), found.end()
        self.converted["{{ … }}"] += 1
        return text, found.end()

    def convert_tag(self, found: re.Match[str]) -> tuple[str, int]:
        name = found["tag"]
        if name in ("raw", "verbatim", "comment"):
            return self.convert_paired(found, rf"\{{%-?\s*end{name}\s*-?%\}}", name)
        if name.startswith("end"):  # what it closes stood in code, or was converted without its text
            return found[0] if self.generator in KNOWN_ALONE else "", found.end()
        closing = "end" if self.generator == "zola" else f"end{name}"
        arguments = found["arguments"].strip()
        arguments = arguments[1:-1] if arguments.startswith("(") and arguments.endswith(")") else arguments
        return self.convert_named(found, name, arguments, rf"\{{%-?\s*{closing}\s*-?%\}}")

    def convert_erb(self, found: re.Match[str]) -> str:
        """Convert `<%= helper "argument", name: "value" %>` of embedded Ruby: what it prints, or a comment."""
        call = ERB_CALL.fullmatch(found["erb"].strip().removesuffix("-").rstrip())
        if call is None:
            return self.hide(found, "<% … %>")
        arguments = re.sub(r":(\w+)\s*=>", r"\1:", call["within"] or call["arguments"] or "")
        markdown = convert_helper(call["name"], arguments, as_html=self.blocks.contains(found.start()))
        if markdown is None:
            return self.hide(found, call["name"])
        self.converted[call["name"]] += 1
        return markdown

    def convert_shortcode(self, found: re.Match[str]) -> tuple[str, int]:
        name, parameters = found["shortcode"], found["parameters"]
        if name.startswith("/"):
            return "", found.end()
        closing = "" if re.search(r"/\s*[>%]\}\}\Z", found[0]) else rf"\{{\{{[<%]\s*/\s*{re.escape(name)}\s*[>%]\}}\}}"
        return self.convert_named(found, name, parameters, closing)

    def convert_code(self, found: re.Match[str], ends: re.Match[str], name: str, arguments: str) -> tuple[str, int]:
        """Convert a tag that encloses code; one that encloses a fenced block only loses its marks."""
        code = RAW.sub("", self.text[found.end() : ends.start()])
        self.converted[name] += 1
        if name != "highlight" and FENCED.search(code):
            return "", found.end()
        within_html = self.blocks.contains(found.start()) and not self.text.endswith("\n\n", 0, found.start())
        block = code_block(code, code_info(name, arguments), as_html=within_html)
        return f"\n{block}\n", ends.end()

    def convert_named(self, found: re.Match[str], name: str, arguments: str, closing: str) -> tuple[str, int]:
        """Convert a tag by its name, the variables in its arguments first."""
        meaning = self.shortcodes.get(fold_key(name), name)
        if meaning == "keep":
            return self.keep_as_is(found, name), found.end()
        filled = re.sub(r"\{\{(.{0,1000}?)\}\}", self.fill_variable, arguments, flags=re.DOTALL)
        text = None if meaning in ("text", "drop", *CODE_TAGS) else self.convert_known(meaning, filled, found.start())
        if text is not None:
            self.converted[name] += 1
            return text, found.end()
        if closing and (ends := self.find_closing(found, closing)):
            if meaning in CODE_TAGS:
                return self.convert_code(found, ends, meaning, filled)
            if meaning in self.shortcodes.values() or self.generator not in KNOWN_ALONE:
                return self.convert_pair(found, ends, name, meaning, filled)
        if meaning in ("text", "drop"):
            self.converted[name] += 1
            return "", found.end()
        return self.convert_single(found, name, filled), found.end()

    def convert_known(self, name: str, arguments: str, place: int) -> str | None:
        if name == "param":
            return self.variables.parameter("".join(parse_arguments(arguments).positional[:1]))
        return convert_known_tag(name, arguments, as_html=self.blocks.contains(place))

    def convert_pair(
        self, found: re.Match[str], ends: re.Match[str], name: str, meaning: str, arguments: str
    ) -> tuple[str, int]:
        """Convert a tag that encloses a text: into an alert, a quotation, or its text."""
        if meaning == "drop" or meaning in HIDDEN_PAIRS:
            self.hidden[name] += 1
            return "", ends.end()
        self.converted[name] += 1
        kind = alert_kind(meaning, parse_arguments(arguments))
        is_quotation = meaning in QUOTATIONS and not self.blocks.contains(found.start())
        if self.depth >= MAX_DEPTH or not (kind or is_quotation or meaning in ("if", "unless", "case", *MARKDOWN)):
            return "", found.end()  # the text follows, and then the closing, which shows nothing either
        branch = BRANCHES.search(self.text, found.end(), ends.start()) if meaning in ("if", "unless", "case") else None
        self.depth += 1
        inner = self.convert_range(found.end(), branch.start() if branch else ends.start())
        self.depth -= 1
        if meaning in MARKDOWN:
            return f"\n\n{inner.strip()}\n\n", ends.end()
        if is_quotation:
            return quotation(inner, arguments), ends.end()
        return alert(kind, inner, parse_arguments(arguments)) if kind else inner, ends.end()

    def convert_single(self, found: re.Match[str], name: str, arguments: str) -> str:
        """Convert an unknown tag without a closing: into an address in a link, a link if it has an address, else a comment."""
        if name == "highlight" or self.generator in KNOWN_ALONE:  # of the first, what it should enclose is not closed
            return self.keep_as_is(found, name)
        parsed = parse_arguments(arguments)
        address = next((word for word in (*parsed.named.values(), *parsed.positional) if re.match(r"https?://\S+\Z", word)), "")
        is_address = self.text.endswith("](", 0, found.start())  # `[text]({% link_to "slug" %})`
        if is_address and (target := address or next(iter(parsed.positional), "")):
            self.converted[name] += 1
            return target if address else post_reference(target)
        if not address or WITHIN_LINK.search(self.text, max(0, found.start() - LONGEST_ADDRESS), found.start()):
            return self.hide(found, name)
        self.converted[name] += 1
        return link(
            address, parsed.get("title", "text", "name", "caption") or address, as_html=self.blocks.contains(found.start())
        )

    def fill_variable(self, found: re.Match[str]) -> str:
        try:
            return self.variables.evaluate(found[1], as_html=False)
        except UnknownVariable:
            return found[0]

    def hide(self, found: re.Match[str], name: str) -> str:
        """Count a tag, and return it in a comment, which editors see and readers do not; in an address nothing."""
        self.hidden[name] += 1
        before = self.text[max(0, found.start() - LONGEST_ADDRESS) : found.start()]
        return "" if WITHIN_ADDRESS.search(before) else comment(found[0])

    def keep_as_is(self, found: re.Match[str], name: str) -> str:
        """Count a tag and return it as it is, with a space in `{{<x`, which would be taken for an HTML element."""
        self.unconverted[name] += 1
        return re.sub(r"\A\{\{<(?=[A-Za-z])", "{{< ", found[0])
