"""The paths that a post had on its old site: each becomes a redirect, so that no link to it breaks."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import unquote

from transfer.importing.source import split_address
from transfer.importing.static_sites.file_names import FileName
from transfer.importing.static_sites.front_matter import FrontMatter, Value
from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.static_sites.permalink_patterns import (
    DEFAULT_PATTERNS,
    ROUTED,
    STYLES,
    UNKNOWN_GENERATOR_PATTERNS,
    PostNames,
    fill_pattern,
)
from transfer.importing.static_sites.routes import routes

MAX_OLD_PATH = 255  # characters of a redirect's old path
ROUTED_FOLDERS = frozenset(
    ("pages", "app", "routes", "public", "data")
)  # that are no part of addresses, where routes make them
SECTION_FOLDERS = frozenset(
    ("posts", "post", "blog", "articles", "notes")
)  # that may be a part of addresses, if one is imported


def own_permalink(front_matter: FrontMatter) -> str:
    """Return the path in the front matter (/2015/05/21/tockingtime/); "" where there is none, or a pattern."""
    text = front_matter.text("permalink", "url", "path")
    return text if text and not re.search(r"[{}:\s]", text) and text.lower() not in ("true", "false", *STYLES) else ""


def old_paths(
    front_matter: FrontMatter,
    name: FileName,
    site: SourceSite,
    *,
    dates: Sequence[datetime],
    pattern: str,
    categories: tuple[str, ...],
    language: str = "",
) -> tuple[str, ...]:
    """Return every path that a post may have had, the likeliest first, as `normalize_path` does.

    `dates` are those of the front matter and of the name: generators differ in which of them they put into paths.
    `language` is what the paths of a translation begin with.
    """
    given = _given(front_matter)
    own = own_permalink(front_matter)
    names = _names(front_matter, name, site, categories)
    patterns = _patterns(front_matter, site, pattern, names)
    filled = [fill_pattern(each, site.generator, names, date) for date in (dates or (None,)) for each in patterns]
    paths = [own, *given] if own else [*given, *(language + path for path in filled if path)]
    return tuple(dict.fromkeys(path for path in map(normalize_path, paths) if path))


def addresses_upwards(front_matter: FrontMatter) -> list[str]:
    """Return the addresses in the front matter that lead upwards, such as `/../a`: no redirect is made of them."""
    addresses = (*_given(front_matter), own_permalink(front_matter))
    return [address for address in addresses if re.search(r"(?:\A|/)\.\.(?:/|\Z)", address)]


def _given(front_matter: FrontMatter) -> list[str]:
    """Return the earlier addresses that the front matter names."""
    return [address for key in ("redirectfrom", "aliases", "alias") for address in _texts(front_matter, key)]


def _names(front_matter: FrontMatter, name: FileName, site: SourceSite, categories: tuple[str, ...]) -> PostNames:
    sections = name.folders
    if not sections and not site.generator and site.root.name in SECTION_FOLDERS:
        sections = (site.root.name,)
    if site.generator in ROUTED:
        sections = tuple(section for section in sections if section not in ROUTED_FOLDERS)
    merged = tuple(dict.fromkeys((*name.categories, *categories)))
    return PostNames(name, front_matter.text("slug"), front_matter.text("title"), merged, sections)


def _patterns(front_matter: FrontMatter, site: SourceSite, pattern: str, names: PostNames) -> Sequence[str]:
    """Return the patterns of the front matter, the command, the configuration or the generator: the first there is."""
    own = "".join(_texts(front_matter, "permalink")[:1]).strip()  # not `text()`, to which `none` is nothing
    own = own if re.search(r"/:|^\w+$", own) and own.lower() not in ("true", "false") else ""
    section = "".join(names.sections[:1])
    if asked := own or pattern or site.permalinks.get(section) or site.permalinks.get("") or "":
        return (_ugly(STYLES.get(asked, asked), section, site),)
    routed = [f"{route}/:slugorfilename/" for route in routes(site.root)] if site.generator in ROUTED else []
    if site.generator:
        return [*(_ugly(default, section, site) for default in DEFAULT_PATTERNS[site.generator]), *routed]
    return [*(UNKNOWN_GENERATOR_PATTERNS if names.file.date else ()), *routed]


def _ugly(pattern: str, section: str, site: SourceSite) -> str:
    """Return a pattern with `.html` where Hugo's `uglyURLs` are on, for all sections or this one."""
    on = site.configuration.values.get("uglyurls", "")
    on = on.get(section, "") if isinstance(on, dict) else on
    return f"{pattern.rstrip('/')}.html" if on == "true" and site.generator == "hugo" else pattern


def _texts(front_matter: FrontMatter, key: str) -> list[str]:
    value: Value = front_matter.values.get(key, "")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def normalize_path(address: str) -> str:
    """Return the path of an address without its last slash; "" where it is none, leads upwards, or is a site's root.

    >>> [normalize_path(text) for text in ("/a/b/", "a//b/index.html", "https://old.example/c%C3%A9?x=1", "/../a", "")]
    ['/a/b', '/a/b', '/cé', '', '']
    """
    path = unquote(split_address(address.strip()).path)
    path = re.sub(r"/+", "/", f"/{path}")
    path = re.sub(r"/index\.html?\Z", "/", path)
    if path == "/" or re.search(r"[\0-\x1f\\\ufffd]", path) or {".", ".."} & set(path.split("/")):
        return ""
    return path.rstrip("/")
