"""The addresses a post had on the site it comes from: each becomes a redirect, so that no link to it breaks."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote, urlsplit

from transfer.importing.source import Refusal
from transfer.importing.static_sites.file_names import Name
from transfer.importing.static_sites.front_matter import Header, Value
from transfer.importing.static_sites.generators import OldSite

LONGEST = 255  # characters of a redirect's old path
STYLES = {  # Jekyll's names for patterns
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
DATED = ("/:year/:month/:day/:title/", "/:year/:month/:day/:title.html")  # of dated files when nothing else is known
PATTERNS = {
    "jekyll": (STYLES["date"], STYLES["pretty"]),
    "hugo": ("/:sections/:slug/",),
    "eleventy": ("/:sections/:title/",),
    "hakyll": ("/:sections/:stem.html",),
}


def own_address(header: Header) -> str:
    """The address that the header itself gives, when it is one and no template: /2015/05/21/tockingtime/."""
    text = header.text("permalink", "url")
    return text if text and not re.search(r"[{}:\s]", text) and text.lower() not in ("true", "false", *STYLES) else ""


def old_addresses(
    header: Header, name: Name, site: OldSite, *, dates: Sequence[datetime], pattern: str, categories: tuple[str, ...]
) -> tuple[str, ...]:
    """Every address a post may have had, the likeliest first, in the form that a redirect is looked up by.

    `dates` are those of the header and of the name: generators differ in which of them an address shows.
    """
    given = [own_address(header), *_texts(header, "redirectfrom"), *_texts(header, "aliases"), *_texts(header, "alias")]
    section = name.folders[0] if name.folders else ""
    own = header.text("permalink") if re.search(r"/:|^\w+$", header.text("permalink")) else ""
    asked = own or pattern or site.patterns.get(section) or site.patterns.get("") or ""
    patterns = [STYLES.get(asked, asked)] if asked else _usual(site, name)
    filled = [_fill(pattern, header, name, date, categories) for date in (dates or (None,)) for pattern in patterns]
    given += [] if given[0] else filled
    return tuple(dict.fromkeys(path for path in map(normal, given) if path and path != "/"))


def _usual(site: OldSite, name: Name) -> list[str]:
    if not site.generator:
        return list(DATED) if name.date else []
    return list(PATTERNS[site.generator])


def _texts(header: Header, key: str) -> list[str]:
    value: Value = header.values.get(key, "")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def normal(address: str) -> str:
    """Give an address as a path without its end slash; nothing when it is none, or leads to another site's root.

    >>> [normal(text) for text in ("/a/b/", "a//b/index.html", "https://old.example/c%C3%A9?x=1", "")]
    ['/a/b', '/a/b', '/cé', '']
    """
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:
        return ""
    path = re.sub(r"/+", "/", f"/{path}")
    path = re.sub(r"/index\.html?\Z", "/", path)
    return "" if path == "/" or re.search(r"[\0-\x1f\ufffd]", path) else path.rstrip("/")


def _fill(pattern: str, header: Header, name: Name, date: datetime | None, categories: tuple[str, ...]) -> str:
    if date is None and re.search(r":(?:\w*year|\w*month|\w*day)", pattern):
        return ""
    slug = header.text("slug") or name.title
    words = {
        "title": slug,
        "slug": slug.lower(),
        "stem": name.stem,
        "filename": name.stem,
        "contentbasename": name.stem,
        "slugorfilename": slug,
        "slugorcontentbasename": slug,
        "name": name.title,
        "categories": "/".join(category.lower() for category in categories),
        "section": name.folders[0] if name.folders else "",
        "sections": "/".join(name.folders),
        "path": "/".join((*name.folders, name.title)),
        "output_ext": ".html",
    }
    if date:
        words |= _date_words(date)
    unknown = [word for word in re.findall(r":(\w+)", pattern) if word not in words]
    return "" if unknown else re.sub(r":(\w+)", lambda found: words[found[1]], pattern)


def _date_words(date: datetime) -> dict[str, str]:
    return {
        "year": f"{date:%Y}",
        "short_year": f"{date:%y}",
        "month": f"{date:%m}",
        "i_month": str(date.month),
        "monthname": f"{date:%B}".lower(),
        "day": f"{date:%d}",
        "i_day": str(date.day),
        "y_day": f"{date:%j}",
        "yearday": str(date.timetuple().tm_yday),
        "hour": f"{date:%H}",
        "minute": f"{date:%M}",
        "second": f"{date:%S}",
    }


def check_pattern(pattern: str) -> str:
    """Give a pattern of addresses as it was asked for; refuse one that could not be filled."""
    asked = STYLES.get(pattern, pattern)
    if asked and not _fill(asked, Header(), Name("a", "a"), datetime(2018, 1, 1), ()):
        raise Refusal(f"The pattern “{pattern}” cannot be filled: write it like /:year/:month/:day/:title/.")
    return asked
