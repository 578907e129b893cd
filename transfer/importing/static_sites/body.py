"""The body of a file as Markdown: template tags, containers and components converted, what no page shows left out."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from transfer.importing.static_sites.containers import without_containers
from transfer.importing.static_sites.dialects import in_common_form
from transfer.importing.static_sites.find import HTML_SUFFIXES, MARKDOWN_SUFFIXES, SourceFile
from transfer.importing.static_sites.formula_escapes import without_doubled_escapes
from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.html_body import html_block
from transfer.importing.static_sites.literate_haskell import literate_haskell_to_markdown
from transfer.importing.static_sites.mdx import components_to_markdown, mdx_to_markdown
from transfer.importing.static_sites.restructured_text_sandbox import convert
from transfer.importing.static_sites.snippets import with_snippets
from transfer.importing.static_sites.template_tags.convert import TemplateTagConverter
from transfer.importing.static_sites.unseen import without_unseen

JSX = re.compile(r"^[ \t]*</?[A-Z]\w*(?:\s[^<>]*)?/?>[ \t]*$", re.MULTILINE)  # alone in its line, a component and no `<T>`


@dataclass(frozen=True, slots=True)
class Body:
    """A text in Markdown, and the numbers of what became of a file's template tags and elements, by name."""

    text: str
    converted: Counter[str]
    hidden: Counter[str]
    unconverted: Counter[str]
    dropped: Counter[str]


def to_markdown(text: str, front_matter: FrontMatter, file: SourceFile, shortcodes: Mapping[str, str]) -> Body:
    """Return the body of a file as Markdown."""
    suffix, generator = file.suffix, file.site.generator
    text, missing = with_snippets(text, file) if generator == "vuepress" else (text, Counter[str]())
    text, dropped = (text, Counter[str]()) if suffix == ".rst" else without_unseen(text)
    converter = TemplateTagConverter(
        text, front_matter, generator=generator, configuration=file.site.configuration, shortcodes=shortcodes
    )
    text, containers = converter.markdown(), Counter[str]()
    if suffix in MARKDOWN_SUFFIXES | {".mdx"}:
        text, containers = without_containers(in_common_form(text, generator))
    text, components = _without_components(text, suffix, generator)
    hidden = converter.hidden + components + missing
    return Body(text.strip("\n"), converter.converted + containers, hidden, converter.unconverted, dropped)


def _without_components(text: str, suffix: str, generator: str) -> tuple[str, Counter[str]]:
    """Return a text of any form as Markdown, and the components of MDX or VuePress that lost their marks."""
    if suffix == ".mdx" or (suffix == ".md" and (generator == "docusaurus" or (generator == "nextjs" and JSX.search(text)))):
        return mdx_to_markdown(text)
    if suffix == ".lhs":
        return literate_haskell_to_markdown(text), Counter()
    if suffix == ".rst":
        return in_common_form(html_block(convert(text)), generator), Counter()
    if suffix in HTML_SUFFIXES:
        return html_block(text), Counter()
    text = without_doubled_escapes(text)
    return components_to_markdown(text) if generator == "vuepress" and suffix in MARKDOWN_SUFFIXES else (text, Counter())
