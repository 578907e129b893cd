"""What a listing is described by where it is quoted, as by search engines: an editor's words, or else what it holds."""

import re
from html import unescape

from django.utils.text import Truncator

from blog.rendering.describe import notes
from blog.rendering.listing import Listing
from blog.rendering.post import DESCRIPTION

BREAKS = re.compile(r"</?(?:p|h[1-6]|li|[ou]l|d[ltd]|t[dhr]|table|pre|blockquote|div|br|hr)\b[^>]*>")  # words end there
TAGS = re.compile(r"<[^>]*>")
NAMED = 8  # tags that go with it most


def description(listing: Listing, title: str, about: str) -> str:
    """One or two sentences in plain text; `about` is what an editor wrote (HTML).

    Without one: “Notes tagged mail: 21 notes, with deliverability, selections, feeds”.
    """
    written = " ".join(unescape(TAGS.sub("", BREAKS.sub(" ", about))).split())
    if written:
        return Truncator(written).words(DESCRIPTION, truncate=" …")
    with_these = [facet.tag.name for facet in listing.facets[:NAMED]]
    return f"{title}: {', '.join([notes(listing.count), *with_these])}"
