"""MDX as Markdown: imports and exports are dropped, components become what they show, or lose their marks."""

import re
from collections import Counter
from collections.abc import Mapping

from transfer.importing.static_sites.targets import CODE, outside_code
from transfer.importing.static_sites.template_tags.known_tags import convert_known_tag
from transfer.importing.static_sites.template_tags.markup import comment

IMPORT = r"import\s+(?:(?:[\w$*][^\n{\"']*)?(?:\{[^{}]*\})?\s*from\s*)?[\"'][^\"'\n]+[\"'];?[ \t]*(?://[^\n]*)?(?:\n|\Z)"
EXPORT = r"export\s+(?:(?:const|let|var|function|class|async|default|type|interface)\b|[{*])[^\n]*(?:\n(?!\n)[^\n]+)*(?:\n|\Z)"
# Where a paragraph begins: within one, a line that begins with either word is prose.
MODULE_LINES = re.compile(rf"(?P<code>{CODE})|(?<![^\n]\n)^(?:{IMPORT}|{EXPORT})+", re.MULTILINE)
IMPORTED_FILE = re.compile(r"^import\s+(\w+)\s+from\s+[\"']([^\"'\n]+)[\"']", re.MULTILINE)
ATTRIBUTES = r"(?:[^<>{}\"']|\"[^\"]*\"|'[^']*'|\{(?:[^{}]|\{[^{}]*\})*\})*?"
STYLE = re.compile(r"\s+[\w-]+=\{\{[^{}]*\}\}")  # an object, such as `style={{width: "100%"}}`
MORE = "<!-- truncate -->"
COMPONENT = re.compile(
    rf"(?P<code>{CODE}|`+[^`]*`+)"
    r"|(?P<remark>\{/\*(?:[^*{]|\*(?!/\})|\{(?!/\*))*\*/\})"
    rf"|<(?P<element>[a-z][\w-]*)(?P<values>\s{ATTRIBUTES})(?P<end>/?>)"
    rf"|</(?P<closed>[A-Z][\w.]*)\s*>|<(?P<name>[A-Z][\w.]*)(?P<attributes>\s{ATTRIBUTES})?/?>",
    re.MULTILINE,
)


def mdx_to_markdown(text: str) -> tuple[str, Counter[str]]:
    """Return the Markdown of an MDX file, and the components that lost their marks, by name."""
    without_modules = outside_code(MODULE_LINES, lambda found: "", text)
    return components_to_markdown(without_modules, dict(IMPORTED_FILE.findall(text)))


def components_to_markdown(text: str, files: Mapping[str, str] | None = None) -> tuple[str, Counter[str]]:
    """Return a text without components, and those that lost their marks; `files` are what MDX imports, None for Vue."""
    dropped: Counter[str] = Counter()

    def replaced(found: re.Match[str]) -> str:
        if found["remark"] or found["closed"]:
            return MORE if found["remark"] and "truncate" in found["remark"] else ""
        if found["element"]:
            values = found["values"] if files is None else _evaluated(files, STYLE.sub("", found["values"]))
            return f"<{found['element']}{values}{found['end']}"
        attributes = _evaluated(files or {}, found["attributes"] or "")
        markdown = convert_known_tag(found["name"], attributes, as_html=False)
        if markdown is None:
            dropped[f"<{found['name']}>"] += 1
            return comment(found[0]) if found[0].endswith("/>") else ""
        return markdown

    return outside_code(COMPONENT, replaced, text), dropped


def _evaluated(files: Mapping[str, str], attributes: str) -> str:
    return re.sub(r"\{\s*[\"'`]?([^{}\"'`]*?)[\"'`]?\s*\}", lambda value: _quoted(files, value[1]), attributes)


def _quoted(files: Mapping[str, str], value: str) -> str:
    """Return an attribute's expression as text: the path of an imported file, where it names one."""
    return '"{}"'.format(files.get(value, value).replace('"', "'"))
