"""Markdown or HTML for images, links and code, and where in a text it must be HTML."""

import html
import re
from bisect import bisect_right
from urllib.parse import quote

BLOCK = re.compile(
    r"<(/?)(?:div|figure|section|article|aside|table|details|blockquote|center|header|footer|ul|ol|li|p|h[1-6]|td|tr)\b[^<>]*>",
    re.IGNORECASE,
)
IMAGE_PATH = re.compile(r"\.(?:gif|jpe?g|png|webp|avif|svg)(?:[?#].*)?\Z", re.IGNORECASE)
MORE = r"<!--\s*(?:more|truncate|teaser_end|pelican_end_summary)\s*-->"  # above it stands the summary, in any case
LINK = re.compile(r"\[(?P<text>[^\[\]]+)\]\((?P<address>[^\s()]+)\)|<a\s")  # in Markdown, or in HTML
YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/(?:embed/|v/|shorts/|watch\?(?:.*&)?v=)|youtu\.be/)([\w-]{6,20})")
VIMEO = re.compile(r"vimeo\.com/(?:video/)?(\d{4,15})")


class HtmlBlocks:
    """The HTML blocks of a text, within which Markdown is not parsed."""

    def __init__(self, text: str) -> None:
        self.places: list[int] = [0]
        self.depths: list[int] = [0]
        for tag in BLOCK.finditer(text):
            self.places.append(tag.end())
            self.depths.append(max(0, self.depths[-1] + (-1 if tag[1] else 1)))

    def contains(self, place: int) -> bool:
        return self.depths[bisect_right(self.places, place) - 1] > 0


def image(path: str, alt: str, caption: str = "", *, as_html: bool) -> str:
    """Return an image, with its caption as title; a figure where a link is in the caption."""
    if LINK.search(caption):
        shown = image(path, LINK.sub(lambda found: found["text"] or "", alt), as_html=True)
        return f"<figure>{shown}<figcaption>{LINK.sub(_in_html, caption)}</figcaption></figure>"
    if as_html:
        title = f' title="{html.escape(caption)}"' if caption else ""
        return f'<img src="{html.escape(link_target(path))}" alt="{html.escape(alt)}"{title}>'
    title = ' "{}"'.format(caption.replace('"', "”")) if caption else ""
    return f"![{link_text(alt)}]({link_target(path)}{title})"


def _in_html(found: re.Match[str]) -> str:
    return f'<a href="{html.escape(found["address"])}">{found["text"]}</a>' if found["text"] else found[0]


def link(path: str, text: str, *, as_html: bool) -> str:
    """Return a link."""
    if as_html:
        return f'<a href="{html.escape(link_target(path))}">{html.escape(text)}</a>'
    return f"[{link_text(text)}]({link_target(path)})"


def link_target(path: str) -> str:
    """Return a path or URL with its spaces and parentheses percent-encoded, for a Markdown link."""
    return quote(path.strip(), safe="/:?#[]@!$&'*+,;=%~{}|<>").replace("<", "%3C").replace(">", "%3E")


def link_text(text: str) -> str:
    """Return a text with its brackets escaped, for a Markdown link."""
    return re.sub(r"([\[\]\\])", r"\\\1", " ".join(text.split()))


def comment(text: str) -> str:
    """Return a text as an HTML comment, which it cannot end."""
    return f"<!-- {re.sub(r'-(?=-)|-(?=>)', '- ', ' '.join(text.split()))} -->"


def video_page(address: str, title: str) -> tuple[str, str] | None:
    """Return the URL of a video's page and a text for its link; None where the URL is no video's."""
    if found := YOUTUBE.search(address):
        return f"https://www.youtube.com/watch?v={found[1]}", title or "Video on YouTube"
    if found := VIMEO.search(address):
        return f"https://vimeo.com/{found[1]}", title or "Video on Vimeo"
    return None
