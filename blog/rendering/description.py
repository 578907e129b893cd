"""The meta description of a listing: an editor's text, or else a summary of the selection."""

import re
from html import unescape

from blog.markdown.plain_text import truncate
from blog.rendering.describe import notes
from blog.rendering.listing import Listing
from blog.rendering.post import DESCRIPTION

BREAKS = re.compile(r"</?(?:p|h[1-6]|li|[ou]l|d[ltd]|t[dhr]|table|pre|blockquote|div|br|hr)\b[^>]*>")  # these separate words
TAGS = re.compile(r"<[^>]*>")
NAMED = 8  # tags that co-occur most


def in_one_line(html: str) -> str:
    """Return the plain text of an editor's short text (HTML) in one line."""
    return " ".join(unescape(TAGS.sub("", BREAKS.sub(" ", html))).split())


def description(listing: Listing, title: str, about: str) -> str:
    """Return one or two sentences of plain text; `about` is an editor's text (HTML).

    Without one: “Notes tagged mail: 21 notes, with deliverability, selections, feeds”.
    """
    written = in_one_line(about)
    if written:
        return truncate(written, DESCRIPTION)
    with_these = [facet.tag.name for facet in listing.facets[:NAMED]]
    return f"{title}: {', '.join([notes(listing.count), *with_these])}"
