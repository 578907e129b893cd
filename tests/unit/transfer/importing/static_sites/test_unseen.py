from collections import Counter
from pathlib import Path

import pytest

from tests.support.importing import read
from transfer.importing.report import ImportReport
from transfer.importing.static_sites.unseen import without_unseen


@pytest.mark.parametrize(
    ("text", "left", "dropped"),
    [
        ("a\n\n<script>\nx\n\ny\n</script>\n\nb", "a\n\n\n\nb", {"<script>": 1}),
        ("a <SCRIPT src='x.js'></SCRIPT > b<style>p{}</style>", "a  b", {"<script>": 1, "<style>": 1}),
        ("a <!-- b --> c\n\n<!--\nd\n\ne -->\nf", "a  c\n\n\nf", {"comment": 2}),
        ("a\n<!--more-->\nb <!-- more -->", "a\n<!--more-->\nb <!-- more -->", {}),
        ("<!-- {% include ad.html %} -->", "", {"comment": 1}),
        ('<link rel="stylesheet" href="/x.css"> a <meta name="b"> <noscript>c</noscript>', " a  c",
         {"<link>": 1, "<meta>": 1, "<noscript>": 2}),
        ("<div>\n\n    <script>x</script>\n</div>", "<div>\n\n    \n</div>", {"<script>": 1}),
        ("- a\n\n<!-- b -->\n\n- c\n<!-- d\n\ne -->\n1. f", "- a\n\n<!-- -->\n\n- c\n<!-- -->\n1. f", {"comment": 2}),
        ("- a <!-- b -->\n- c", "- a \n- c", {"comment": 1}),
        ('<p><progress value="7" max="34"></progress> <button onclick="x()">Show</button> <input type="text"> </button></p>',
         "<p>7/34 Show  </button></p>", {"<progress>": 1, "<button>": 1, "<input>": 1}),
        ("A <button> and </progress>", "A <button> and </progress>", {}),
        # what a script shows
        ('<script src="https://gist.github.com/a/0b.js"></script>', "[Gist a/0b](https://gist.github.com/a/0b)", {}),
        ('<div><script src="//gist.github.com/7.js?file=a.py"></script></div>',
         '<div><a href="https://gist.github.com/7">Gist 7</a></div>', {}),
        ('<script type="math/tex; mode=display">x^2</script> <script type="math/tex">y</script>', "$$x^2$$ $y$", {}),
    ],
)  # fmt: skip
def test_what_readers_never_saw_is_dropped_and_counted(text: str, left: str, dropped: dict[str, int]) -> None:
    assert without_unseen(text) == (left, dropped)


@pytest.mark.parametrize(
    "text",
    [
        "```html\n<script>x</script>\n<!-- y -->\n```",
        "- a\n\n  ~~~\n  <style>x</style>\n  ~~~",
        "    <script>x</script>\n",
        "\t<!-- x -->",
        "`<script>x</script>` and ``a ` <!-- b -->``",
        "<pre><code>&lt;a&gt;<!-- x --></code></pre>",
        "{% highlight html %}\n<script>x</script>\n{% endhighlight %}",
        '{{< highlight html "linenos=true" >}}\n<script>x</script>\n{{< /highlight >}}',
        "<script> that is never closed",
        "<!-- never closed",
        "The <scripted> <styles>",
        "```\n<script>x</script>",
    ],
)
def test_code_and_what_is_never_closed_is_kept(text: str) -> None:
    assert without_unseen(text) == (text, {})


@pytest.mark.parametrize("text", ["<script>", "<!--", "`", "`` ` ", "<pre>", "{% code %}", "<style>`", "<!-- `\n"])
def test_hostile_texts_take_no_quadratic_time(text: str) -> None:
    """With quadratic time each of these would take a minute."""
    without_unseen(text * 20_000)


def test_post_without_scripts_keeps_its_summary(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ntitle: T\n---\nFirst.<script>x</script>\n<!--more-->\nRest.")
    assert (post.summary, post.body, post.dropped) == ("First.", "First.\n<!--more-->\nRest.", {"<script>": 1})


def test_report_counts_what_was_left_out() -> None:
    report = ImportReport(dropped=Counter({"<script>": 12, "comment": 3}))
    assert "Left out of texts: <script> 12, comment 3." in report.text()
