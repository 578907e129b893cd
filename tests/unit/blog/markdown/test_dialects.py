"""Markdown as blogs are written in it: what CommonMark and GFM read, and what Jekyll, Hugo and pandoc add."""

import pytest
from django.utils import translation

from blog.markdown import render, render_short
from blog.markdown.references import expand_one
from blog.markdown.syntax.code import Info, read_info

CODE = '<pre tabindex="0"><code>{}\n</code></pre>'
TEXTS = {
    "backslash before a line's end": ("a\\\nb", "<p>a<br>\nb</p>"),
    "escapes": (r"""\" \' \@ \< \: \& \$ \| \# \~""", "<p>\" ' @ &lt; : &amp; $ | # ~</p>"),
    "fence that is not closed": ("a\n\n```\nb\n\nc\n", "<p>a</p>\n" + CODE.format("b\n\nc")),
    "item between items": (
        "1. Install:\n\n   - on Debian\n2. Run it",
        "<ol>\n<li>\n<p>Install:</p>\n<ul>\n<li>on Debian</li>\n</ul>\n</li>\n<li>\n<p>Run it</p>\n</li>\n</ol>",
    ),
    "indented code in an item": ("- a\n\n      b", f"<ul>\n<li>\n<p>a</p>\n{CODE.format('b')}\n</li>\n</ul>"),
    "reference with code": (
        "[`Vec::drain`] [text][`label`]\n\n[`Vec::drain`]: /v\n[`label`]: /l",
        '<p><a href="/v"><code>Vec::drain</code></a> <a href="/l">text</a></p>',
    ),
    "details": (
        "<details><summary>a</summary>\n\n*b*\n\n</details>",
        "<details><summary>a</summary>\n<p><em>b</em></p>\n</details>",
    ),
    "numbers with brackets": ("1) a\n2) b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    "address with brackets": (
        "https://en.wikipedia.org/wiki/Python_(programming_language)",
        '<p><a href="https://en.wikipedia.org/wiki/Python_(programming_language)">'
        "https://en.wikipedia.org/wiki/Python_(programming_language)</a></p>",
    ),
    "address in quotation marks": (
        '"https://a.example/b" „https://a.example“',
        '<p>"<a href="https://a.example/b">https://a.example/b</a>" „<a href="https://a.example">https://a.example</a>“</p>',
    ),
    "addresses behind letters of other scripts": (
        "或者http://a.example/b a或x@a.example。",
        '<p>或者<a href="http://a.example/b">http://a.example/b</a> a或<a href="mailto:x@a.example">x@a.example</a>。</p>',
    ),
    "address that is shown as it is written": (
        "<https://a.example/%E2%9C%93>",
        '<p><a href="https://a.example/%E2%9C%93">https://a.example/%E2%9C%93</a></p>',
    ),
    "alert between colons": (
        "a\n:::info\nb\n\n- c\n:::\nd",
        '<p>a</p>\n<div class="alert-note">\n<p class="alert-title" data-translated="">Note</p>\n<p>b</p>\n'
        "<ul>\n<li>c</li>\n</ul>\n</div>\n<p>d</p>",
    ),
    "title of an alert between colons": (
        ":::tip[Do <this>] {.x}\na\n:::",
        '<div class="alert-tip">\n<p class="alert-title" data-translated="">Do &lt;this&gt;</p>\n<p>a</p>\n</div>',
    ),
    "colons that are no alert": (":::\n:::other\na", "<p>:::\n:::other\na</p>"),
    "control characters": ("[a](\x02/b) \x1bc", '<p><a href="/b">a</a> c</p>'),
    "version of a package": (
        "espree@6.0.0-rc.1, (a@1.2) <a@b.c1> a@b.c1d",
        '<p>espree@6.0.0-rc.1, (a@1.2) <a href="mailto:a@b.c1">a@b.c1</a> <a href="mailto:a@b.c1d">a@b.c1d</a></p>',
    ),
    "mail with an underscore": ("a_b@c.example", '<p><a href="mailto:a_b@c.example">a_b@c.example</a></p>'),
    "name that is no address": ("example.com and a.py", "<p>example.com and a.py</p>"),
    "hashtag": ("#hashtag first", "<p>#hashtag first</p>"),
    "rule after an item": ("- Foo\n---", "<ul>\n<li>Foo</li>\n</ul>\n<hr>"),
    "byte order mark": ("\ufeff# a", '<h2 id="n-a"><a href="#n-a">a</a></h2>'),
    "footnotes numbered by reference": (
        "x[^b] y[^a]\n\n[^a]: A\n[^b]: B",
        '<p>x<sup id="n-fnref-b"><a href="#n-fn-b">1</a></sup> y<sup id="n-fnref-a"><a href="#n-fn-a">2</a></sup></p>\n'
        '<div class="footnote">\n<hr>\n<ol>\n'
        '<li id="n-fn-b">\n<p>B&nbsp;<a href="#n-fnref-b" role="doc-backlink">↩︎</a></p>\n</li>\n'
        '<li id="n-fn-a">\n<p>A&nbsp;<a href="#n-fnref-a" role="doc-backlink">↩︎</a></p>\n</li>\n</ol>\n</div>',
    ),
    "heading with an attribute list": ("# a {: #b .c}", '<h2 id="n-b"><a href="#n-b">a</a></h2>'),
    "attribute list below": ("a\n{: #b .right}", '<p id="n-b" class="right">a</p>'),
    "attribute list above": ("{#b}\na", '<p id="n-b">a</p>'),
    "attribute list below a table": (
        "a | b\n--|--\n1 | 2\n{: #c .table}",
        '<div class="wide" tabindex="0"><table id="n-c">\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n'
        "<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table></div>",
    ),
    "attribute list below a list": ("- a\n{: #b}", '<ul id="n-b">\n<li>a</li>\n</ul>'),
    "attribute list of a picture": (
        "![a](/b.png){width=20 .left}",
        '<p><img alt="a" src="/b.png" width="20" class="left" loading="lazy"></p>',
    ),
    "braces that are no list": ("*a*{n} `b`{} {c}", "<p><em>a</em>{n} <code>b</code>{} {c}</p>"),
    "Markdown in HTML": (
        '<div markdown="1">\n*a*\n\n<div markdown=1>b</div>\n</div>\n*c*',
        "<div>\n<p><em>a</em></p>\n<div>\n<p>b</p></div>\n</div>\n<p><em>c</em></p>",
    ),
    "formula in brackets": (
        r"\(a+b\) \\(c\\) \[d^2\]",
        "<p><math><mi>a</mi><mo>+</mo><mi>b</mi></math> <math><mi>c</mi></math> "
        '<span class="wide" tabindex="0"><math display="block"><msup><mi>d</mi><mn>2</mn></msup></math></span></p>',
    ),
    "brackets that are no formula": (r"\[x\] \(as above\)", "<p>[x] (as above)</p>"),
    "inline footnote": (
        "a^[*b*]",
        '<p>a<sup id="n-fnref-inline-1"><a href="#n-fn-inline-1">1</a></sup></p>\n<div class="footnote">\n<hr>\n<ol>\n'
        '<li id="n-fn-inline-1">\n<p><em>b</em>&nbsp;<a href="#n-fnref-inline-1" role="doc-backlink">↩︎</a></p>\n</li>\n'
        "</ol>\n</div>",
    ),
    "box in HTML": ('<input type="checkbox" checked> a', '<p><span class="box">☑</span> a</p>'),
    "image of the site": (
        "![a](image:1,class=right,filter=width-200|jpegquality-40)",
        '<p><img alt="a" data-image="1" data-filter="width-200|jpegquality-40" class="right" loading="lazy"></p>',
    ),
    "address beyond ASCII": ("[a](/tags/日本/?b=ü#c)", '<p><a href="/tags/%E6%97%A5%E6%9C%AC/?b=%C3%BC#c">a</a></p>'),
    "heading beyond ASCII": (
        "# Ä ö\n\n[a](#ä-ö)",
        '<h2 id="n-ä-ö"><a href="#n-ä-ö">Ä ö</a></h2>\n<p><a href="#n-ä-ö">a</a></p>',
    ),
    "picture alone in HTML": (
        '<img src="/a.png" alt="b" title="c">',
        '<figure><img alt="b" src="/a.png" loading="lazy"><figcaption>c</figcaption></figure>',
    ),
}
INFOS = {
    'js {1,3} title="a"': Info("js", "a", frozenset({1, 3})),
    "js{2}": Info("js", "", frozenset({2})),
    "js eval": Info("js"),
    "rust,ignore": Info("rust"),
    "jsx:title=a.js": Info("jsx", "a.js"),
    "text file=x": Info("text", "x"),
    "js:app.js": Info("js", "app.js"),
    "{.python .numberLines}": Info("python"),
    "{r, echo=FALSE}": Info("r"),
    "C++": Info("c++"),
    'py hl_lines="1-2 4"': Info("py", "", frozenset({1, 2, 4})),
    "": Info(),
}


@pytest.mark.parametrize(("text", "html"), TEXTS.values(), ids=TEXTS)
def test_text_becomes_html(text: str, html: str) -> None:
    assert render_short(text) == html


@pytest.mark.parametrize(("text", "info"), INFOS.items())
def test_info_string_of_code(text: str, info: Info) -> None:
    assert read_info(text) == info


def test_file_name_stands_above_its_code_and_lines_are_marked() -> None:
    assert render_short("```text:a.txt {2}\nx\ny\n```") == (
        '<span class="filename">a.txt</span><pre tabindex="0"><code>x\n<span class="hll">y\n</span></code></pre>'
    )


ALERT = "> [!WARNING]\n> *a*\n\n{: .tip}\nb"


def test_alert_has_its_title_in_the_sites_language() -> None:
    html = '<div class="alert-warning">\n<p class="alert-title">{}</p>\n<p><em>a</em></p>\n</div>\n<p class="alert-tip">b</p>'
    assert expand_one(render_short(ALERT)) == html.format("Warning")
    with translation.override("de"):
        assert expand_one(render_short(ALERT)) == html.format("Warnung")
    assert render(ALERT).excerpt == "a b"
