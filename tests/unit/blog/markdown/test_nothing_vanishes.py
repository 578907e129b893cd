"""No word of a text is lost: what looks like a tag and is none of the list is shown as it is written."""

import html
import re

import pytest

from blog.markdown import render

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
