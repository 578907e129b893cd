"""Addresses that Eleventy makes of data: the `permalink` of a folder's data file, or of a layout, is searched, never run."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from transfer.importing.static_sites.front_matter import FrontMatter
from transfer.importing.static_sites.generators import SourceSite, configuration_text
from transfer.importing.static_sites.permalink_patterns import PLACEHOLDERS

DATA_FILES: Final = ("{}.11tydata.js", "{}.11tydata.cjs", "{}.11tydata.mjs", "{}.11tydata.json", "{}.json")
LAYOUT_FOLDERS: Final = ("_includes", "_layouts", "src/_includes", "src/_layouts", "templates")
LAYOUT_SUFFIXES: Final = ("", ".html", ".njk", ".liquid", ".md", ".webc", ".11ty.js")
MAX_LAYOUTS: Final = 5  # each within the next
MAX_BYTES: Final = 100_000
FIELD: Final = (  # of JSON, JavaScript or YAML; possessive, so that no text costs time that grows with its square
    r"""(?:^|[{{,])[ \t]*+["']?{}["']?[ \t]*+:[ \t]*+\n?[ \t]*+"""
    r"""(?:(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`)(?=[ \t]*+(?:[,}}]|$))|([^"'`\s][^\n]*))"""
)
EXPRESSION: Final = re.compile(r"\{\{-?\s*+([\w.]++)\s*+(?:\|([^{}]*+)|-)?\}\}")
DAY: Final = ":year/:month/:day"  # where a filter of the site's own writes the date: what most of them write
TOKENS: Final = {
    "yyyy": "year",
    "YYYY": "year",
    "MM": "month",
    "dd": "day",
    "DD": "day",
    "M": "i_month",
    "d": "i_day",
    "D": "i_day",
}
FUNCTION: Final = re.compile(r"(?:async\s+)?function\b|\(|\w+\s*=>")
RETURNED: Final = re.compile(r"""\bpermalink["']?\s*:[^`]{1,300}?(?:return|=>)[^`\w]{0,20}`([^`\n]+)`""")
MAX_FILTER: Final = 500  # characters of a filter's definition, in which its form is looked for
FORMAT: Final = re.compile(r"""(?:[fF]ormat|strftime)\((?:[\w.]+,)?\s*["']([^"'\n]+)["']""")


def data_pattern(path: Path, front_matter: FrontMatter, site: SourceSite) -> str:
    """Return the pattern of a file's addresses, such as /blog/:year/:name/; "" where no data has one that can be read."""
    if site.generator != "eleventy":
        return ""
    data = [text for folder in path.parents if folder.is_relative_to(site.root) for text in _data(folder)]
    layout = front_matter.text("layout") or _first("layout", data)
    template = front_matter.text("permalink") or _first("permalink", data) or _of_layout(site.root, layout)
    template = _of_function(data) if FUNCTION.match(template) else template
    return to_pattern(template, configuration_text(site)) if "{{" in template else ""


def _of_function(data: list[str]) -> str:
    """Return the template of `permalink: ({page}) => `/web/${ page.fileSlug }/``, in JavaScript's own form."""
    written = next((found[1] for text in data if (found := RETURNED.search(text))), "")
    return re.sub(r"\$\{\s*(?:data\.)?([\w.]+)\s*\}", r"{{ \1 }}", written)


def to_pattern(template: str, configuration: str = "") -> str:
    """Return a pattern in place of a template of Liquid or Nunjucks; "" where it says what no pattern can.

    >>> to_pattern("/{{ page.date | date: '%Y/%m' }}/{{ page.fileSlug }}/"), to_pattern("/{{ category }}/")
    ('/:year/:month/:name/', '')
    """
    filled = EXPRESSION.sub(lambda found: _placeholder(found[1], found[2] or "", configuration), template)
    return "" if re.search(r"[{}\0]", filled) else filled


def _placeholder(name: str, filters: str, configuration: str) -> str:
    if name == "page.fileSlug":
        return ":name"
    if name not in ("page.date", "date"):
        return "\0"
    form = re.search(r"""["'](.+?)["']""", filters) or _format_of(filters.strip(), configuration)
    return _date(form[1]) if form else DAY


def _format_of(name: str, configuration: str) -> re.Match[str] | None:
    """Return the form in which a filter of the site's own writes dates."""
    defined = re.search(rf"""addFilter\(\s*["']{re.escape(name)}["']""", configuration) if name else None
    return FORMAT.search(configuration, defined.end(), defined.end() + MAX_FILTER) if defined else None


def _date(form: str) -> str:
    if "%" in form:
        return re.sub(r"%\w", lambda found: f":{PLACEHOLDERS.get(found[0], '')}", form)
    return re.sub(r"[A-Za-z]+", lambda found: f":{TOKENS.get(found[0], '')}", form)


@lru_cache(maxsize=1_000)
def _data(folder: Path) -> tuple[str, ...]:
    return tuple(_text(folder / name.format(folder.name)) for name in DATA_FILES)


@lru_cache(maxsize=1_000)
def _of_layout(root: Path, layout: str) -> str:
    for _place in range(MAX_LAYOUTS):
        if not layout or ".." in layout:  # which would lead out of the site
            return ""
        names = [f"{folder}/{layout}{suffix}" for folder in LAYOUT_FOLDERS for suffix in LAYOUT_SUFFIXES]
        text = next((text for name in names if (text := _text(root / name))), "")
        head = text.split("---", 2)[1:2] if text.startswith("---") else []
        if permalink := _first("permalink", head):
            return permalink
        layout = _first("layout", head)
    return ""


def _first(name: str, texts: list[str]) -> str:
    pattern = re.compile(FIELD.format(name), re.MULTILINE)
    return next((str(found[found.lastindex or 0]).strip() for text in texts if (found := pattern.search(text))), "")


def _text(path: Path) -> str:
    """Return the text of a file that is there and not too long; "" where it is none."""
    try:
        return path.read_text("utf-8-sig") if path.is_file() and path.stat().st_size <= MAX_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""
