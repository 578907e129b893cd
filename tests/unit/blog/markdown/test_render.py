"""What each kind of Markdown becomes: whole texts, whole HTML."""

import pytest

from blog.markdown import Rendered, prefixed, render, render_comment, render_short
from blog.markdown.plain_text import to_plain_text
from blog.markdown.tokens import parse

PLAY = '<img alt="" src="/static/embed.svg" width="608" height="342" loading="lazy"> '  # of what is embedded
GOLDEN = {
    "footnotes": (
        "A note.[^a] Again.[^a] Other.[^b]\n\n[^a]: First *note*.\n[^b]: Second.",
        '<p>A note.<sup id="n-fnref-a"><a href="#n-fn-a">1</a></sup> Again.<sup id="n-fnref2-a"><a href="#n-fn-a">1</a></sup>'
        ' Other.<sup id="n-fnref-b"><a href="#n-fn-b">2</a></sup></p>\n<div class="footnote">\n<hr>\n<ol>\n<li id="n-fn-a">\n'
        '<p>First <em>note</em>.&nbsp;<a href="#n-fnref-a" role="doc-backlink">↩︎</a>'
        '<a href="#n-fnref2-a" role="doc-backlink">↩︎</a></p>\n</li>\n<li id="n-fn-b">\n'
        '<p>Second.&nbsp;<a href="#n-fnref-b" role="doc-backlink">↩︎</a></p>\n</li>\n</ol>\n</div>',
    ),
    "table": (
        "a | b | c | d\n:--|:-:|--:|---\n1 | 2 | 3 | 4",
        '<div class="wide" tabindex="0"><table>\n<thead>\n<tr>\n<th>a</th>\n<th class="center">b</th>\n'
        '<th class="right">c</th>\n<th>d</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class="center">2</td>\n'
        '<td class="right">3</td>\n<td>4</td>\n'
        "</tr>\n</tbody>\n</table></div>",
    ),
    "definitions": (
        "Tea\n: A drink.\n: A meal.\n\nCup\n: For it.",
        "<dl>\n<dt>Tea</dt>\n<dd>A drink.</dd>\n<dd>A meal.</dd>\n<dt>Cup</dt>\n<dd>For it.</dd>\n</dl>",
    ),
    "abbreviation": (
        "The HTML page, not XHTML.\n\n*[HTML]: Hypertext Markup Language",
        '<p>The <abbr title="Hypertext Markup Language">HTML</abbr> page, not XHTML.</p>',
    ),
    "tasks": (
        "- [ ] open\n- [x] done\n- plain",
        '<ul class="tasks">\n<li><span class="box">☐</span> open</li>\n<li><span class="box">☑</span> done</li>\n'
        "<li>plain</li>\n</ul>",
    ),
    "figure": (
        '![A cat](https://a.example/cat.png "Tom, *asleep*")',
        '<figure><img alt="A cat" src="https://a.example/cat.png" loading="lazy">'
        "<figcaption>Tom, *asleep*</figcaption></figure>",
    ),
    "figure that links": (
        '[![A film](https://a.example/f.png "The film")](https://youtu.be/x)',
        '<figure><a href="https://youtu.be/x"><img alt="A film" src="https://a.example/f.png" loading="lazy"></a>'
        "<figcaption>The film</figcaption></figure>",
    ),
    "figure in HTML": (
        '<figure class="align-right"><img src="/a.png" alt="x" style="z"><figcaption>Cap</figcaption></figure>',
        '<figure class="right"><img alt="x" src="/a.png" loading="lazy"><figcaption>Cap</figcaption></figure>',
    ),
    "picture in a line": (
        'Text ![](https://a.example/i.png "t") text.',
        '<p>Text <img alt="" src="https://a.example/i.png" title="t" loading="lazy"> text.</p>',
    ),
    "code": (
        '```python\n@wraps(f)\ndef f(x: int) -> str:\n    return "a" * 2  # twice\n```',
        '<pre tabindex="0"><code><span class="f">@wraps</span>(f)\n<span class="k">def</span> <span class="f">f</span>(x: '
        '<span class="b">int</span>) -&gt; <span class="b">str</span>:\n    <span class="k">return</span> '
        '<span class="s">"a"</span> * <span class="m">2</span>  <span class="c"># twice</span>\n</code></pre>',
    ),
    "code without a language": ("```\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>'),
    "code in a language that is none": ("```nonesuch\nx = 1\n```", '<pre tabindex="0"><code>x = 1\n</code></pre>'),
    "code by indentation": ("    a\n     b", '<pre tabindex="0"><code>a\n b\n</code></pre>'),
    "code in a list": (
        "1. a\n\n   ```sh\n   ls\n   ```\n2. b",
        '<ol>\n<li>\n<p>a</p>\n<pre tabindex="0"><code>ls\n</code></pre>\n</li>\n<li>\n<p>b</p>\n</li>\n</ol>',
    ),
    "code after a line": ("Text\n```\nx\n```\nmore", '<p>Text</p>\n<pre tabindex="0"><code>x\n</code></pre>\n<p>more</p>'),
    "differences": (
        "```diff\n-old\n+new\n```",
        '<pre tabindex="0"><code><span class="d">-old</span>\n<span class="i">+new</span>\n</code></pre>',
    ),
    "formula": (
        r"Euler: $e^{i\pi} + 1 = 0$.",
        "<p>Euler: <math><msup><mi>e</mi><mrow><mi>i</mi><mi>π</mi></mrow></msup>"
        "<mo>+</mo><mn>1</mn><mo>=</mo><mn>0</mn></math>.</p>",
    ),
    "formula of its own": (
        "Text\n$$\na\n= b\n- 1\n$$\ntext",
        '<p>Text</p>\n<p><span class="wide" tabindex="0">'
        '<math display="block"><mi>a</mi><mo>=</mo><mi>b</mi><mo>−</mo><mn>1</mn></math></span></p>\n'
        "<p>text</p>",
    ),
    "formula of its own in a line": (
        "So $$x$$ it is",
        '<p>So <span class="wide" tabindex="0"><math display="block"><mi>x</mi></math></span> it is</p>',
    ),
    "formula with a less-than sign": ("$a<b$", "<p><math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math></p>"),
    "formula that cannot be read": (r"Broken $\frac{x^$ here", r"<p>Broken <code>$\frac{x^$</code> here</p>"),
    "formula in code": ("`$x$` and `` $$y$$ ``", "<p><code>$x$</code> and <code>$$y$$</code></p>"),
    "money": (
        r"$5 and $6; US$5 to US$7; $5–$6; $5 and up to 10$; \$7$; $ 8 $; a$b$c; 5$ or 6$; $HOME/$USER.",
        "<p>$5 and $6; US$5 to US$7; $5–$6; $5 and up to 10$; $7$; $ 8 $; a$b$c; 5$ or 6$; $HOME/$USER.</p>",
    ),
    "heading of the first level": ("# A *b*", '<h2 id="n-a-b"><a href="#n-a-b">A <em>b</em></a></h2>'),
    "headings that skip": (
        "### c\n##### e\n## b",
        '<h2 id="n-c"><a href="#n-c">c</a></h2>\n<h3 id="n-e"><a href="#n-e">e</a></h3>\n'
        '<h2 id="n-b"><a href="#n-b">b</a></h2>',
    ),
    "headings of the same words": (
        "## Ä b!\n## Ä b!",
        '<h2 id="n-ä-b"><a href="#n-ä-b">Ä b!</a></h2>\n<h2 id="n-ä-b-2"><a href="#n-ä-b-2">Ä b!</a></h2>',
    ),
    "heading with a link": ("## [a](/b) c", '<h2 id="n-a-c"><a href="/b">a</a> c</h2>'),
    "heading with an id": ("## a {#b}\n\n[c](#b)", '<h2 id="n-b"><a href="#n-b">a</a></h2>\n<p><a href="#n-b">c</a></p>'),
    "heading in HTML": ("<h1 id='x' onclick='y'>a</h1>", '<h2 id="n-x"><a href="#n-x">a</a></h2>'),
    "links within the text": (
        "[a](#Some%20Words) [b](#nowhere) [c](#)\n\n## Some words",
        '<p><a href="#n-some-words">a</a> b <a href="#">c</a></p>\n'
        '<h2 id="n-some-words"><a href="#n-some-words">Some words</a></h2>',
    ),
    "links": (
        "https://a.example/b. www.a.example x@a.example <tel:+1>",
        '<p><a href="https://a.example/b">https://a.example/b</a>. <a href="http://www.a.example">www.a.example</a> '
        '<a href="mailto:x@a.example">x@a.example</a> '
        '<a href="tel:+1">tel:+1</a></p>',
    ),
    "link with attributes": (
        '[a](/b "c"){: rel="nofollow evil" target=_blank .k }',
        '<p><a href="/b" title="c" rel="nofollow">a</a></p>',
    ),
    "film": (
        "https://www.youtube.com/watch?v=abc",
        '<p><a href="https://www.youtube.com/watch?v=abc">https://www.youtube.com/watch?v=abc</a></p>',
    ),
    "films embedded": (
        '<iframe src="https://www.youtube-nocookie.com/embed/abc?rel=0" title="A &amp; B"></iframe>\n\n'
        "<iframe src='//peer.example/videos/embed/xyz'></iframe>\n\n<iframe src=//player.vimeo.com/video/1></iframe>",
        f'<p><a href="https://www.youtube.com/watch?v=abc">{PLAY}A &amp; B</a></p>\n'
        f'<p><a href="https://peer.example/w/xyz">{PLAY}https://peer.example/w/xyz</a></p>\n'
        f'<p><a href="https://vimeo.com/1">{PLAY}https://vimeo.com/1</a></p>',
    ),
    "films of one's own": (
        "<video src=/v.mp4 autoplay></video>",
        '<p><video src="/v.mp4" controls="" preload="none"></video></p>',
    ),
    "struck": ("~~gone~~ ~5 a~b~c", "<p><del>gone</del> ~5 a~b~c</p>"),
    "Markdown in HTML": ('<div markdown="1" class="x">\n*x*\n</div>', "<div>\n<p><em>x</em></p>\n</div>"),
    "HTML in Markdown": ("<b>*x* <i>y", "<p><b><em>x</em> <i>y</i></b></p>"),
    "HTML that is no text": (
        "a <script>b</script> <style>c</style> <svg><text>d</text></svg> e",
        "<p>a &lt;script&gt;b&lt;/script&gt; &lt;style&gt;c&lt;/style&gt; "
        "&lt;svg&gt;&lt;text&gt;d&lt;/text&gt;&lt;/svg&gt; e</p>",
    ),
    "list after a line": ("Text\n- a\n- b", "<p>Text</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    "list in a list": (
        "- a\n  - b\n    - c\n- d",
        "<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n<li>d</li>\n</ul>",
    ),
    "list that begins later": ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
    "right to left": (
        "שלום, world\n\n- a\n- ב\n\n```\nא\n```",
        '<p dir="rtl">שלום, world</p>\n<ul dir="ltr">\n<li>a</li>\n<li dir="rtl">ב</li>\n</ul>\n'
        '<pre tabindex="0" dir="ltr"><code>א\n</code></pre>',
    ),
    "right to left where the author says so": ('<p dir="ltr">שלום</p>', '<p dir="ltr">שלום</p>'),
    "ids of an author's": ('<b id="main">a</b><i id="main">b</i>', '<p><b id="n-main">a</b><i id="n-main-2">b</i></p>'),
}


@pytest.mark.parametrize(("text", "html"), GOLDEN.values(), ids=GOLDEN)
def test_text_becomes_html(text: str, html: str) -> None:
    assert render_short(text) == html


def test_all_of_a_text() -> None:
    assert render("# A\n\nOne *two*.[^1]\n\n## B\n\n`x`\n\n# C\n\n[^1]: Note.") == Rendered(
        html='<h2 id="n-a"><a href="#n-a">A</a></h2>\n'
        '<p>One <em>two</em>.<sup id="n-fnref-1"><a href="#n-fn-1">1</a></sup></p>\n'
        '<h3 id="n-b"><a href="#n-b">B</a></h3>\n<p><code>x</code></p>\n<h2 id="n-c"><a href="#n-c">C</a></h2>\n'
        '<div class="footnote">\n<hr>\n<ol>\n<li id="n-fn-1">\n'
        '<p>Note.&nbsp;<a href="#n-fnref-1" role="doc-backlink">↩︎</a></p>\n</li>\n</ol>\n</div>',
        toc='<ul><li><a href="#n-a">A</a><ul><li><a href="#n-b">B</a></li></ul></li><li><a href="#n-c">C</a></li></ul>',
        minutes=1,
        excerpt="One two. x",
    )


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_empty_text_is_nothing(text: str) -> None:
    assert render(text) == Rendered("", "", 0, "")
    assert render_comment(text) == ""


def test_two_headings_make_no_contents() -> None:
    assert render("# a\n\n# b").toc == ""


def test_prefix_is_of_every_id_and_fragment() -> None:
    text = '# a\n\n# b\n\n# c\n\n[d](#a)[^1] `<x id="n-a" href="#n-a">` <b title=\'x id="n-a"\'>e</b>\n\n[^1]: f'
    other = render(text, "p7-")
    assert prefixed(render(text).html, "p7-") == other.html
    assert prefixed(render(text).toc, "p7-") == other.toc
    assert '<code>&lt;x id="n-a" href="#n-a"&gt;</code>' in other.html


def test_plain_has_words_only() -> None:
    text = "# A\n\n*b*[^1] ![c](/x.png) `d`\n\ne | f\n--|--\ng | h &amp; <\n\n[^1]: i"
    assert to_plain_text(parse(render(text).html)) == "A b c d e f g h & < i"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# a\n\nb ![c](/d.png)", "<p>a</p>\n<p>b c</p>"),
        ("[a](http://b.example){: rel=me }", '<p><a href="http://b.example" rel="nofollow ugc">a</a></p>'),
        ("[a](#b) <b id=c>d</b> $x$", "<p>a <b>d</b> <math><mi>x</mi></math></p>"),
        ("```py\n1\n```", '<pre tabindex="0"><code><span class="m">1</span>\n</code></pre>'),
        ("- a\n\n> b", "<ul>\n<li>a</li>\n</ul>\n<blockquote>\n<p>b</p>\n</blockquote>"),
    ],
)
def test_comment_is_a_subset(text: str, html: str) -> None:
    assert render_comment(text) == html
