"""Formulas: TeX between dollars to MathML by latex2mathml; one that cannot be parsed is left as its source. Pure."""

import html
from xml.etree import ElementTree as etree

from latex2mathml.converter import Converter
from markdown.util import AtomicString

from blog.markdown.allowlist import FORMULA, MATHML

LONGEST = 3_000  # characters


def formula(latex: str, *, block: bool) -> etree.Element:
    """Return a formula as `<math>`, or its source as `<code>` when it cannot be parsed."""
    try:
        math = Converter().convert_to_element(latex, etree.Element("p"))
        return _tidy(math, block=block)
    except Exception:  # latex2mathml raises IndexError, KeyError, RecursionError and a dozen of its own
        return _source(f"$${latex}$$" if block else f"${latex}$")


def _tidy(math: etree.Element, *, block: bool) -> etree.Element:
    """Remove the outermost row and unsupported attributes, and mark text as final. Raise ValueError for unknown elements."""
    if len(math) == 1 and math[0].tag == "mrow":
        math[:] = list(math[0])
    for element in math.iter():
        if element.tag not in MATHML:
            raise ValueError(element.tag)
        element.attrib = {name: value for name, value in element.attrib.items() if name in FORMULA}
        element.text = AtomicString(html.unescape(element.text or ""))
    math.attrib = {"display": "block"} if block else {}
    return math


def _source(text: str) -> etree.Element:
    code = etree.Element("code")
    code.text = AtomicString(text)
    return code
