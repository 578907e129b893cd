"""Text as Markdown that shows it: what would be markup is escaped, and nothing else, so that the text stays readable."""

import html
import re

PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
ESCAPES = [  # of one character, wherever it stands
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    (re.compile(rf"\\(?=[{PUNCTUATION}]|[ \t]*$)", re.MULTILINE), r"\\\\"),
    (re.compile(r"([*`$])"), r"\\\1"),
    (re.compile(r"(?<!\w)_|_(?!\w)"), r"\\_"),
    (re.compile(r"\^(?=\[)"), "&#94;"),  # of a footnote in the line
    (re.compile(r"\[(?=[\[^ ]|[xX]\])|\[(?=[^\[\]]*\][(:\[])"), "&#91;"),
    (re.compile(r"\](?=[(:\[])"), "&#93;"),
    (re.compile(r"\{(?=[:#.%{<])"), "&#123;"),
    (re.compile(r"<(?=[A-Za-z/!?])"), "&lt;"),
    (re.compile(r"~(?=~)|(?<=~)~"), "&#126;"),
]
FIRST = [  # at the beginning of a line
    (re.compile(r"^([ \t]*)(#|>|[-+](?=\s|$)|-(?=[ \t:|-]*$))", re.MULTILINE), r"\1\\\2"),
    (re.compile(r"^([ \t]*\d{1,9})([.)])(?=\s|$)", re.MULTILINE), r"\1\\\2"),
    (re.compile(r"^([ \t]*)=(?=[= \t]*$)", re.MULTILINE), r"\1&#61;"),
    (re.compile(r"^([ \t]*):(?=[\s:|-])", re.MULTILINE), r"\1&#58;"),
    (re.compile(r"^([ \t]*)\|", re.MULTILINE), r"\1&#124;"),
]


def escape(text: str, *, in_link: bool = False, at_start: bool = True) -> str:
    """Return text, without markup, as Markdown; `at_start`: it begins a line.

    >>> print(escape("2 * 3 < 4 [sic], snake_case and <T>"))
    2 \\* 3 < 4 [sic], snake_case and &lt;T>
    """
    for pattern, replacement in ESCAPES:
        text = pattern.sub(replacement, text)
    first, end, rest = ("", "", text) if at_start else text.partition("\n")
    for pattern, replacement in FIRST:
        rest = pattern.sub(replacement, rest)
    text = f"{first}{end}{rest}"
    return text.replace("[", "&#91;").replace("]", "&#93;") if in_link else text


def link_target(address: str) -> str:
    """Return an address for `[…](…)`, without what would end it there; "" where it is none."""
    address = address.strip()
    escaped = re.sub(r"[\s()<>\\\"'`*_\[\]]", lambda found: _percent(found[0]), address)
    return "" if re.search(r"[\0-\x1f]", address) else escaped


def _percent(sign: str) -> str:
    return sign if sign in "*_'" else "".join(f"%{byte:02X}" for byte in sign.encode())


def caption(text: str) -> str:
    """Return plain text for a picture's title, within quotation marks."""
    return html.escape(" ".join(text.split()), quote=True)
