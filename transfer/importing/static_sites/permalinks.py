"""The paths that a post had on its old site: each becomes a redirect, so that no link to it breaks."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote, urlsplit

from transfer.importing.source import Refusal
from transfer.importing.static_sites.file_names import FileName
from transfer.importing.static_sites.front_matter import FrontMatter, Value
from transfer.importing.static_sites.generators import SourceSite

MAX_OLD_PATH = 255  # characters of a redirect's old path
JEKYLL_STYLES = {  # patterns by name
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
DATED_PATTERNS = ("/:year/:month/:day/:title/", "/:year/:month/:day/:title.html")  # of dated files when nothing else is known
DEFAULT_PATTERNS = {
    "jekyll": (JEKYLL_STYLES["date"], JEKYLL_STYLES["pretty"]),
    "hugo": ("/:sections/:slug/",),
    "eleventy": ("/:sections/:title/",),
    "hakyll": ("/:sections/:stem.html",),
}


def own_permalink(front_matter: FrontMatter) -> str:
    """Return the path in the front matter (/2015/05/21/tockingtime/); "" where there is none, or a pattern."""
    text = front_matter.text("permalink", "url")
    return text if text and not re.search(r"[{}:\s]", text) and text.lower() not in ("true", "false", *JEKYLL_STYLES) else ""


def old_paths(
    front_matter: FrontMatter,
    name: FileName,
    site: SourceSite,
    *,
    dates: Sequence[datetime],
    pattern: str,
    categories: tuple[str, ...],
) -> tuple[str, ...]:
    """Return every path that a post may have had, the likeliest first, as `normalize_path` does.

    `dates` are those of the front matter and of the name: generators differ in which of them they put into paths.
    """
    given = [
        own_permalink(front_matter),
        *_texts(front_matter, "redirectfrom"),
        *_texts(front_matter, "aliases"),
        *_texts(front_matter, "alias"),
    ]
    section = name.folders[0] if name.folders else ""
    own = front_matter.text("permalink") if re.search(r"/:|^\w+$", front_matter.text("permalink")) else ""
    asked = own or pattern or site.permalinks.get(section) or site.permalinks.get("") or ""
    patterns = [JEKYLL_STYLES.get(asked, asked)] if asked else _default_patterns(site, name)
    filled = [
        _fill_pattern(pattern, front_matter, name, date, categories) for date in (dates or (None,)) for pattern in patterns
    ]
    given += [] if given[0] else filled
    return tuple(dict.fromkeys(path for path in map(normalize_path, given) if path and path != "/"))


def _default_patterns(site: SourceSite, name: FileName) -> list[str]:
    if not site.generator:
        return list(DATED_PATTERNS) if name.date else []
    return list(DEFAULT_PATTERNS[site.generator])


def _texts(front_matter: FrontMatter, key: str) -> list[str]:
    value: Value = front_matter.values.get(key, "")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def normalize_path(address: str) -> str:
    """Return the path of an address without its last slash; "" where it is none, or a site's root.

    >>> [normalize_path(text) for text in ("/a/b/", "a//b/index.html", "https://old.example/c%C3%A9?x=1", "")]
    ['/a/b', '/a/b', '/cé', '']
    """
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:
        return ""
    path = re.sub(r"/+", "/", f"/{path}")
    path = re.sub(r"/index\.html?\Z", "/", path)
    return "" if path == "/" or re.search(r"[\0-\x1f\ufffd]", path) else path.rstrip("/")


def _fill_pattern(
    pattern: str, front_matter: FrontMatter, name: FileName, date: datetime | None, categories: tuple[str, ...]
) -> str:
    if date is None and re.search(r":(?:\w*year|\w*month|\w*day)", pattern):
        return ""
    slug = front_matter.text("slug") or name.title
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
    """Return a permalink pattern, a style's name replaced by its pattern. Raise Refusal for an unknown placeholder."""
    asked = JEKYLL_STYLES.get(pattern, pattern)
    if asked and not _fill_pattern(asked, FrontMatter(), FileName("a", "a"), datetime(2018, 1, 1), ()):
        raise Refusal(f"The pattern “{pattern}” cannot be filled: write it like /:year/:month/:day/:title/.")
    return asked
