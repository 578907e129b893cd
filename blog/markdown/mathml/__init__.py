"""Formulas: TeX to MathML Core by math-core. What it cannot read, or browsers would not show, is left as its source. Pure.

`formula` is what to call. `tex` spells a formula as math-core reads it, `tree` its MathML as the style sheet and the
allowlist take it: without inline styles, which the site's policy forbids.
"""

from xml.etree import ElementTree as etree

from math_core import LatexError, LatexToMathML

from blog.markdown.mathml.tex import MACROS, rewrite
from blog.markdown.mathml.tree import parse

LONGEST = 3_000  # characters
CONVERTER = LatexToMathML(macros=MACROS, fancy_error=False, allow_unreliable_rendering=True)


def formula(source: str, *, display: bool) -> str:
    """Return a formula as `<math>`, or its source between dollars as `<code>`."""
    try:
        element = _convert(source, display=display)
    except (LatexError, etree.ParseError, ValueError, RecursionError):
        element = etree.Element("code")
        element.text = f"$${source}$$" if display else f"${source}$"
    return etree.tostring(element, "unicode", short_empty_elements=False)


def _convert(source: str, *, display: bool) -> etree.Element:
    """Return a formula's `<math>`. Raise LatexError or ValueError where it cannot be read or shown."""
    if len(source) > LONGEST:
        raise ValueError("too long")
    text, operators = rewrite(source, display=display)
    mathml = CONVERTER.convert_with_local_state(text, displaystyle=display)
    return parse(mathml, [_convert(operator, display=display) for operator in operators])
