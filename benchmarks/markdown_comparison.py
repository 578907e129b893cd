"""How posts are rendered here beside GitHub's own program, cmark-gfm: texts, lists, code, tables, links, pictures.

`python -m benchmarks.markdown_comparison FOLDER… [-v]`: each folder holds a static site, whose posts are read as
`import_posts` reads them, template tags converted; with -v, what differs is printed. A difference is *explained* if it is gone
once what this site reads beyond CommonMark and GFM (`EXTENSIONS`) is not read.
"""

import difflib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from cmarkgfm.cmark import Options, markdown_to_html_with_extensions
from markdown_it import MarkdownIt

from benchmarks.fill_database import start_django
from benchmarks.tables import table

GFM = ["table", "autolink", "strikethrough", "tasklist"]  # tags are filtered by this site's own list
OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE
EXTENSIONS = {
    "formulas": ["formula", "amsmath"],
    "definition lists": ["deflist"],
    "attribute lists": ["attribute_list", "attribute_lists"],
    "abbreviations": ["abbreviation", "abbreviations"],
    "alerts": ["alerts", "container_alert"],
}
BLOCKS = frozenset(
    "blockquote br dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img li ol p pre summary table td th tr".split()
)
MARKED = re.compile(r"""(<\w[^<>]*?) markdown=["']?1["']?>""")  # this site reads the text in such an element
LONGEST = 3_000  # characters of a difference that is printed
BACK = "↩"  # begins a link from a footnote back to its reference
FILE_NAME = "filename"  # above code, from its info string
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass
class Features:
    """What a reader sees of a text, part by part."""

    text: list[str] = field(default_factory=list)  # words
    lists: list[str] = field(default_factory=list)  # each list's kind, start and number of items, outer ones first
    code: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)  # rows
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


KINDS = [one.name for one in fields(Features)]


def main(folders: list[str], verbose: bool) -> None:
    start_django()
    print(table(["folder", "posts", "explained", "by", "differ", "%", "in"], [_row(folder, verbose) for folder in folders]))


def _row(folder: str, verbose: bool) -> tuple[str, ...]:
    posts, explained, differ = 0, 0, 0
    reasons, parts = Counter[str](), Counter[str]()
    for name, body in _bodies(Path(folder)):
        posts += 1
        theirs, ours = _theirs(body), _ours(body)
        if ours == theirs:
            continue
        plain = _ours(body, *EXTENSIONS)
        if plain == theirs:
            explained += 1
            reasons.update(extension for extension in EXTENSIONS if _ours(body, extension) != ours)
            continue
        differ += 1
        parts.update(kind for kind in KINDS if getattr(theirs, kind) != getattr(plain, kind))
        if verbose:
            _print_difference(name, theirs, plain)
    share = f"{100 * differ / max(posts, 1):.1f}"
    return Path(folder).name, str(posts), str(explained), _counts(reasons), str(differ), share, _counts(parts)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _print_difference(name: str, theirs: Features, ours: Features) -> None:
    print(f"\n{name}")
    for kind in KINDS:
        lines = difflib.unified_diff(
            getattr(theirs, kind), getattr(ours, kind), f"{kind} of cmark-gfm", "here", n=2, lineterm=""
        )
        print("\n".join(lines)[:LONGEST])


def _bodies(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each post's file and its Markdown, as it is imported; not those that are refused."""
    from transfer.importing.prepare import read_file
    from transfer.importing.source import ImportOptions
    from transfer.importing.static_sites.find import find_files

    for file in find_files([folder]).files:
        if post := read_file(file, ImportOptions()).post:
            yield file.key, post.body


def _theirs(text: str) -> Features:
    """Return what cmark-gfm makes of a text without control characters, tags that are not on this site's list shown as text."""
    from blog.markdown.pipeline import CLEANER
    from blog.markdown.syntax import DROPPED
    from blog.markdown.syntax.raw_html import Environment, only_listed

    html = markdown_to_html_with_extensions(MARKED.sub(r"\1>\n\n", text.translate(DROPPED)), OPTIONS, GFM)
    return read_features(CLEANER.clean(only_listed(html, Environment(html))))


def _ours(text: str, *disabled: str) -> Features:
    """Return what this site makes of a text without some extensions."""
    from blog.markdown.pipeline import to_html
    from blog.markdown.postprocessing import postprocess

    return read_features(postprocess(to_html(text, _parser(disabled)).html).html)


@cache
def _parser(disabled: tuple[str, ...]) -> MarkdownIt:
    from blog.markdown.syntax import parser

    markdown = parser().disable([rule for extension in disabled for rule in EXTENSIONS[extension]], ignoreInvalid=True)
    markdown.options["alerts"] = "alerts" not in disabled
    return markdown


def read_features(html: str) -> Features:
    """Read what a reader sees out of HTML."""
    found = Features()
    words: list[str] = []
    _walk(html5lib.parseFragment(html, treebuilder="etree"), found, words)
    found.text = "".join(words).split()
    return found


def _walk(element: Element, found: Features, words: list[str]) -> None:
    name = element.tag.removeprefix(XHTML) if isinstance(element.tag, str) else ""
    if (name == "a" and _text(element).startswith(BACK)) or element.get("class") == FILE_NAME:
        return
    _collect(name, element, found)
    space = " " if name in BLOCKS else ""
    words += [space, f" {element.get('title', '')} " if name == "img" else "", element.text or ""]
    for child in element:
        _walk(child, found, words)
        words.append(child.tail or "")
    words.append(space)


def _collect(name: str, element: Element, found: Features) -> None:
    children = [child.tag.removeprefix(XHTML) for child in element if isinstance(child.tag, str)]
    if name in ("ol", "ul"):
        found.lists.append(f"{name} {element.get('start', '1')}: {children.count('li')}")
    elif name in ("pre", "code"):
        found.code.append(f"{name}: {_text(element).strip() if name == 'pre' else ' '.join(_text(element).split())}")
    elif name == "tr":
        found.tables.append(" | ".join(" ".join(_text(cell).split()) for cell in element))
    elif name == "a" and not element.get("href", "#").startswith("#"):
        found.links.append(f"{' '.join(_text(element).split())}: {element.get('href')}")
    elif name == "img" and element.get("src"):
        found.pictures.append(f"{' '.join(element.get('alt', '').split())}: {element.get('src')}")


def _text(element: Element) -> str:
    return "".join(element.itertext())


if __name__ == "__main__":
    main([given for given in sys.argv[1:] if given != "-v"], "-v" in sys.argv)
