"""What a site may switch: typographic signs, emoji codes, headings that link to themselves."""

import pytest

from blog.markdown import RenderOptions, quotes_of, render

ENGLISH, GERMAN = quotes_of("en-gb"), quotes_of("de-at")
TEXT = """"It's" -- he said... 'so' --- `"--"` \\"x\\" ---- .... <!-- -- --> https://a.example/a--b :smile:"""


def test_signs_stay_as_they_are_written() -> None:
    assert render("\"a\" -- 'b'... :smile:").html == "<p>\"a\" -- 'b'... :smile:</p>"


def test_typographic_signs_but_not_in_code_and_addresses() -> None:
    assert render(TEXT, options=RenderOptions(ENGLISH)).html == (
        '<p>“It’s” – he said… ‘so’ — <code>"--"</code> "x" ---- ....  '
        '<a href="https://a.example/a--b">https://a.example/a--b</a> :smile:</p>'
    )


def test_quotation_marks_are_those_of_the_language() -> None:
    assert render("\"a 'b'\"", options=RenderOptions(GERMAN)).html == "<p>„a ‚b‘“</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (":smile: :+1: :tada:", "<p>😄 👍 🎉</p>"),
        (":no-such-code: 10:30:45 `:smile:`", "<p>:no-such-code: 10:30:45 <code>:smile:</code></p>"),
    ],
)
def test_emoji_codes(text: str, html: str) -> None:
    assert render(text, options=RenderOptions(emoji=True)).html == html


def test_headings_without_links_but_for_those_with_an_id() -> None:
    rendered = render("# A\n\n# B {#b}\n\n[c](#b) [d](#a)", options=RenderOptions(heading_links=False))
    assert rendered.html == '<h2>A</h2>\n<h2 id="n-b"><a href="#n-b">B</a></h2>\n<p><a href="#n-b">c</a> d</p>'
    assert rendered.toc == ""


def test_options_of_one_text_are_not_those_of_the_next() -> None:
    assert render('"a"', options=RenderOptions(ENGLISH, emoji=True)).html == "<p>“a”</p>"
    assert render('"a" :tada:').html == '<p>"a" :tada:</p>'


@pytest.mark.parametrize(
    "options", [RenderOptions(), RenderOptions(GERMAN), RenderOptions("", True, False), RenderOptions(ENGLISH, True, False)]
)
def test_code_of_options(options: RenderOptions) -> None:
    assert RenderOptions.of(options.code) == options
    assert len(options.code) <= 6
