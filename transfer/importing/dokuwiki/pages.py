"""The pages of a DokuWiki: which files they are, and what their history and rights say of them."""

import os
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from transfer.importing.dokuwiki.access import is_public
from transfer.importing.dokuwiki.convert import PageConverter
from transfer.importing.source import ImportOptions, Notice, Refusal, SourcePost
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.fields import MAX_TAG, truncate
from transfer.importing.static_sites.file_names import page_slug
from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.static_sites.read import MAX_TITLE, decode
from transfer.importing.words import _, gettext_noop

SUFFIX = ".txt"
OWN_NAMESPACES = frozenset(("wiki", "playground"))  # DokuWiki's documentation, and a place to try things
FRAMES = frozenset(("sidebar", "footer", "pageheader", "topheader", "dokuwiki"))  # pages shown around others
START = "start"  # the page of a namespace
DATED = re.compile(r"(\d{4})[-:_](\d{1,2})[-:_](\d{1,2})(?=[-:_]|\Z)")
MAX_HISTORY = 5_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Wiki:
    """The folders of a wiki."""

    data: Path
    configuration: Path

    @property
    def pages(self) -> Path:
        return self.data / "pages"


@dataclass(frozen=True, slots=True)
class WikiPage:
    """A page; its key is `dokuwiki/` and its path in the wiki."""

    path: Path
    key: str
    site: SourceSite  # the folder of images
    wiki: Wiki
    identity: str  # blog:2014:coming_soon


@dataclass(frozen=True, slots=True)
class _History:
    created: datetime | None = None
    changed: datetime | None = None
    author: str = ""


def wiki_root(path: Path) -> Wiki | None:
    """Return the wiki whose folder this is: that of DokuWiki, its `data`, or `data/pages`; None where it is none."""
    for data in (path / "data", path, path.parent):
        if (data / "pages").is_dir() and (data / "meta").is_dir() and path in (data, data.parent, data / "pages"):
            return Wiki(data, data.parent / "conf")
    return None


def find_wiki_pages(wiki: Wiki) -> tuple[list[WikiPage], Counter[str]]:
    """Return the pages, in order, and the number of those left alone, by kind."""
    pages, skipped = [], Counter[str]()
    for folder, folders, names in os.walk(wiki.pages):
        folders[:] = sorted(name for name in folders if not Path(folder, name).is_symlink())
        for path in (Path(folder, name) for name in sorted(names)):
            parts = path.relative_to(wiki.pages).with_suffix("").parts
            identity = ":".join(unquote(part) for part in parts)
            if path.suffix != SUFFIX or path.is_symlink():
                skipped[path.suffix or "no suffix"] += 1
            elif parts[0] in OWN_NAMESPACES or parts[-1] in FRAMES or identity == START or parts[-1].startswith("_"):
                skipped[gettext_noop("page of the wiki itself")] += 1
            else:
                key = f"dokuwiki/{identity.replace(':', '/')}"
                pages.append(WikiPage(path, key, SourceSite(wiki.data / "media"), wiki, identity))
    return pages, skipped


def read_wiki_page(page: WikiPage, options: ImportOptions) -> SourcePost:
    """Return the post of a page. Raise Refusal with the reason."""
    converter = PageConverter(
        lambda target: _page_path(target, page), lambda name: f"/{_full_name(name, page.identity).replace(':', '/')}"
    )
    body = converter.convert(decode(page.path.read_bytes(), options.encoding))
    history = _history(page.wiki.data / "meta" / page.path.relative_to(page.wiki.pages).with_suffix(".changes"))
    is_draft = options.as_draft or not is_public(page.identity, page.wiki.configuration)
    published = _date_in_name(page.identity, options) or history.created
    if published is None and not is_draft:
        raise Refusal(_("The page has no date, neither in its history (data/meta) nor in its name: import with --as-draft."))
    name = _name(page.identity)
    title = truncate(" ".join(converter.title.split()) or name.replace("_", " ").capitalize(), MAX_TITLE)
    hidden = (
        Notice(1, _("Not everybody could read it in the wiki: a draft here.")) if is_draft and not options.as_draft else None
    )
    return SourcePost(
        title=title,
        slug=page_slug(DATED.sub("", name).strip("-_:") or name),
        body=body,
        published=published,
        modified=history.changed,
        draft=is_draft,
        tags=_tags(page.identity, converter.inline.tags, options.without_tags),
        authors=(history.author,) if history.author else (),
        addresses=_addresses(page.identity),
        notices=(hidden,) if hidden else (),
        unconverted={name: count for name, count in converter.inline.unconverted.items() if count},
    )


def _name(identity: str) -> str:
    """Return the last part of a page's name; that of its namespace for a start page."""
    parts = identity.split(":")
    return parts[-2] if parts[-1] == START and len(parts) > 1 else parts[-1]


def _addresses(identity: str) -> tuple[str, ...]:
    """Return the paths of a page, as DokuWiki's three kinds of addresses have them."""
    quoted = quote(identity, safe=":")
    return (f"/{identity.replace(':', '/')}", f"/doku.php?id={quoted}", f"/doku.php/{identity}", f"/{identity}")


def _tags(identity: str, tags: list[str], without: frozenset[str]) -> tuple[str, ...]:
    """Return the tags that the page names, and its namespaces, except numbers (of years and months)."""
    namespaces = [part.replace("_", " ") for part in identity.split(":")[:-1] if not part.isdecimal()]
    found = {tag.lower(): tag for tag in reversed([*tags, *namespaces]) if tag.lower() not in without and len(tag) <= MAX_TAG}
    return tuple(reversed(found.values()))


def _date_in_name(identity: str, options: ImportOptions) -> datetime | None:
    found = DATED.search(identity)
    try:
        return parse_date("-".join(found.groups()), options.time_zone) if found else None
    except ValueError:
        return None


def _history(path: Path) -> _History:
    """Return when a page was made and changed, and by whom, by its log: time, address, kind, page, user, summary."""
    try:
        with path.open("rb") as file:
            lines = file.read(MAX_HISTORY).decode("utf-8", "replace").splitlines()
    except OSError:
        return _History()
    rows = [row for row in (line.split("\t") for line in lines) if re.fullmatch(r"\d{9,10}", row[0])]
    if not rows:
        return _History()
    created, changed = (datetime.fromtimestamp(int(row[0]), UTC) for row in (rows[0], rows[-1]))
    return _History(created, changed, rows[0][4] if len(rows[0]) > 4 else "")


def _page_path(target: str, page: WikiPage) -> str:
    """Return the path of the page that a link names; "" where there is none."""
    identity = _full_name(target, page.identity)
    for candidate in (identity, f"{identity}:{START}"):
        *folders, name = (quote(part) for part in candidate.split(":") if part not in ("", ".", ".."))
        if page.wiki.pages.joinpath(*folders, f"{name}{SUFFIX}").is_file():
            return f"/{candidate.replace(':', '/')}/"
    return ""


def _full_name(target: str, origin: str) -> str:
    """Return the full name of a page or file that another page names: `x` and `.:x` beside it, `..:x` above, else whole."""
    target = re.sub(r"[\s_]+", "_", target.strip().lower().replace("/", ":"))
    namespace = origin.split(":")[:-1]
    dots = len(target) - len(target.lstrip("."))
    if dots:
        namespace = namespace[: len(namespace) - (dots - 1)] if dots - 1 <= len(namespace) else []
    elif ":" in target:
        namespace = []
    return ":".join([*namespace, *filter(None, target.lstrip(".").split(":"))])
