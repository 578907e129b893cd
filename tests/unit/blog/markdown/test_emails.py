"""Texts as mail programs show them: without MathML, which Gmail and Outlook tear apart, and as plain text."""

import pytest

from blog.markdown import render
from blog.markdown.emails import email_html, email_text
from blog.markdown.mathml.linear import in_one_line

TEXT = r"""A *first* & last paragraph, see [this](https://a.example/?a=1&b=2) and <https://b.example/>.

## Heading

- one
- two

    with a second paragraph

1. three

```python
def f():
    return 1 < 2
```

> Quoted $a^2$[^1].
>
> > Once more:
> >
> > - one

| a | b |
|---|---|
| 1 | 2 |

![A boat](https://c.example/boat.png)

[^1]: A note.
"""
PLAIN = """A first & last paragraph, see this <https://a.example/?a=1&b=2> and https://b.example/.

Heading

- one

- two

with a second paragraph

1. three

def f():
    return 1 < 2

> Quoted a^2[1].
>
> > Once more:
> >
> > - one

a\tb
1\t2

[A boat]

1. A note."""


def test_email_text_keeps_paragraphs_lists_code_and_addresses() -> None:
    assert email_text(email_html(render(TEXT).html)) == PLAIN


def test_email_html_goes_one_level_down_and_has_no_mathml() -> None:
    html = email_html(render("## Sum\n\nIt is $\\sum_{i=0}^n x_i < 3$.").html)
    assert '<h3 id="n-sum"><a href="#n-sum">Sum</a></h3>' in html
    assert "<code>∑_(i = 0)^n x_i &lt; 3</code>" in html
    assert "<math" not in html


def test_sound_and_film_become_links() -> None:
    html = email_html('<p><video src="https://a.example/x/boat.mp4?v=1" controls="">no</video></p><audio controls=""></audio>')
    assert html == '<p><a href="https://a.example/x/boat.mp4?v=1">boat.mp4</a></p>'


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"\sqrt{x^2+1}", "√(x^2 + 1)"),
        (r"\sqrt[3]{8}", "3√8"),
        (r"e^{i\pi} + 1 = 0", "e^(iπ) + 1 = 0"),
        (r"f'(x) \le \sin x", "f′(x) ≤ sin x"),
        (r"\hat{x} \in \mathbb{R}^n", "x̂ ∈ ℝ^n"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(a, b; c, d)"),
        (r"\int_0^1 f(x)\,dx", "∫_0^1 f(x) dx"),
        (r"\text{if } x > 0", "if x > 0"),
    ],
)
def test_formula_in_one_line(tex: str, line: str) -> None:
    html = render(f"${tex}$").html
    assert in_one_line(html[html.index("<math") : html.index("</math>") + 7]) == line
