"""No word of a text is lost: what looks like a tag and is none of the list is shown as it is written."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.markdown import render
from blog.markdown.limits import RenderError
from blog.markdown.pipeline import to_html
from blog.markdown.postprocessing import postprocess
from blog.markdown.syntax import parser

WORDS = (
    "T path set title script style svg template textarea int String K,V object embed param form input button select option "
    "iframe frame frameset noframes noembed plaintext xmp listing head body base link meta canvas dialog slot portal applet "
    "math-field my-element file.txt name/host your-name here section header footer main article nav aside font center big "
    "source track picture map area output progress meter label fieldset legend datalist keygen marquee blink"
).split()


def shown(text: str) -> str:
    """Return what a reader sees of a text, white space aside."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", render(text).html)).split())


@pytest.mark.parametrize("word", WORDS)
def test_word_in_angle_brackets_is_shown(word: str) -> None:
    line = f"Use vector<{word}> here. Next."
    assert shown(line) == line
    line = f"<{word}> begins a line, and ends it <{word}>"
    assert shown(f"Before.\n\n{line}\n\nAfter.") == f"Before. {line} After."


@pytest.mark.parametrize(
    "text",
    [
        "<!-- not closed\n\nNext.",
        "<![CDATA[ not closed\n\nNext.",
        "<?php not closed\n\nNext.",
        "<script>\nnot closed\n\nNext.",
        'a <b c="d> e',
        "a < b <c d",
        "<!DOCTYPE html>",
        "if (a<b && c>d) x();",
        "[x]{y} {z} {: %} { .a b }",
        "[^1] without a definition",
        "\\(see there\\) \\[citation needed\\] $5 and $6",
    ],
)
def test_text_is_shown(text: str) -> None:
    visible = text.replace("\\(", "(").replace("\\)", ")").replace("\\[", "[").replace("\\]", "]")
    assert shown(text) == " ".join(visible.split())


def test_script_is_shown_with_its_content_as_code() -> None:
    text = "Before.\n\n<script>\nif (a<b) *x*();\n\ny();\n</script>\n\n*After*."
    assert render(text).html == (
        '<p>Before.</p>\n<pre tabindex="0"><code>&lt;script&gt;\nif (a&lt;b) *x*();\n\ny();\n&lt;/script&gt;\n</code></pre>\n'
        "<p><em>After</em>.</p>"
    )
    assert render(text).unlisted == ("script",)


def test_loader_of_an_embed_is_left_out() -> None:
    text = '<blockquote>A</blockquote>\n<script async src="https://a.example/w.js" charset="utf-8"></script>\n\nB'
    assert render(text).html.split() == ["<blockquote>A</blockquote>", "<p>B</p>"]
    assert shown('A <script src="/x.js" data-of="pre>code"></script>B') == "A B"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<section>\n\n*a*\n\n</section>", "<p><em>a</em></p>"),
        ('<font color="red">a</font>', "<p>a</p>"),
        ('<picture><source srcset="/a.avif"><img src="/a.png" alt="b"></picture>', '<img alt="b" src="/a.png" loading="lazy">'),
        ("<center>\na\n</center>", "a"),
    ],
)
def test_container_shows_what_it_contains(text: str, html: str) -> None:
    assert render(text).html.removeprefix("<p>").removesuffix("</p>") == html.removeprefix("<p>").removesuffix("</p>")
    assert render(text).unlisted == ()


def test_comment_is_not_shown() -> None:
    assert render("a <!-- b\nc --> d\n\n<!--more-->\n\ne").html == "<p>a  d</p>\n\n<p>e</p>"


def test_deep_nesting_is_refused_rather_than_cut() -> None:
    assert shown("> " * 90 + "end") == "end"


def test_footnote_that_nothing_refers_to_is_shown() -> None:
    assert shown("A[^1].\n\n[^1]: One.\n[^2]: Two.") == "A1. One.\N{NO-BREAK SPACE}↩︎ Two.".replace("\N{NO-BREAK SPACE}", " ")


def test_footnotes_with_one_label_are_all_shown_and_the_first_is_referred_to() -> None:
    assert shown("A[^1].\n\n[^1]: One.\n[^1]: Two.\n[^1-2]: Three.") == "A1. One. ↩︎ Three. Two."


def test_footnote_in_a_footnote_is_shown_behind_it() -> None:
    assert shown("A[^1] B[^2].\n\n[^1]: One.\n\n    [^2]: Two.\n\n    More.") == "A1 B2. One. More. ↩︎ Two. ↩︎"


def test_tag_of_a_formula_is_shown_outside_of_one() -> None:
    assert shown("<mi>x</mi> <math>y <b>z</b>") == "<mi>x</mi> <math>y z"
    assert render("a <math><mi>x</mi></math>").html == "<p>a <math><mi>x</mi></math></p>"


# Each W becomes a word of its own; none stands behind a fence, where it would name a language. Not among these is what
# docs/markdown.md names as left out.
FRAGMENTS = (
    r"""W · W\ ·     W · ⇥W · > W · > [!NOTE]⏎> W · :::note W⏎ · :::tip⏎W · ::: ·
- W · * W⏎⏎  W · 1. W · 2) W · - [ ] W · --- · *** · === · # W ·
## W ## · W⏎=== · W⏎--- · #W · `W` · ``W · ```js⏎W⏎```⏎ · ```⏎ · ~~~⏎W⏎~~~⏎ · *W* · **W · _W_ · ~~W~~ · [W](/u) ·
[W] · [W][W] · [W]( · ![W](/p.png) · ![W](/p.png "W") · [[W]] · https://a.example/W · W@a.example ·
<https://a.example/W> · "www.a.example/W" · [^1] · [^2] · [^1]: W · [^2]: W⏎⏎    W ·     [^1]: W · ^[W] · ^[W ·
W⏎: W · : W · | W | W |⏎|---|---|⏎| W |⏎⏎ · W {.a} · {#a} · {W} · {% W %} · {{ W }} · ␣W · ␁W · W · $W$ · $W ·
$$W$$ · $$⏎W⏎$$ · $$ · \(W\) · \[W\] · \begin{align}W\end{align} · \begin{align} · \W · &amp;W · &W; · <b>W</b> ·
<b> · </b> · <i · <W> · </W> · <foo>W</foo> · <div> · </div> · <div>W · <div markdown=1>W · <p> · </p> ·
<details> · <summary>W · </details> · <table> · <tr><td>W · </table> · <caption>W · <a> · <a href=/x>W · </a> ·
<pre> · </pre> · <code> · </code> · <script>W</script> · <script> · <style>W · <textarea> · <title>W · <select> ·
<option>W · <svg> · <math> · <mi>W</mi> · <math><mi>W</mi></math> · <mtext>W · <iframe src=/a>W · </iframe> ·
<video>W · </video> · <picture> · <source> · <section> · </section> · <h2>W · <ul> · <li>W · </ul> · <dl> ·
<dt>W · <ruby>W · <rt>W · <th>W · <figure> · <figcaption>W · </figure> · <blockquote> · <hr> · <br> ·
<img src=/a alt="W"> · <?W?> · <!W> · <![CDATA[W]]>""".replace(" ·\n", " · ")
    .replace("⏎", "\n")
    .replace("⇥", "\t")
    .replace("␣", "\ufeff")
    .replace("␁", "\x01")
    .split(" · ")
)
PARSER = parser()


@given(st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(["\n", "\n\n", " "])), max_size=60))
def test_every_word_of_a_random_text_is_shown(fragments: list[tuple[str, str]]) -> None:
    pieces = "".join(map("".join, fragments)).split("W")
    text = "".join(f"{piece}w{number}q" for number, piece in enumerate(pieces))
    try:
        converted = to_html(text, PARSER)
        found = postprocess(converted.html).html
    except (RecursionError, RenderError):
        return  # refused
    attributes = " ".join(re.findall(r'(?:alt|title|href)="([^"]*)"', found))
    seen = set(re.findall(r"w\d+q", f"{re.sub('<[^>]*>', '', found)} {attributes} {' '.join(converted.unlisted)}"))
    assert [number for number in range(len(pieces)) if f"w{number}q" not in seen] == []
