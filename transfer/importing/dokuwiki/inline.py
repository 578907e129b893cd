"""DokuWiki's markup within a line as Markdown."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from transfer.importing.dokuwiki.protected import MARK, Protected
from transfer.importing.exports.markdown_escapes import escape, link_target
from transfer.importing.source import IMAGE_TYPES

TOKEN = re.compile(
    r"(?P<link>\[\[(?P<target>[^\[\]|\n]{1,500})(?:\|(?P<label>[^\[\]\n]{0,500}))?\]\])"
    r"|(?P<media>\{\{(?P<file>[^{}|\n]{1,500})(?:\|(?P<caption>[^{}\n]{0,500}))?\}\})"
    r"|(?P<address>https?://[^\s<>\ue000\ue001\"'|\]}]+)"
    r"|(?P<note>\(\(|\)\))|(?P<mark>\*\*|//|__|''|</?(?:del|sub|sup)>)"
    r"|(?P<newline>\\\\(?:[ \t]|$))|(?P<macro>~~[A-Z][\w:!-]{0,100}~~)"
    r"|(?P<plugin></?[A-Za-z]\w{0,30}(?:[ \t][^<>\n]{0,200})?>)"
)
MARKS = {"**": ("**", "**"), "//": ("*", "*"), "__": ("<u>", "</u>")}
LOOSE_MARKS = {"**": ("<strong>", "</strong>"), "//": ("<em>", "</em>")}  # for text that begins or ends with a space
INTERWIKI = {
    "wp": "https://en.wikipedia.org/wiki/",
    "wpde": "https://de.wikipedia.org/wiki/",
    "wpfr": "https://fr.wikipedia.org/wiki/",
    "wpmeta": "https://meta.wikipedia.org/wiki/",
    "doku": "https://www.dokuwiki.org/",
    "phpfn": "https://secure.php.net/",
    "google": "https://www.google.com/search?q=",
    "amazon": "https://www.amazon.com/dp/",
}


class InlineConverter:
    """Converts the lines of one page. `resolve` gives the path of the page that a link names; "" where there is none."""

    def __init__(self, resolve: Callable[[str], str], media_path: Callable[[str], str], protected: Protected) -> None:
        self.resolve, self.media_path, self.protected = resolve, media_path, protected
        self.notes: list[str] = []  # footnotes
        self.tags: list[str] = []
        self.unconverted: Counter[str] = Counter()

    def convert(self, text: str) -> str:
        """Return lines of text as Markdown."""
        parts: list[str] = []
        opened: dict[str, int] = {}  # marks that are open: where
        end, note_start = 0, -1
        for found in TOKEN.finditer(text):
            parts.append(self._text(text[end : found.start()], at_start=not parts))
            end = found.end()
            if found["note"]:
                note_start = self._note(found["note"], parts, note_start)
            elif found["mark"]:
                self._mark(found["mark"], parts, opened)
            else:
                parts.append(self._token(found))
        parts.append(self._text(text[end:], at_start=not parts))
        for mark, index in opened.items():  # never closed: text
            parts[index] = escape(mark, at_start=False)
        return "".join(parts)

    def _text(self, text: str, *, at_start: bool) -> str:
        """Escape text, but not the marks of protected pieces."""
        pieces = MARK.split(text)
        return "".join(
            f"\ue000{piece}\ue001" if number % 2 else escape(piece, at_start=at_start and not number)
            for number, piece in enumerate(pieces)
        )

    def _note(self, sign: str, parts: list[str], start: int) -> int:
        """Begin or end a footnote; return where it began, or -1."""
        if sign == "((" and start < 0:
            parts.append("((")
            return len(parts) - 1
        if sign == "))" and start >= 0:
            self.notes.append("".join(parts[start + 1 :]).strip())
            parts[start:] = [f"[^{len(self.notes)}]"]
            return -1
        parts.append(sign)
        return start

    def _mark(self, mark: str, parts: list[str], opened: dict[str, int]) -> None:
        name = mark.replace("/", "") if mark.startswith("<") else mark
        if (mark.startswith("</") or name in opened) and name in opened:
            start = opened.pop(name)
            for inner in [other for other, index in opened.items() if index > start]:
                parts[opened.pop(inner)] = escape(inner, at_start=False)
            inside = "".join(parts[start + 1 :])
            parts[start:] = [self._marked(name, inside)]
        elif mark.startswith("</"):
            parts.append(escape(mark, at_start=False))
        else:
            opened[name] = len(parts)
            parts.append(mark)

    def _marked(self, name: str, inside: str) -> str:
        if not inside.strip():
            return inside
        if name == "''":
            code = self.protected.restore(inside)
            return f"<code>{code}</code>" if "`" in code or "\\" in code or "&" in code else f"`{code}`"
        if name.startswith("<"):
            return f"{name}{inside}</{name[1:]}"
        loose = inside != inside.strip() or not inside.strip()[-1].isalnum()
        before, after = LOOSE_MARKS.get(name, MARKS[name]) if loose else MARKS[name]
        return f"{before}{inside}{after}"

    def _token(self, found: re.Match[str]) -> str:
        if found["link"]:
            return self._link(found["target"].strip(), (found["label"] or "").strip())
        if found["media"]:
            return self._media(found["file"].strip(), (found["caption"] or "").strip())
        if found["address"]:
            address = found["address"].rstrip(".,;:!?)")
            return f"<{link_target(address)}>{escape(found['address'][len(address) :], at_start=False)}"
        if found["newline"]:
            return "  \n"
        name = re.sub(r"[</>~]|[\s:].*", "", found[0])
        self.unconverted[name] += 0 if found[0].startswith("</") else 1
        return ""

    def _link(self, target: str, label: str) -> str:
        image = re.fullmatch(r"\{\{\s*([^{}|]+?)\s*(?:\|[^{}]*)?\}\}", label)
        shown = self._media(image[1], "") if image else escape(label, in_link=True, at_start=False)
        address, name = self._address(target)
        if not address:
            return shown or escape(name, at_start=False)
        return f"[{shown or escape(name, in_link=True, at_start=False)}]({link_target(address)})"

    def _address(self, target: str) -> tuple[str, str]:
        """Return where a link leads ("" for nowhere), and its text if it has no other."""
        if re.match(r"(?:https?|mailto):", target):
            return target, target
        if re.fullmatch(r"[^\s@:]+@[\w.-]+", target):
            return f"mailto:{target}", target
        wiki, is_other, rest = target.partition(">")
        if is_other:
            return (f"{INTERWIKI[wiki]}{rest.replace(' ', '_')}", rest) if wiki in INTERWIKI else ("", rest)
        page = target.partition("#")[0]
        path = self.resolve(page) if page else ""
        if not path and page:
            self.unconverted["link to no page"] += 1
        return path, page.rpartition(":")[2] or target.lstrip("#")

    def _media(self, file: str, words: str) -> str:
        if file.startswith(("tag>", "topic>")):
            self.tags += [] if file.startswith("topic>") else list(_words(file[4:]))
            return ""
        if re.match(r"\w+>", file):
            self.unconverted[file.partition(">")[0]] += 1
            return ""
        name = file.partition("?")[0]
        words = escape(words, in_link=True, at_start=False)
        if name.rpartition(".")[2].lower() not in IMAGE_TYPES:
            self.unconverted["file"] += 1
            return words or escape(name.rpartition(":")[2], at_start=False)
        target = name if re.match(r"https?://", name) else self.media_path(name)
        return f"![{words}]({link_target(target)})"


def _words(text: str) -> Iterator[str]:
    """Yield the tags of the tag plugin: `one two "three and four"`, or with `_` for a space."""
    for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', text):
        yield quoted or bare.replace("_", " ")
