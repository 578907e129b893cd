"""Words, times, levels and columns: the pure parts of rendering, each on its own."""

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from blog.markdown.fragment_ids import FragmentIds, slug
from blog.markdown.plain_text import EXCERPT_LENGTH, excerpt, reading_minutes, truncate
from blog.markdown.tokens import depth, parse, write


@pytest.mark.parametrize(
    "module",
    ["embeds", "fragment_ids", "mathml.tex", "plain_text", "syntax.attribute_lists", "syntax.code", "syntax.raw_html"],
)
def test_examples_in_docstrings(module: str) -> None:
    results = doctest.testmod(import_module(f"blog.markdown.{module}"))
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("", 0),
        (" — ", 0),
        ("one", 1),
        ("it’s " * 344, 1),
        ("word " * 346, 2),
        ("word " * 2300, 10),
        ("字" * 500, 1),
        ("字" * 5000, 10),
        ("かな" * 250 + "word " * 230, 2),
    ],
)
def test_minutes_to_read(text: str, time: int) -> None:
    assert reading_minutes(text) == time


@given(st.text(max_size=400), st.integers(2, 50))
def test_cut_is_no_longer_than_asked(text: str, length: int) -> None:
    line = " ".join(text.split())
    short = truncate(line, length)
    assert len(short) <= length
    assert short == line or line.startswith(short.removesuffix("…"))


def test_excerpt_is_prose_cut_at_a_word() -> None:
    html = "<h2>No</h2><figure><img alt='no'></figure><p>One &amp; <b>t</b>wo<sup id=\"n-fnref-1\"><a>1</a></sup>"
    assert excerpt(parse(f"{html}.</p><pre>no</pre><table><tr><td>no</td></tr></table>")) == "One & two."
    long = excerpt(parse("<p>" + "word " * 100 + "</p>"))
    assert len(long) == EXCERPT_LENGTH
    assert long.endswith("word word…")


@given(st.lists(st.text(max_size=20), max_size=20))
def test_names_are_given_once(wanted: list[str]) -> None:
    fragment_ids = FragmentIds("n-")
    given_ = [fragment_ids.add(name) for name in wanted]
    assert len(set(given_)) == len(given_)
    assert all(re.fullmatch(r"n-[^\s\"'<>&]+", name) for name in given_)


@given(st.text(max_size=80))
def test_slug_of_a_heading_is_stable(text: str) -> None:
    assert slug(slug(text)) == slug(text) != ""


def test_tokens_write_what_they_read() -> None:
    html = '<p class="a">x &lt; "y"<br><a href="/?a=1&amp;b">z</a><video controls="" src="/v"></video></p>\n'
    assert write(parse(html)) == html
    assert depth(parse(html)) == 2


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_of_code_have_enough_contrast(scheme: int) -> None:
    sheet = (Path(settings.ROOT) / "static" / "site.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#\w{6})", sheet.split("prefers-color-scheme: dark", 1)[scheme]))
    found = {name: contrast(colours[name], colours["wash"]) for name in ("k", "s", "m", "soft", "accent", "red")}
    assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """Give the ratio of two colours' luminance, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
