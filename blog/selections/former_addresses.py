"""Addresses that listings and feeds have in other systems: WordPress, Ghost, Jekyll, Hugo and their like. Pure."""

import re
from dataclasses import dataclass
from typing import Self

FEEDS = {
    "rss": "feed feed/rss feed/rss2 rss rss2 rss.xml index.xml feed.rss",
    "atom": "feed/atom feed.xml atom atom.xml feed.atom",
    "json": "feed/json feed.json",
}
FORMS = {name: form for form, names in FEEDS.items() for name in names.split()}
FEED = re.compile(rf"(?P<place>.*?)(?:^|/)(?P<feed>{'|'.join(map(re.escape, FORMS))})", re.DOTALL)
PLACE = re.compile(
    r"(?:tags?|categor(?:y|ies))/(?P<typed>(?:[^/]+/)*(?P<tag>[^/]+))"  # a category may stand below others
    r"|author/(?P<author>[^/]+)"
    r"|(?P<year>[12]\d{3})(?:/(?P<month>\d{2})(?:/\d{2})?)?"  # of a day, its month is left
)


@dataclass(frozen=True, slots=True)
class FormerAddress:
    """What an address meant: all notes, those of a tag, an author or a time; as a page, or as a feed.

    `typed` is the tag with the categories above it, or a name that has such a sign: “CI/CD”.
    """

    tag: str = ""
    typed: str = ""
    author: str = ""
    year: int | None = None
    month: int | None = None
    form: str = ""

    @property
    def is_of_all(self) -> bool:
        return not (self.tag or self.author or self.year)

    @classmethod
    def parse(cls, path: str) -> Self | None:
        """Return what a path meant; None where it is none of these.

        >>> FormerAddress.parse("/category/news/mail/feed/")
        FormerAddress(tag='mail', typed='news/mail', author='', year=None, month=None, form='rss')
        >>> FormerAddress.parse("/2015/02/").month, FormerAddress.parse("/atom.xml").form, FormerAddress.parse("/about/")
        (2, 'atom', None)
        """
        place, form = path.strip("/"), ""
        if feed := FEED.fullmatch(place):
            if not feed["place"]:
                return cls(form=FORMS[feed["feed"]])
            if PLACE.fullmatch(feed["place"]):  # else `/tag/feed/`: a tag of that name
                place, form = feed["place"], FORMS[feed["feed"]]
        found = PLACE.fullmatch(place)
        if found is None:
            return None
        tag, typed, author = (found[name] or "" for name in ("tag", "typed", "author"))
        year, month = (int(found[name]) if found[name] else None for name in ("year", "month"))
        return cls(tag, typed, author, year, month, form)
