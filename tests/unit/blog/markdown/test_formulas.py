"""Formulas: what each construct of TeX becomes, what is left as its source, and that nothing else comes out."""

import html
import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from blog.markdown import render, render_comment
from blog.markdown.allowlist import FORMULA_CLASSES
from blog.markdown.attributes import filter_attributes
from blog.markdown.mathml import LONGEST, formula
from blog.markdown.pipeline import CLEANER
from blog.markdown.tokens import parse, write

ROOT = Path(settings.ROOT)
TEMML = ROOT / "tests/support/temml.cjs"
FORMULAS = [line.split(" ", 1) for line in (Path(__file__).parent / "formulas.txt").read_text().splitlines()]

DISPLAYED = {
    "limits of a sum": (
        r"\sum_{i=1}^n i",
        '<munderover><mo lspace="0">∑</mo><mrow><mi>i</mi><mo lspace="0" rspace="0">=</mo><mn>1</mn></mrow><mi>n</mi>'
        "</munderover><mi>i</mi>",
    ),
    "limits of a product": (r"\prod_k", '<munder><mo lspace="0" rspace="0">∏</mo><mi>k</mi></munder>'),
    "limit": (r"\lim_n", "<munder><mrow><mspace></mspace><mi>lim</mi></mrow><mi>n</mi></munder>"),
    "maximum": (r"\max_n", "<munder><mrow><mspace></mspace><mi>max</mi></mrow><mi>n</mi></munder>"),
    "operator with limits": (
        r"\operatorname*{argmax}_x",
        "<munder><mrow><mspace></mspace><mi>argmax</mi></mrow><mi>x</mi></munder>",
    ),
    "operator of its own": (
        r"\mathop{\mathrm{tr}}_A",
        "<munder><mrow><mspace></mspace><mrow><mrow><mspace></mspace><mi>tr</mi></mrow></mrow></mrow><mi>A</mi></munder>",
    ),
    "operator with scripts beside it": (
        r"\mathop{\mathbb{E}}\nolimits_x",
        "<msub><mrow><mspace></mspace><mrow><mi>𝔼</mi></mrow></mrow><mi>x</mi></msub>",
    ),
    "aligned": (
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        '<mtable displaystyle="true">'
        '<mtr><mtd class="end tight-end"><mi>a</mi></mtd><mtd class="start tight-start"><mo>=</mo><mi>b</mi></mtd></mtr>'
        '<mtr><mtd class="end tight-end"></mtd><mtd class="start tight-start"><mo>=</mo><mi>c</mi></mtd></mtr></mtable>',
    ),
    "gather": (
        r"\begin{gather} a \\[2pt] b \label{b} \end{gather}",
        '<mtable displaystyle="true"><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>',
    ),
    "lines without an environment": (
        r"a \\ b",
        '<mtable displaystyle="true"><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>',
    ),
    "equation": (r"\begin{equation} a \end{equation}", "<mi>a</mi>"),
    "number": (
        r"a \tag{7}",
        '<mtable displaystyle="true" class="full"><mtr><mtd class="half"></mtd><mtd><mi>a</mi></mtd>'
        '<mtd class="half end"><mtext>(7)</mtext></mtd></mtr></mtable>',
    ),
    "array": (
        r"\begin{array}{c|c} a & b \\ \hline c & d \\ \hline \end{array}",
        '<mtable displaystyle="false" class="solid-bottom">'
        '<mtr><mtd class="solid-end"><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>'
        '<mtr><mtd class="solid-top solid-end"><mi>c</mi></mtd><mtd class="solid-top"><mi>d</mi></mtd></mtr></mtable>',
    ),
    "cases": (
        r"\begin{cases} 1 & \text{if $x$} \end{cases}",
        '<mrow><mo>{</mo><mtable displaystyle="false"><mtr><mtd class="start tight-end"><mn>1</mn></mtd>'
        '<mtd class="start tight-end apart"><mrow><mtext>if\xa0</mtext><mstyle displaystyle="false" scriptlevel="0"><mi>x</mi>'
        "</mstyle></mrow></mtd></mtr></mtable><mo>\N{INVISIBLE SEPARATOR}</mo></mrow>",
    ),
    "formulas in a text": (
        r"\text{so $\alpha$, \(x\)}",
        '<mrow><mtext>so\xa0</mtext><mstyle displaystyle="false" scriptlevel="0"><mi>α</mi></mstyle>'
        '<mtext>,\xa0</mtext><mstyle displaystyle="false" scriptlevel="0"><mi>x</mi></mstyle></mrow>',
    ),
    "box": (r"\boxed{x}", '<menclose notation="box"><mi>x</mi></menclose>'),
    "strokes": (
        r"\cancel{x} \bcancel{x} \xcancel{x}",
        '<menclose notation="updiagonalstrike"><mi>x</mi></menclose>'
        '<menclose notation="downdiagonalstrike"><mi>x</mi></menclose>'
        '<menclose notation="updiagonalstrike downdiagonalstrike"><mi>x</mi></menclose>',
    ),
    "lines": (
        r"\overline{x} \underline{y}",
        '<menclose notation="top"><mi>x</mi></menclose><menclose notation="bottom"><mi>y</mi></menclose>',
    ),
    "accents": (
        r"\vec{v} \widehat{x}",
        '<mover accent="true"><mi>v</mi><mo stretchy="false" mathsize="70%">→</mo></mover>'
        '<mover accent="true"><mi>x</mi><mo stretchy="true">ˆ</mo></mover>',
    ),
    "bold Greek": (r"\boldsymbol{\alpha} \boldsymbol\beta \mathbf{\Gamma}", "<mi>𝜶</mi><mi>𝜷</mi><mi>𝚪</mi>"),
    "script letters": (r"\mathscr{L}", "<mrow><mspace></mspace><mi>ℒ\N{VARIATION SELECTOR-2}</mi></mrow>"),
    "Fraktur": (r"\mathfrak{I} \mathfrak H", "<mi>ℑ</mi><mi>ℌ</mi>"),
    "negations": (r"\not= \not\in", '<mo lspace="0" rspace="0">≠</mo><mo lspace="0" rspace="0">∉</mo>'),
    "bracket with a script": (
        r"\bigr)^2",
        '<msup><mrow><mo minsize="1.2em" maxsize="1.2em">)</mo></mrow><mn>2</mn></msup>',
    ),
    "relation of its own": (
        r"a \mathrel{R} b",
        '<mi>a</mi><mrow><mspace width="0.2778em"></mspace><mpadded><mi>R</mi></mpadded><mspace width="0.2778em"></mspace>'
        "</mrow><mi>b</mi>",
    ),
    "space taken back": (r"a \! b", '<mi>a</mi><mspace class="back"></mspace><mi>b</mi>'),
    "colour": (r"\color{red} x", '<mrow mathcolor="#FF0000"><mi>x</mi></mrow>'),
    "macro that is there": (r"\newcommand{\R}{Q} \R", "<mi>Q</mi>"),
    "macro with an argument": (r"\newcommand*\half[1]{\frac{#1}{2}} \half{x}", "<mfrac><mi>x</mi><mn>2</mn></mfrac>"),
    "comment": ("a % b\n", "<mi>a</mi>"),
}

LEFT_AS_SOURCE = {
    "command unknown": r"\unknown{x}",
    "environment unknown": r"\begin{CD} A @>a>> B \end{CD}",
    "brace not closed": r"\frac{1}{",
    "dollar not closed": r"\text{if $x}",
    "operator without braces": r"\mathop\mathrm{tr}_x",
    "reference": r"\text{by }\eqref{a}",
    "link": r"\href{javascript:alert(1)}{x}",
    "picture": r"\includegraphics{x}",
    "style": r"\style{color:red}{x}",
    "accent that browsers misplace": r"\ddddot{x}",
    "tilde over several letters": r"\widetilde{abc}",
    "notation that Chromium does not draw": r"\phase{x}",
    "space that the policy forbids": r"\hspace{-1em} x",
    "column marks without a table": "a & b",
    "sign that XML has not": "a \x01 b",
    "too long": "x" * (LONGEST + 1),
    "macro without end": r"\def\a{\a\a}\a",
}


@pytest.mark.parametrize(("source", "mathml"), DISPLAYED.values(), ids=DISPLAYED)
def test_formula_on_lines_of_its_own(source: str, mathml: str) -> None:
    assert formula(source, display=True) == f'<math display="block">{mathml}</math>'


@pytest.mark.parametrize("source", [r"\lim_n", r"\max_n", r"\operatorname*{tr}_n", r"\mathop{\mathrm{tr}}_n"])
def test_operators_in_a_line_have_limits_beside_them(source: str) -> None:
    assert re.findall("<(msub|munder)>", formula(source, display=False)) == ["msub"]


@pytest.mark.parametrize("source", LEFT_AS_SOURCE.values(), ids=LEFT_AS_SOURCE)
def test_what_cannot_be_shown_is_left_as_source(source: str) -> None:
    assert html.unescape(formula(source, display=False)) == f"<code>${source}$</code>"
    assert html.unescape(formula(source, display=True)) == f"<code>$${source}$$</code>"


@given(st.lists(st.sampled_from(sorted({part for _, source in FORMULAS for part in re.findall(r"\\\w+|\W|\w", source)}))))
def test_nothing_is_written_that_the_allowlist_lacks(parts: list[str]) -> None:
    written = formula("".join(parts), display=True)
    assert write(filter_attributes(parse(CLEANER.clean(written)))) == written


def test_formulas_of_posts_and_comments_are_the_same() -> None:
    source = r"$\begin{array}{c|c} a & b \\ \hline c & d \end{array}$"
    assert render(source).html == f"<p>{formula(source[1:-1], display=False)}</p>"
    assert render_comment(source) == render(source).html


def test_classes_are_those_of_the_style_sheet() -> None:
    sheet = (ROOT / "static/formulas.css").read_text()
    assert {name for name in FORMULA_CLASSES if f".{name} " not in sheet} == set()


def test_classes_of_authors_are_not_kept() -> None:
    assert render('<math class="wide"><mi class="start">x</mi></math>').html == '<p><math><mi class="start">x</mi></math></p>'


def test_hundred_formulas_have_the_signs_that_temml_writes() -> None:
    """What another converter reads, too: no sign is missing, added or elsewhere."""
    expected = temml(FORMULAS)
    found = {source: formula(source, display=mode == "display") for mode, source in FORMULAS}
    assert [source for source, mathml in found.items() if not mathml.startswith("<math")] == []
    assert {source: signs(mathml) for source, mathml in found.items() if expected[source]} == {
        source: signs(mathml) for source, mathml in expected.items() if mathml
    }


def temml(formulas: list[list[str]]) -> dict[str, str | None]:
    """Return each formula's MathML by Temml; None where Temml cannot read it."""
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules/temml").exists():
        pytest.skip("Temml is not installed: npm ci")
    given = json.dumps([[source, mode == "display"] for mode, source in formulas])
    done = subprocess.run([node, TEMML], input=given, capture_output=True, text=True, check=True)
    return dict(zip([source for _, source in formulas], json.loads(done.stdout), strict=True))


# What the two write in different ways: bars, strokes, squares; accents, arrows, dots and what is not seen do not count.
ALIKE = str.maketrans("∣∗◻﹨∅", "|*□\\⌀", "→˙.…⋯·ˆ^~˜ˉ¯_‾\u2061\u2062\u2063\u2064\ufe00\ufe01\ufe0e")


def signs(mathml: str) -> str:
    """Return a formula's characters in their order."""
    shown = html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", mathml))
    plain = unicodedata.normalize("NFKD", shown)
    return "".join(sign for sign in plain.translate(ALIKE) if not unicodedata.combining(sign) and not sign.isspace())


def test_ordinal_may_follow_a_formula() -> None:
    html = render("the $i$th and $2n$nd of $x$s").html
    assert re.sub("<math.*?</math>", "…", html, flags=re.DOTALL) == "<p>the …th and …nd of $x$s</p>"
