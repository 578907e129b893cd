"""math-core's MathML without inline styles, ids and links: attributes and classes that the allowlist has. Pure."""

import re
import unicodedata
from xml.etree import ElementTree as etree

from blog.markdown.allowlist import FORMULA, FORMULA_CLASSES, MATHML
from blog.markdown.mathml.tex import PLACEHOLDER

ELEMENTS = MATHML | {"b", "code", "em", "i", "s", "u"}  # `\textbf` and the like put HTML into <mtext>
NOTATIONS = frozenset({"bottom", "box", "downdiagonalstrike", "top", "updiagonalstrike"})  # that the style sheet draws
LINES = ("solid", "dashed")
BAR = "\N{COMBINING LOW LINE}"  # above and below alike; few fonts stretch it
# Browsers put a combining sign to the left of a letter, unless it grows over several.
SIGNS = {
    "\N{COMBINING RIGHT ARROW ABOVE}": ("\N{RIGHTWARDS ARROW}", "70%"),
    "\N{COMBINING THREE DOTS ABOVE}": ("\N{DOT ABOVE}" * 3, "100%"),
}
HAT = "\N{COMBINING CIRCUMFLEX ACCENT}"
EDGES = {"left": "start", "right": "end", "top": "top"}  # a formula is written from left to right on every page
CLASSES = {
    **{f"border-{side}: 0.05em {line} currentcolor": f"{line}-{edge}" for side, edge in EDGES.items() for line in LINES},
    **{f"padding-{side}: 0": f"tight-{edge}" for side, edge in EDGES.items()},
    "margin-left:-0.16666667em": "back",
    "padding-left:1em": "apart",
    "text-align: left": "start",
    "text-align: right": "end",
    "width: 100%": "full",
    "width: 50%": "half",
    "width: 7.5%": "indent",
}
COLOR = re.compile(r"color:(#\w{6})")
WITHOUT_EFFECT = re.compile(r"justify-items: \w+|math-shift:compact|padding-bottom: 0|padding-top: 0\.1667em|width:[\d.]+em|")
PADDING = re.compile(r"(?:padding-left:([\d.]+)(?:em)?;)?(?:padding-right:([\d.]+)(?:em)?;)?")


def parse(mathml: str, operators: list[etree.Element]) -> etree.Element:
    """Return a formula's tree, with its operators in their places. Raise ValueError for what browsers would not show."""
    math = etree.fromstring(mathml.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}"))  # noqa: S314 (math-core wrote it)
    for element in list(math.iter()):
        _insert(element, operators)
        _accent(element)
        _stretch(element)
        _enclose(element)
        _space(element)
        _level(element)
    for element in math.iter():
        _style(element)
    for table in math.iter("mtable"):
        _end(table)
    return math


def _insert(element: etree.Element, operators: list[etree.Element]) -> None:
    """Turn the placeholder of an operator into what the operator holds."""
    name = element.text or ""
    if len(name) == 1 and 0 <= (place := ord(name) - PLACEHOLDER) < len(operators):
        element.tag, element.text, element.attrib = "mrow", None, {}
        element[:] = list(operators[place])


def _accent(element: etree.Element) -> None:
    """Turn lines into borders, and combining signs above a letter into others. Raise ValueError for what stands wrong."""
    if element.tag not in ("mover", "munder") or element[1].tag != "mo" or not (sign := element[1].text):
        return
    if sign == BAR:
        element.tag, element.attrib = "menclose", {"notation": "top" if element.tag == "mover" else "bottom"}
        element.remove(element[1])
    elif sign in SIGNS:
        element[1].text, size = SIGNS[sign]
        element[1].attrib = {"stretchy": "false", "mathsize": size}
    elif sign == HAT:
        element[1].text = HAT if element[0].tag == "mrow" else "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}"
    elif unicodedata.combining(sign[0]) or (sign == "~" and element[0].tag == "mrow"):  # a tilde does not grow
        raise ValueError(sign)


def _stretch(element: etree.Element) -> None:
    """Put a row round a bracket with scripts: Chromium keeps it at its own height otherwise."""
    if element.tag in ("msub", "msup", "msubsup") and "minsize" in element[0].attrib:
        _surround(element[0], "mrow")


def _enclose(element: etree.Element) -> None:
    """Keep the notation alone: math-core's empty rows are there for a style sheet of its own."""
    if element.tag == "menclose":
        if not NOTATIONS.issuperset(element.get("notation", "").split()):
            raise ValueError(element.get("notation"))
        element[:] = [child for child in element if "class" not in child.attrib]


def _space(element: etree.Element) -> None:
    """Put spaces beside an element instead of its padding."""
    if element.tag == "mpadded" and (padding := PADDING.fullmatch(element.get("style", ""))):
        left, right = (etree.Element("mspace", {"width": f"{width}em"}) for width in padding.groups("0"))
        inner = _surround(element, "mrow")
        inner.attrib.pop("style", None)
        element[:] = [left, inner, right]


def _level(element: etree.Element) -> None:
    """Give style and size to an element for it: MathML Core alone lets others have these attributes, but a table its style."""
    names = ("scriptlevel",) if element.tag == "mtable" else ("displaystyle", "scriptlevel")
    levels = {name: element.attrib.pop(name) for name in names if name in element.attrib}
    if not levels or (element.tag == "mtable" and levels["scriptlevel"] == "0"):
        return
    if element.tag == "mrow":
        element.tag = "mstyle"
    else:
        _surround(element, "mstyle")
    element.attrib |= levels


def _surround(element: etree.Element, tag: str) -> etree.Element:
    """Turn an element into another one, in which it stands alone; return it."""
    inner = etree.Element(element.tag, element.attrib)
    inner.text, inner[:] = element.text, list(element)
    element.tag, element.text, element.attrib, element[:] = tag, None, {}, [inner]
    return inner


def _style(element: etree.Element) -> None:
    """Turn inline styles into attributes and classes. Raise ValueError for elements and attributes that are not allowed."""
    attributes = {name: value.replace("rem", "em") for name, value in element.items()}
    classes = attributes.get("class", "").split()
    for declaration in attributes.pop("style", "").split(";"):
        if declaration in CLASSES:
            classes.append(CLASSES[declaration])
        elif color := COLOR.fullmatch(declaration):
            attributes["mathcolor"] = color[1]
        elif not WITHOUT_EFFECT.fullmatch(declaration):
            raise ValueError(declaration)
    if classes:
        attributes["class"] = " ".join(classes)
    if element.tag not in ELEMENTS or not FORMULA.issuperset(attributes) or not FORMULA_CLASSES.issuperset(classes):
        raise ValueError(element.tag, attributes)
    element.attrib = attributes


def _end(table: etree.Element) -> None:
    """Remove the empty row after a last line break; a line above it becomes the last row's."""
    if len(table) > 1 and len(table[-1]) == 1 and not len(table[-1][0]):
        line = [name for name in table[-1][0].get("class", "").split() if name.endswith("-top")]
        table.remove(table[-1])
        if line:
            table.set("class", f"{table.get('class', '')} {line[0].replace('-top', '-bottom')}".strip())
