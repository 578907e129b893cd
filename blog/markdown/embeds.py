"""Embedded pages: an `<iframe>` becomes a picture that links to what it would have shown: no third party is called. Pure."""

import html
import re

ATTRIBUTE = re.compile(r"""\b(src|title)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
PICTURE = '<img src="/static/embed.svg" width="608" height="342" alt="">'  # the site's own, as wide as a text
# A player's address, and that of the page one can visit.
PLAYERS = [
    (re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+).*"), r"https://www.youtube.com/watch?v=\1"),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+).*"), r"https://vimeo.com/\1"),
    (re.compile(r"(https?://[\w.-]+)/videos/embed/([\w-]+).*"), r"\1/w/\2"),  # PeerTube
]


def link_embed(tag: str) -> str | None:
    """Return a linked picture for the tag of an `<iframe>`, not sanitised yet; None if it names no page."""
    found = {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in ATTRIBUTE.finditer(tag)}
    address = visitable(found.get("src", "").strip())
    title = html.escape(found.get("title") or address)
    return f'<p><a href="{html.escape(address)}">{PICTURE} {title}</a></p>' if address else None


def visitable(address: str) -> str:
    """Return the URL of the page for the URL of an embedded player.

    >>> visitable("//www.youtube.com/embed/abc?rel=0")
    'https://www.youtube.com/watch?v=abc'
    """
    address = f"https:{address}" if address.startswith("//") else address
    for player, page in PLAYERS:
        address = player.sub(page, address)
    return address
