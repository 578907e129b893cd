"""WordPress's own markup as HTML: paragraphs by blank lines, shortcodes, and the comments of its blocks."""

import html
import re
from collections.abc import Callable

BLOCK_COMMENT = re.compile(r"<!--\s+/?wp:")
MORE = re.compile(r"<!--\s*(?:more|nextpage|noteaser)\b[^<>]*>")
UNNAMED_CODE = ("code", "sourcecode", "source", "cc")  # shortcodes that name their language in an attribute
CODE = re.compile(
    r"\[(?P<name>code|sourcecode|source|cc|php|css|js|html|xml|sql|python|ruby|java|bash)(?P<attributes>[^\[\]\n]*)\]"
)
CAPTION = re.compile(r"\[(?P<name>caption|wp_caption)(?P<attributes>[^\[\]]*)\]")
PLAYER = re.compile(
    r"\[(?:embed|youtube|vimeo|audio|video|soundcloud|twitter|tweet)(?P<attributes>[^\[\]]*)\]"
    r"(?:(?P<content>[^\[\]]*)\[/\w+\])?"
)
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))""")
IMAGE = re.compile(r"\s*(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?", re.IGNORECASE)
PREFORMATTED = re.compile(r"<(?P<name>pre|script|style|textarea)\b[^<>]*>", re.IGNORECASE)
# As WordPress's wpautop: what begins with one of these is no paragraph.
BLOCKS = (
    "table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|map|area|blockquote|address|style|p|"
    "h[1-6]|hr|fieldset|legend|section|article|aside|hgroup|header|footer|nav|figure|figcaption|details|menu|summary|iframe"
)
OPENING, CLOSING = (re.compile(rf"(<{slash}(?:{BLOCKS})\b[^<>]*>)", re.IGNORECASE) for slash in ("", "/"))
QUOTATION = re.compile(r"(</?blockquote\b[^<>]*>)", re.IGNORECASE)


def wordpress_to_html(text: str) -> str:
    """Return the text of a WordPress post as plain HTML."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = replace_pairs(text, CODE, r"\[/{}\]", _code)
    text = replace_pairs(text, CAPTION, r"\[/{}\]", _figure)
    text = MORE.sub("\n\n", PLAYER.sub(_player, text))
    return text if BLOCK_COMMENT.search(text) else _paragraphs(text)


def replace_pairs(text: str, opening: re.Pattern[str], closing: str, replacement: Callable[[re.Match[str], str], str]) -> str:
    """Replace what stands between an opening, named `name`, and its closing; in linear time, whatever is left open."""
    parts: list[str] = []
    end, unclosed = 0, set()
    for found in opening.finditer(text):
        name = found["name"].lower()
        if found.start() < end or name in unclosed:
            continue
        close = re.compile(closing.format(name), re.IGNORECASE).search(text, found.end())
        if close is None:
            unclosed.add(name)
            continue
        parts += [text[end : found.start()], replacement(found, text[found.end() : close.start()])]
        end = close.end()
    return "".join([*parts, text[end:]])


def _attributes(text: str) -> dict[str, str]:
    text = re.sub("[“”″]", '"', html.unescape(text))
    return {name.lower(): quoted or single or bare for name, quoted, single, bare in ATTRIBUTE.findall(text)}


def _code(found: re.Match[str], code: str) -> str:
    given = _attributes(found["attributes"])
    own = "" if found["name"] in UNNAMED_CODE else found["name"]
    language = given.get("language") or given.get("lang") or own
    classes = f' class="language-{language}"' if re.fullmatch(r"[\w+#.-]+", language) else ""
    return f"\n\n<pre><code{classes}>{html.escape(html.unescape(code).strip())}</code></pre>\n\n"


def _figure(found: re.Match[str], content: str) -> str:
    image = IMAGE.match(content)
    words = _attributes(found["attributes"]).get("caption") or (content[image.end() :] if image else "")
    return f"\n\n<figure>{image[0] if image else content}<figcaption>{words.strip()}</figcaption></figure>\n\n"


def _player(found: re.Match[str]) -> str:
    """Return a link for the shortcode of a player."""
    given = html.unescape(found["attributes"])
    address = re.search(r"https?://[^\s\"'\]<>]+", f"{found['content'] or ''} {given}")
    if address is None:
        return found[0]
    link = html.escape(address[0])
    return f'\n\n<a href="{link}">{link}</a>\n\n'


def _paragraphs(text: str) -> str:
    """Return text with `<p>` and `<br>` where WordPress would show them."""
    kept: list[str] = []

    def keep(found: re.Match[str], content: str) -> str:
        kept.append(f"{found[0]}{content}</{found['name']}>")
        return f"\n\n\ue000{len(kept) - 1}\ue001\n\n"

    text = replace_pairs(re.sub("[\ue000\ue001]", "", text), PREFORMATTED, "</{}>", keep)
    text = CLOSING.sub(r"\1\n\n", OPENING.sub(r"\n\n\1", text))
    text = QUOTATION.sub(r"\n\n\1\n\n", text)
    parts = (part.strip() for part in re.split(r"\n[ \t]*\n", text))
    joined = "\n".join(_paragraph(part) for part in parts if part)
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], joined)


def _paragraph(part: str) -> str:
    if part.startswith("\ue000") or OPENING.match(part) or CLOSING.match(part):
        return part
    lines = part.replace("\n", "<br>\n")
    return f"<p>{lines}</p>"
