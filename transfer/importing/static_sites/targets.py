"""The targets of links and images in a text: Markdown inline and by reference, wiki links, HTML. Code is left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

IMAGE_SUFFIX = r"\.(?:gif|jpe?g|png|webp|avif|svg)"
LABEL = r"(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\]|\n(?![ \t]*\n))*"
WITH_BLANKS = r"(?:[^()<>\n\"]|\([^()<>\n\"]*\))+?"
TARGET = (  # of the forms <a b.png>, c(1).png, and with blanks that only lenient parsers take
    r"(?:<(?P<{0}pointed>[^<>\n]*)>"
    r"|(?P<{0}bare>(?:[^\s()<>]|\((?:[^\s()]|\([^\s()]*\))*\))++)(?=\s*\)|\s+[\"'(])"
    rf"|(?P<{{0}}blanks>{WITH_BLANKS}{IMAGE_SUFFIX}|/{WITH_BLANKS}\.[a-z]{{{{2,5}}}})(?=\s*\)|\s+\"))"
)
TITLE = r"(?P<{0}after>(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\))"
HTML_VALUE = r"(?:\"(?P<{0}double>[^\"<>]*)\"|'(?P<{0}single>[^'<>]*)'|(?P<{0}plain>[^\s\"'<>=`]+))"
CODE = (  # what is never closed reaches to the end
    r"^[ ]{0,3}(?P<run>`{3,}+|~{3,}+)[^\n]*+(?s:.*?)(?:^[ ]{0,3}(?P=run)|\Z)"
    r"|(?P<ticks>(?<!`)`{1,3}(?!`))[^`\n]*(?P=ticks)(?!`)"
    r"|<(?P<raw>pre|code|script|style)\b[^<>]*>(?s:.*?)(?:</(?P=raw)>|\Z)"
)
REFERENCE = re.compile(
    rf"(?P<code>{CODE})"
    r"|(?P<wiki>!?\[\[(?P<name>[^\[\]|\n]{1,200})(?:\|(?P<text>[^\[\]\n]{1,200}))?\]\])(?![(\[:])"
    rf"|(?P<image>!\[{LABEL}\]\(\s*){TARGET.format('image_')}{TITLE.format('image_')}"
    rf"|(?P<link>\]\(\s*){TARGET.format('link_')}{TITLE.format('link_')}"
    r"|(?P<definition>^[ ]{0,3}\[(?!\^)(?P<label>(?:[^\[\]\\\n]|\\.)+)\]:[ \t]*)"
    r"(?:<(?P<definition_pointed>[^<>\n]*)>|(?P<definition_bare>[^\s<>]+))"
    rf"|(?P<img><img\b(?:[^<>]*?\s)??src\s*=\s*){HTML_VALUE.format('img_')}"
    rf"|(?P<a><a\b(?:[^<>]*?\s)??href\s*=\s*){HTML_VALUE.format('a_')}",
    re.MULTILINE | re.IGNORECASE,
)
IMAGE_LABELS = re.compile(rf"!\[({LABEL})\](?:\[([^\[\]\n]*)\]|(?!\())")
FORMS = ("image", "link", "definition", "img", "a")
ENDS = ("pointed", "bare", "blanks", "double", "single", "plain")


class TargetKind(Enum):
    """Where a target stands."""

    IMAGE = "image"
    LINK = "link"
    WIKI_LINK = "wiki link"


@dataclass(frozen=True, slots=True)
class Target:
    """A target, its place, and for a wiki link the text that it shows."""

    kind: TargetKind
    address: str
    text: str = ""


def outside_code(pattern: re.Pattern[str], written: Callable[[re.Match[str]], str], text: str) -> str:
    """Replace what a pattern finds by what is written for it; what its group `code` finds stays as it is."""
    return pattern.sub(lambda found: found[0] if found["code"] is not None else written(found), text)


Replacement = Callable[[Target], "str | None"]  # the new address; for a wiki link, the new Markdown; None: no change


def replace_targets(text: str, replacement: Replacement) -> str:
    """Replace each target by what `replacement` returns for it."""
    labels = {_fold(found[2] or found[1]) for found in IMAGE_LABELS.finditer(text)}

    def replaced(found: re.Match[str]) -> str:
        if found["wiki"] is not None:
            return _replaced_wiki_link(found, replacement)
        form = next(form for form in FORMS if found[form] is not None)
        address = next((found[f"{form}_{end}"] for end in ENDS if found.groupdict().get(f"{form}_{end}") is not None), "")
        is_image = form in ("image", "img") or (form == "definition" and _fold(found["label"]) in labels)
        new = replacement(Target(TargetKind.IMAGE if is_image else TargetKind.LINK, address))
        return found[0] if new is None else _with_address(found, form, new)

    return outside_code(REFERENCE, replaced, text)


def find_targets(text: str) -> list[Target]:
    """Return the targets of a text, each once."""
    found: dict[Target, None] = {}
    replace_targets(text, found.setdefault)
    return list(found)


def _with_address(found: re.Match[str], form: str, address: str) -> str:
    if form in ("img", "a"):
        quote = "'" if found[f"{form}_single"] is not None else '"'
        return f"{found[form]}{quote}{address}{quote}"
    return f"{found[form]}{_pointed(address)}{found[f'{form}_after'] if form != 'definition' else ''}"


def _pointed(address: str) -> str:
    """Return an address in angle brackets where CommonMark needs them."""
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def _replaced_wiki_link(found: re.Match[str], replacement: Replacement) -> str:
    name, text = found["name"].strip(), (found["text"] or "").strip()
    if found["wiki"].startswith("!"):  # an embedded image, as Obsidian writes it; other embeds are links here
        if not re.search(rf"{IMAGE_SUFFIX}\Z", name, re.IGNORECASE):
            return found[0]
        new = replacement(Target(TargetKind.IMAGE, name))
        return found[0] if new is None else f"![{text}]({_pointed(new)})"
    new = (
        replacement(Target(TargetKind.WIKI_LINK, name, text or name.partition("#")[0]))
        if not found["name"].startswith((" ", "\t"))
        else None
    )
    return found[0] if new is None else new


def _fold(label: str) -> str:
    return " ".join(label.casefold().split())
