"""The table of what authors can write, in docs/markdown.md: each example is what it says."""

import re
from pathlib import Path

import pytest

from blog.markdown import render

PAGE = Path(__file__).parents[4] / "docs/markdown.md"
CODE = re.compile(r"(`+) ?(.+?) ?\1(?!`)")
# How the examples of a row are put together into a text, and what is in its HTML.
TEXTS = {
    "Emphasis": ("{0} {1} {2}", ["<em>a</em>", "<strong>a</strong>", "<del>a</del>"]),
    "Heading": ("{0}", ['<h2 id="n-a"><a href="#n-a">A</a></h2>']),
    "Line": ("a\nb{0}\nc  \nd", ["a\nb<br>\nc<br>\nd"]),
    "List": ("{0}\n\n{1}\n\n{2}", ["<ul>\n<li>a</li>", "<ol>\n<li>a</li>", '<span class="box">☐</span> a']),
    "Link": ("{0} {1} {2}", ['<a href="https://a.example">text</a>', ">https://a.example</a>", '<a data-page="5">text</a>']),
    "Picture": (
        "{0}",
        ['<figure><img alt="what it shows" data-image="7" loading="lazy"><figcaption>Caption</figcaption></figure>'],
    ),
    "Quotation": ("{0}", ["<blockquote>\n<p>a</p>"]),
    "Alert": ("{0}\n{1}\n\n> [!{2}]\n> b", ['<div class="alert-note">', "<p>a</p>", '<div class="alert-tip">']),
    "Code": ("{0}\n\n{1}\nb\n{1}\n\n{2}\nif c:\n```", ["<code>a</code>", "<code>b\n</code>", '<span class="k">if</span> c']),
    "Table": ("{0}\n{1}\nc | d", ["<th>a</th>", "<td>d</td>"]),
    "Footnote": ("{0}\n\n{1}", ['<sup id="n-fnref-1"><a href="#n-fn-1">1</a></sup>', "<p>Text"]),
    "Definition": ("{0}\n{1}", ["<dt>Word</dt>\n<dd>What it is</dd>"]),
    "Formula": ("{0}\n\n{1}", ["<math><msup>", '<math display="block"><msup>']),
    "Abbreviation": ("{0}\n\nHTML", ['<abbr title="Hypertext Markup Language">HTML</abbr>']),
    "HTML": ("{0} {2}b</sub>\n\n{1}c</details>", ["<kbd>Ctrl</kbd>", "<sub>b</sub>", "<details>c</details>"]),
    "As it is": ("{0}", ["<p>*a*</p>"]),
}


def rows() -> dict[str, list[str]]:
    """Return the examples of each row of the table."""
    section = PAGE.read_text("utf-8").partition("## What authors can write")[2].partition("\n## ")[0]
    cells = [re.split(r"(?<!\\)\|", line) for line in section.splitlines() if line.startswith("|")][2:]
    return {row[1].strip(): [found[1].replace("\\|", "|") for found in CODE.findall(f"{row[2]} {row[3]}")] for row in cells}


@pytest.mark.parametrize("name", rows())
def test_example_is_what_the_table_says(name: str) -> None:
    text, expected = TEXTS[name]
    html = render(text.format(*rows()[name])).html
    assert [part for part in expected if part not in html] == [], html


def test_table_is_a_table_here_as_well() -> None:
    section = PAGE.read_text("utf-8").partition("## What authors can write")[2].partition("\n## ")[0]
    assert render(section).html.count("<tr>") == len(TEXTS) + 1
