"""Filter attributes by an allowlist: classes that the style sheet has, values of the right form. Pure."""

import re

from blog.markdown.allowlist import ADDRESS, FORMULA, FORMULA_CLASSES, MATHML
from blog.markdown.tokens import Tag, Token

SIDES = {
    side: kept
    for kept, sides in {
        "left": "left align-left alignleft float-left pull-left",
        "right": "right align-right alignright float-right pull-right right-aligned",
        "center": "center align-center aligncenter image-center",
        "full": "full full-width",
    }.items()
    for side in sides.split()
}
ALIGNMENT = {side: kept for side, kept in SIDES.items() if kept in ("right", "center")}
ALERT_TITLE = "alert-title"
ALERTS = {
    name: f"alert-{kind}"
    for kind, names in {
        "note": "note info",
        "tip": "tip hint",
        "important": "important",
        "warning": "warning",
        "caution": "caution danger",
    }.items()
    for name in names.split()
}
CLASSES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("img", "figure"), SIDES),
    **dict.fromkeys(("td", "th"), ALIGNMENT),
    **dict.fromkeys(("ol", "ul"), dict.fromkeys(("contains-task-list", "task-list", "tasks"), "tasks")),
    "blockquote": ALERTS,
    "div": {
        **ALIGNMENT,
        **ALERTS,
        **{f"markdown-alert-{name}": kind for name, kind in ALERTS.items()},  # of GFM's `> [!NOTE]`
        "footnote": "footnote",
        "wide": "wide",
    },
    "p": {**ALIGNMENT, **ALERTS, "markdown-alert-title": ALERT_TITLE},
    "span": {"box": "box", "filename": "filename", "hll": "hll"},
}
# Of Pygments' classes only those that the sheet colours, by their first letters.
CODE = re.compile(r"(k|s|c|m|gi|gd|gh|gu|n[fcdne]|nb|bp|n[ta])[a-z]?\d?")
FAMILIES = {"gi": "i", "gd": "d", "gh": "k", "gu": "k", "nb": "b", "bp": "b", "nt": "k", "na": "b"}

NUMBER, SPAN = r"\d{1,5}", r"\d{1,3}"
VALUES = {
    name: re.compile(value)
    for name, value in {
        "colspan": SPAN,
        "datetime": r"[\dTPZ:.+\- WYMDHS]{1,40}",
        "dir": "ltr|rtl|auto",
        "height": NUMBER,
        "lang": r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}",
        "preload": "none|metadata",
        "rowspan": SPAN,
        "scope": "row|col|rowgroup|colgroup",
        "start": r"-?\d{1,6}",
        "type": "[1aAiI]",
        "value": r"-?\d{1,6}",
        "width": NUMBER,
    }.items()
} | {"href": ADDRESS, "poster": ADDRESS, "src": ADDRESS}
RELATIONS = frozenset("author bookmark license me nofollow noopener noreferrer sponsored ugc".split())
GENERATED = ("align", "aria-label", "loading", "role", "tabindex")  # set by the renderer, never by authors
WRAPPERS = frozenset({"a", "span"})  # removed when no attribute is left


def filter_attributes(tokens: list[Token]) -> list[Token]:
    """Filter every tag's attributes; remove wrappers (`a`, `span`) left without attributes."""
    kept: list[Token] = []
    dropped: list[bool] = []  # for each open wrapper
    for token in tokens:
        if isinstance(token, Tag) and token.name in ("a", "span", "div"):
            if not token.closing:
                dropped.append(_is_empty_wrapper(token))
            if dropped.pop() if token.closing else dropped[-1]:
                continue
        elif isinstance(token, Tag) and not token.closing and token.attributes:
            _filter(token)
        kept.append(token)
    return kept


def _is_empty_wrapper(tag: Tag) -> bool:
    if tag.attributes.get("class") == "highlight":
        return True  # around a block of code
    _filter(tag)
    return not tag.attributes and tag.name in WRAPPERS


def _filter(tag: Tag) -> None:
    given = tag.attributes
    tag.attributes = {name: value for name, value in given.items() if _is_allowed(tag, name, value)}
    if kept := _mapped_class(tag.name, f"{given.get('class', '')} {given.get('align', '')}".split()):
        tag.attributes["class"] = kept
    if "rel" in given:
        relations = " ".join(word for word in given["rel"].lower().split() if word in RELATIONS)
        tag.attributes |= {"rel": relations} if relations else {}


def _is_allowed(tag: Tag, name: str, value: str) -> bool:
    if tag.name in MATHML and name in FORMULA:
        return name != "class" or FORMULA_CLASSES.issuperset(value.split())
    if name in ("class", "rel", *GENERATED):
        return False
    return bool(VALUES[name].fullmatch(value)) if name in VALUES else name != "title" or bool(value)


def _mapped_class(element: str, names: list[str]) -> str:
    known = CLASSES.get(element, {})
    for name in names:
        if name in known:
            return known[name]
        if element == "span" and (match := CODE.fullmatch(name)):
            return FAMILIES.get(match[1], "f" if match[1][0] == "n" else match[1])
    return ""
