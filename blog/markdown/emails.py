"""A text as mail programs show it: as HTML without what they drop or do not play, and as plain text in paragraphs. Pure."""

import html as html_escapes
import re
from collections.abc import Iterator

from blog.markdown.mathml.linear import in_one_line
from blog.markdown.tokens import Tag, Token, closing, parse

MATH = re.compile(r"<math[ >].*?</math>", re.DOTALL)  # Gmail and Outlook drop its tags, and leave the signs in a heap
MEDIA = re.compile(r'<(audio|video)((?: [^\s"=<>/]+="[^"]*")*)>.*?</\1>', re.DOTALL)
SOURCE = re.compile(r' src="([^"]*)"')
FOOTNOTE = re.compile(r'<sup id="[^"]*fnref[^"]*"><a [^>]*>(\d+)</a></sup>')
BACK_LINK = re.compile(r'(?:&nbsp;)?<a [^>]*role="doc-backlink"[^>]*>[^<]*</a>')
CELL = re.compile(r"(\t|^) (?! )")
OWN_FRAGMENT = "#n-"  # of a heading that links to itself
SPACE = re.compile(r"[ \t\n]+")
MANY_LINES, EMPTY_ITEM = re.compile(r"\n{3,}"), re.compile(r"\n(-|\d+\.)\n+")
BEGIN, END = "\ue000", "\ue001"  # of a quotation, until its lines are marked; of private use
QUOTATION = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")  # the innermost first
HEADING = re.compile(r"<(/?)h([2-5])(?=[ >])")
BLOCKS = frozenset(
    "blockquote caption dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr ol p pre summary table ul".split()
)


def email_html(html: str) -> str:
    """Return an expanded text, its addresses absolute, as HTML for an email: formulas as text, links to sound and film.

    Headings go one level down, below the post's title.
    """
    html = MATH.sub(lambda found: f"<code>{html_escapes.escape(in_one_line(found[0]), quote=False)}</code>", html)
    html = MEDIA.sub(_link_to_media, html)
    return HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", html)


def _link_to_media(found: re.Match[str]) -> str:
    source = SOURCE.search(found[2])
    if source is None:
        return ""
    name = source[1].partition("?")[0].rstrip("/").rpartition("/")[2]
    return f'<a href="{source[1]}">{name or found[1]}</a>'


def email_text(html: str) -> str:
    """Return what `email_html` returned as plain text: a blank line between blocks, links with their addresses.

    >>> email_text('<p>See <a href="https://a.example/">this</a>:</p><ul><li>one</li><li>two</li></ul>')
    'See this <https://a.example/>:\\n\\n- one\\n- two'
    """
    html = BACK_LINK.sub("", FOOTNOTE.sub(r"[\1]", html))
    text = _laid_out("".join(_Writer(parse(html)).parts()))
    while text != (text := QUOTATION.sub(lambda found: f"\n\n{_quoted(_laid_out(found[1]))}\n\n", text)):
        continue
    return html_escapes.unescape(_laid_out(text))


def _laid_out(text: str) -> str:
    """Return a text without blanks at the ends of lines, cells or itself, and with one blank line between blocks."""
    lines = "\n".join(CELL.sub(r"\1", line).rstrip() for line in text.split("\n"))
    return MANY_LINES.sub("\n\n", EMPTY_ITEM.sub(r"\n\1 ", lines)).strip()


def _quoted(text: str) -> str:
    """Return a text with the mark of a quotation before each line."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


class _Writer:
    """Writes tokens as text, with what is open at the moment: lists with the number of their next item, links, `pre`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.lists: list[int] = []  # 0: without numbers
        self.links: list[str] = []
        self.preformatted = 0

    def parts(self) -> Iterator[str]:
        for place, token in enumerate(self.tokens):
            if not isinstance(token, Tag):
                yield token if self.preformatted else SPACE.sub(" ", token)
            elif token.name == "a":
                yield self._link(place, token)
            elif token.name == "img":
                yield f"[{token.attributes['alt']}]" if token.attributes.get("alt") else ""
            else:
                yield self._break(token)

    def _link(self, place: int, link: Tag) -> str:
        if link.closing:
            target = self.links.pop() if self.links else ""
            return f" <{target}>" if target else ""
        content = "".join(map(str, self.tokens[place + 1 : closing(self.tokens, place)]))
        address = link.attributes.get("href", "")
        self.links.append("" if OWN_FRAGMENT in address or content == address else address)
        return ""

    def _break(self, tag: Tag) -> str:
        if tag.name == "pre":
            self.preformatted += -1 if tag.closing else 1
        if tag.name in ("ol", "ul"):
            self.lists = self.lists[:-1] if tag.closing else [*self.lists, int(tag.name == "ol")]
        if tag.name == "li" and not tag.closing:
            return self._item()
        if tag.name in ("td", "th") and tag.closing:
            return "\t"
        if tag.name == "blockquote":
            return END if tag.closing else BEGIN
        return {"br": "\n", "tr": "" if tag.closing else "\n", "li": ""}.get(tag.name, "\n\n" if tag.name in BLOCKS else "")

    def _item(self) -> str:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] = number + 1
        return f"\n{number}. " if number else "\n- "
