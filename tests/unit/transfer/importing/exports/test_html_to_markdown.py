"""HTML as Markdown: what has a form there, what stays HTML, and text that would be markup."""

import html
import random

import pytest
from bs4 import BeautifulSoup

from blog.markdown import render
from transfer.importing.exports.html_to_markdown import to_markdown
from transfer.importing.source import Refusal


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        ("<h2 id='x'>A <em>b</em></h2><p><a href='#x'>up</a></p>", "## A *b* {#x}\n\n[up](#x)"),
        ("<h2 id='y'>A</h2>", "## A"),
        ("<p><b>a:</b>b <b>c</b><i>d</i> e<b> f </b>g</p>", "<b>a:</b>b <b>c</b><i>d</i> e **f** g"),
        ("<p>a<br>b<br/>c</p>", "a  \nb  \nc"),
        ("<ol start=3><li>a<ul><li>b</ul><li>c</ol>", "3. a\n   - b\n4. c"),
        ("<ol type=a><li>a</ol>", '<ol type="a"><li>a</li></ol>'),
        ("<ul><li><p>a</p><pre>x\n\ny</pre></li></ul>", "- a\n\n  ```\n  x\n\n  y\n  ```"),
        ("<pre class='brush: js; gutter: false'>a &lt; b</pre>", "```js\na < b\n```"),
        ("<pre><code class='language-c++'>```\n</code></pre>", "````c++\n```\n````"),
        (
            "<p><code>a`b</code> <kbd>*</kbd> H<sub>2</sub>O <mark>m</mark></p>",
            "`` a`b `` <kbd>\\*</kbd> H<sub>2</sub>O <mark>m</mark>",
        ),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<table><tr><th>a<th>b<tr><td>c|d<td><b>e</b></table>", "| a | b |\n| --- | --- |\n| c\\|d | **e** |"),
        ("<table><tr><td>a<tr><td>b</table>", "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>"),
        ("<table><tr><th colspan=2>a<tr><td>b<td>c</table>", None),
        ("<details><summary>s</summary><p>t</p></details>", "<details><summary>s</summary><p>t</p></details>"),
        ("<a href='/b.png'><img src='/b-300x200.png' alt='[x]'></a>", "![&#91;x&#93;](/b.png)"),
        ("<a href='/page'><img src='/b.png'></a>", "[![](/b.png)](/page)"),
        ("<p><a href='/a b(c).html'>x</a></p>", "[x](/a%20b%28c%29.html)"),
        ("<p>Look!<a href='/x'>x</a></p>", "Look\\![x](/x)"),
        ("<a href='javascript:alert(1)'>x</a><img src='data:x' onerror=alert(1)>", "x"),
        ("a<script>b</script><style>c</style><form>d</form><svg><title>e</title></svg>f", "af"),
        ("<figure><img src='/a.png'><figcaption>A \"b\"</figcaption></figure>", '![](/a.png "A &quot;b&quot;")'),
        ("<figure><img src='/a.png'><figcaption>A <a href='/b'>b</a></figcaption></figure>", None),
        (
            "<iframe src='https://www.youtube.com/embed/abc'></iframe>",
            '<iframe src="https://www.youtube.com/embed/abc"></iframe>',
        ),
        ("<p>x<sup><a href='#f1' id='r1'>1</a></sup></p><ol><li id=f1>n <a href='#r1'>b</a></ol>", None),
        ("<img src='/blank.gif' data-src='/real.png'>", "![](/real.png)"),
        ("<p>&nbsp;</p><p>List&lt;int&gt; &amp;amp; $5 $6</p>", "List&lt;int> &amp;amp; \\$5 \\$6"),
        ("<div><div><p>a</p></div></div><pre>b\n\n\n\nc</pre><hr><p>d</p>", "a\n\n```\nb\n\n\n\nc\n```\n\n---\n\nd"),
        ("", ""),
    ],
)
def test_elements(source: str, markdown: str | None) -> None:
    found = to_markdown(source)
    if markdown is None:  # what stays HTML is shown by the tests below
        assert "<" in found
    else:
        assert found == markdown


@pytest.mark.parametrize(
    "source",
    [
        "<p>One <b>two</b> <i>three</i>, <b><i>four</i></b></p><h2>Five</h2><ul><li>six<ul><li>seven</li></ul></li></ul>",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b <code>c|d</code></td></tr></tbody></table><p>e</p>",
        "<table><tbody><tr><td colspan='2'>a <b>*b*</b><p>c</p></td></tr></tbody></table><p><b>d</b></p>",
        "<table><tr><td><pre>a\n\nb</pre></td></tr></table><p><i>c</i></p>",
        "<figure><img src='/a.png' alt=''><figcaption>A <a href='/b'>b</a></figcaption></figure><p>c</p>",
        "<dl><dt>a</dt><dd>b <b>c</b></dd></dl><dl><dt>d</dt><dd><p>e</p><p>f</p></dd></dl>",
        "<blockquote><p>a</p><ul><li>b</li></ul></blockquote><pre><code>c\n\n  d</code></pre>",
    ],
)
def test_rendered_markdown_shows_what_the_html_did(source: str) -> None:
    shown = BeautifulSoup(render(to_markdown(source)).html, "html.parser")
    meant = BeautifulSoup(source, "html.parser")
    assert "".join(shown.get_text().split()) == "".join(meant.get_text().split())
    for name in ("b", "i", "li", "td", "th", "pre", "figcaption", "dd", "blockquote", "code", "h2", "ul"):
        names = {"b": ["b", "strong"], "i": ["i", "em"], "code": ["code"]}.get(name, [name])
        if name != "code":
            assert len(shown.find_all(names)) == len(meant.find_all(names)), name


PIECES = [*"*_`[]()<>#+-.!|~$={}:&^\\\"' ab", "[x]", "[^1]", "$x$", "**", "\n# ", "\n- ", "\n1. ", "\n> ", "![a](b)", "[a](b)"]


def test_text_is_shown_as_it_is_whatever_it_means_in_markdown() -> None:
    rng = random.Random(7)
    for _ in range(150):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 12)))
        shown = BeautifulSoup(render(to_markdown(f"<p>{html.escape(text)}</p>")).html, "html.parser")
        assert ("".join(shown.get_text().split()), text) == ("".join(text.split()), text)
        assert {tag.name for tag in shown.find_all(True)} <= {"p", "br"}, text


@pytest.mark.parametrize(
    "source", ["<div>" * 200, "<div><p>" * 50_000, "<b><i>" * 100, "<ul><li>" * 5_000, "<p>x</p>" * 30_000, "x" * 600_001]
)
def test_beyond_the_limits(source: str) -> None:
    with pytest.raises(Refusal):
        to_markdown(source)
