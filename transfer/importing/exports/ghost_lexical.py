"""Ghost's Lexical, in which it keeps texts since release 5, as HTML: for posts whose export has no HTML."""

import html
import json
from typing import Any

from transfer.importing.exports.json_file import dicts, text

MAX_DEPTH = 50  # nodes within each other
MARKS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"))  # bits of `format`
BLOCKS = {"paragraph": "p", "quote": "blockquote", "extended-quote": "blockquote", "aside": "blockquote", "listitem": "li"}
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def lexical_to_html(lexical: str) -> str:
    """Return the HTML of a text; "" where it cannot be read."""
    try:
        document = json.loads(lexical) if lexical else None
    except (ValueError, RecursionError):
        return ""
    root = document.get("root") if isinstance(document, dict) else None
    return _children(root, 0) if isinstance(root, dict) else ""


def _children(node: dict[str, Any], depth: int) -> str:
    return "".join(_html(child, depth + 1) for child in dicts(node.get("children"))) if depth < MAX_DEPTH else ""


def _html(node: dict[str, Any], depth: int) -> str:
    kind, tag = text(node.get("type")), text(node.get("tag"))
    if kind in ("text", "extended-text"):
        return _marked(node)
    if kind == "linebreak":
        return "<br>"
    if kind == "horizontalrule":
        return "<hr>"
    if kind == "link":
        return f'<a href="{_value(node, "url")}">{_children(node, depth)}</a>'
    if kind == "list":
        name = "ol" if tag == "ol" else "ul"
    elif kind in ("heading", "extended-heading"):
        name = tag if tag in HEADINGS else "h2"
    else:
        name = BLOCKS.get(kind, "")
    return f"<{name}>{_children(node, depth)}</{name}>" if name else _card(node, kind, depth)


def _marked(node: dict[str, Any]) -> str:
    words, marks = html.escape(text(node.get("text")), quote=False), node.get("format")
    bits = marks if isinstance(marks, int) else 0
    for bit, name in MARKS:
        words = f"<{name}>{words}</{name}>" if bits & bit else words
    return words


def _card(node: dict[str, Any], kind: str, depth: int) -> str:
    """Return what a card shows; of one that is not known, the text within it, and its address as a link."""
    caption = text(node.get("caption"))
    if kind == "image":
        figure = f'<img src="{_value(node, "src")}" alt="{_value(node, "alt")}">'
        return f"<figure>{figure}<figcaption>{caption}</figcaption></figure>"
    if kind == "gallery":
        return "".join(_card(image, "image", depth) for image in dicts(node.get("images")))
    if kind == "codeblock":
        return f'<pre><code class="language-{_value(node, "language")}">{_value(node, "code")}</code></pre>'
    if kind == "html":
        return text(node.get("html"))
    address = _value(node, "url") or _value(node, "src")
    link = f'<p><a href="{address}">{_value(node, "title") or address}</a></p>' if address else ""
    inner = text(node.get("calloutText")) or text(node.get("content"))
    return link + (f"<p>{inner}</p>" if inner else "") + _children(node, depth)


def _value(node: dict[str, Any], name: str) -> str:
    return html.escape(text(node.get(name)))
