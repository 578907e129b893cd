"""A formula in one line of plain text, for programs that drop MathML: “∑_(i = 0)^n x_i”. Pure."""

import html
import re
from collections.abc import Callable
from xml.etree import ElementTree as etree

INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064")  # what stands between a function and its argument, and the like
SPACED = frozenset("=<>≤≥≠≈≡∼≃≅∝∈∉∋⊂⊃⊆⊇→←↔⇒⇐⇔↦+−±∓×÷∧∨∪∩∣")
ACCENTS = {
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "¯": "\u0304",
    "‾": "\u0304",
    "˙": "\u0307",
    "→": "\u20d7",
}
TAG = re.compile(r"<[^>]*>")
ONE = re.compile(r"\d+(\.\d+)?|[^\W_](_\w|\^\w)*")  # a number, or a letter with what is below and above it


def in_one_line(mathml: str) -> str:
    """Return the text of a `<math>` element.

    >>> in_one_line("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><msup><mi>b</mi><mn>2</mn></msup></mfrac></math>")
    '(a + 1)/b^2'
    """
    try:
        element = etree.fromstring(mathml.replace("&nbsp;", "\u00a0"))  # noqa: S314 (sanitised: no declaration is left)
    except etree.ParseError:  # one in another, by an author's hand
        return " ".join(html.unescape(TAG.sub(" ", mathml)).split())
    return " ".join(_text(element).split())


def _text(element: etree.Element) -> str:
    parts = list(map(_text, element))
    if element.tag == "mo":
        return _operator(element.text or "")
    if element.tag in WRITERS:
        return WRITERS[element.tag](parts)
    write = WRITERS_OF_SOME.get((element.tag, len(parts)))
    return write(*parts) if write else _spaced(element.text or "", element.tag) + "".join(parts)


def _operator(sign: str) -> str:
    sign = sign.strip().translate(INVISIBLE)
    return f" {sign} " if sign in SPACED and sign else f"{sign} " if sign == "," else sign


def _spaced(text: str, name: str) -> str:
    """Return a word of letters, such as a function's name, with a blank behind it."""
    return f"{text} " if name == "mi" and len(text) > 1 and text.isalpha() else text


def _power(text: str) -> str:
    return text.strip() if text.strip() in ("′", "″", "‴") else f"^{_one(text)}"


def _one(text: str) -> str:
    """Return a part in parentheses, unless it is one word or a part that its signs hold together."""
    text = text.strip()
    return text if ONE.fullmatch(text) or len(text) == 1 else f"({text})"


WRITERS: dict[str, Callable[[list[str]], str]] = {
    "msqrt": lambda parts: f"√{_one(''.join(parts))}",
    "mtable": "; ".join,
    "mtr": lambda parts: ", ".join(part.strip() for part in parts if part.strip()),
    "mphantom": lambda parts: "",
    "mspace": lambda parts: " ",
}
WRITERS_OF_SOME: dict[tuple[str, int], Callable[..., str]] = {  # by the number of parts, too: authors may write MathML
    ("mfrac", 2): lambda above, below: f"{_one(above)}/{_one(below)}",
    **dict.fromkeys([("msub", 2), ("munder", 2)], lambda base, below: f"{base}_{_one(below)}"),
    ("msup", 2): lambda base, above: base + _power(above),
    ("mover", 2): lambda base, above: base + (ACCENTS.get(above.strip()) or _power(above)),
    **dict.fromkeys([("msubsup", 3), ("munderover", 3)], lambda base, below, above: f"{base}_{_one(below)}{_power(above)} "),
    ("mroot", 2): lambda base, degree: f"{_one(degree)}√{_one(base)}",
}
