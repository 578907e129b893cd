"""The pieces of Markdown that template tags become, and where in a text HTML must be written instead."""

import html
import re
from bisect import bisect_right
from urllib.parse import quote

BLOCK = re.compile(
    r"<(/?)(?:div|figure|section|article|aside|table|details|blockquote|center|header|footer|ul|ol|li|p|h[1-6]|td|tr)\b[^<>]*>",
    re.IGNORECASE,
)
IS_IMAGE = re.compile(r"\.(?:gif|jpe?g|png|webp|avif|svg)(?:[?#].*)?\Z", re.IGNORECASE)
YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/(?:embed/|v/|shorts/|watch\?(?:.*&)?v=)|youtu\.be/)([\w-]{6,20})")
VIMEO = re.compile(r"vimeo\.com/(?:video/)?(\d{4,15})")


class HtmlBlocks:
    """Where in a text raw HTML blocks are open: Markdown is not read in them."""

    def __init__(self, text: str) -> None:
        self.places: list[int] = [0]
        self.depths: list[int] = [0]
        for tag in BLOCK.finditer(text):
            self.places.append(tag.end())
            self.depths.append(max(0, self.depths[-1] + (-1 if tag[1] else 1)))

    def around(self, place: int) -> bool:
        return self.depths[bisect_right(self.places, place) - 1] > 0


def picture(path: str, alt: str, caption: str = "", *, as_html: bool) -> str:
    """An image, with its caption as title."""
    if as_html:
        title = f' title="{html.escape(caption)}"' if caption else ""
        return f'<img src="{html.escape(target(path))}" alt="{html.escape(alt)}"{title}>'
    title = ' "{}"'.format(caption.replace('"', "”")) if caption else ""
    return f"![{label(alt)}]({target(path)}{title})"


def anchor(path: str, text: str, *, as_html: bool) -> str:
    """A link."""
    if as_html:
        return f'<a href="{html.escape(target(path))}">{html.escape(text)}</a>'
    return f"[{label(text)}]({target(path)})"


def target(path: str) -> str:
    """A path or address as it may stand in parentheses: without spaces or parentheses of its own."""
    return quote(path.strip(), safe="/:?#[]@!$&'*+,;=%~{}|<>").replace("<", "%3C").replace(">", "%3E")


def label(text: str) -> str:
    """Text as it may stand between brackets."""
    return re.sub(r"([\[\]\\])", r"\\\1", " ".join(text.split()))


def code_block(code: str, language: str) -> str:
    """A fenced block of code, its fence longer than any within."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10)).rstrip()}\n{fence}"


def video(address: str, title: str) -> tuple[str, str] | None:
    """The page of a video and a text for its link; None when the address is no video's."""
    if found := YOUTUBE.search(address):
        return f"https://www.youtube.com/watch?v={found[1]}", title or "Video on YouTube"
    if found := VIMEO.search(address):
        return f"https://vimeo.com/{found[1]}", title or "Video on Vimeo"
    return None
