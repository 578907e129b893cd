"""The examples of a Markdown specification, in the format of CommonMark's `spec.txt`, and how many of them are equal here.

`python -m tests.support.markdown_spec [spec.txt] [-v]` prints a table of its sections, with -v also the examples that
differ; GFM's are `test/spec.txt` in the repository github/cmark-gfm.
"""
# ruff: noqa: T201 (a program that prints)

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from blog.markdown.pipeline import CLEANER, to_html
from blog.markdown.syntax import parser
from blog.markdown.syntax.raw_html import Environment, only_listed

COMMONMARK = Path(__file__).parents[2] / "node_modules/commonmark-spec/spec.txt"  # of version 0.31.2
FENCE = "`" * 32
EXAMPLE = re.compile(rf"^(#+ .*)$|^{FENCE} example.*\n((?:.*\n)*?)\.\n((?:.*\n)*?){FENCE}$", re.MULTILINE)
COLOURS = re.compile(r' class="[^"]*"|<span class="[a-z]{1,2}\d?">|(?<=[^☐☑])</span>')
TAB = "→"  # as the specifications write it


class Example(NamedTuple):
    section: str
    number: int
    text: str
    html: str


def examples(specification: str) -> Iterator[Example]:
    """Yield the examples of a specification."""
    section, number = "", 0
    for match in EXAMPLE.finditer(specification):
        if match[1]:
            section = match[1].lstrip("# ")
        else:
            number += 1
            yield Example(section, number, match[2].replace(TAB, "\t"), match[3].replace(TAB, "\t"))


def sanitised(html: str) -> str:
    """Return HTML as this site's sanitiser leaves it, without white space between elements, classes and colours of code."""
    html = COLOURS.sub("", CLEANER.clean(only_listed(html.strip(), Environment(html))))
    return re.sub(r">\s+<", "><", re.sub(r"\s+(?=</?(?:p|li|ul|ol|blockquote)>)", "", html)).strip()


def differences(found: list[Example]) -> list[tuple[Example, str]]:
    """Return the examples whose HTML differs, with what it is here."""
    markdown = parser()
    made = [(example, sanitised(to_html(example.text, markdown).html)) for example in found]
    return [(example, html) for example, html in made if html != sanitised(example.html)]


def main(path: str, verbose: bool) -> None:
    found = list(examples(Path(path).read_text("utf-8")))
    wrong = differences(found)
    different = Counter(example.section for example, _ in wrong)
    for section, number in Counter(example.section for example in found).items():
        print(f"| {section} | {number - different[section]} of {number} |")
    print(f"| all | {len(found) - len(wrong)} of {len(found)}, {100 - 100 * len(wrong) / len(found):.1f} % |")
    for example, html in wrong if verbose else []:
        print(f"\n{example.number} {example.section}\n{example.text}\n---\n{sanitised(example.html)}\n---\n{html}")


if __name__ == "__main__":
    main(next((given for given in sys.argv[1:] if given != "-v"), str(COMMONMARK)), "-v" in sys.argv)
