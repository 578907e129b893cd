"""WordPress's export (WXR): posts with their tags, authors, pictures and approved comments, and plain pages.

Drafts, what is private or has a password become drafts; menus and revisions are counted, not imported.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from transfer.importing.exports.post import Export, ExportedPost, guarded, read_date
from transfer.importing.exports.xml_items import Item, read_items, text_of
from transfer.importing.source import ImportOptions, Notice, SourceComment, SourcePost
from transfer.importing.static_sites.permalinks import normalize_path
from transfer.importing.words import _, gettext_noop

PAGE, MENU_ITEM = "page", "nav_menu_item"
TAXONOMIES = ("category", "post_tag")  # whose terms become tags
UNSORTED = frozenset(("uncategorized", "unkategorisiert", "allgemein"))  # WordPress's default category, by slug
LEFT_ALONE = frozenset(("trash", "auto-draft", "inherit"))  # states
LIVE_STATES = frozenset(("publish", "future"))
APPROVED = ("1", "approve", "approved")
GUEST, GUEST_PREFIX = "guest-author", "cap-"  # of Co-Authors Plus: a type of posts, and what its terms' slugs begin with
GALLERY = re.compile(r"\[gallery\b[^\[\]]*\]")
NO_COMMENTS = ("pingback", "trackback")


@dataclass(slots=True)
class _Site:
    """What an export says beside its posts."""

    address: str = ""
    authors: dict[str, str] = field(default_factory=dict)  # names by login, of guests by slug too
    attachments: dict[str, str] = field(default_factory=dict)  # URLs of pictures by id
    attached: dict[str, list[str]] = field(default_factory=dict)  # ids of a post's pictures, by its id
    in_menus: set[str] = field(default_factory=set)  # ids of pages


def read_wordpress(path: Path, options: ImportOptions) -> Export:
    """Return the posts of a WXR file. Raise Refusal where it cannot be read."""
    site, items, skipped = _Site(), [], Counter[str]()
    for item in read_items(path):
        kind = item.text("wp:post_type") or "post"
        if item.name == "item" and kind in ("post", PAGE) and item.text("wp:status") not in LEFT_ALONE:
            items.append(item)
        elif item.name == "item" and kind == GUEST:
            _read_guest(site, item)
        elif item.name == "item" and kind == "attachment":
            site.attachments[item.text("wp:post_id")] = item.text("wp:attachment_url") or item.text("guid")
            site.attached.setdefault(item.text("wp:post_parent"), []).append(item.text("wp:post_id"))
        elif item.name == "item":
            skipped[f"WordPress {item.text('wp:status') if kind in ('post', PAGE) else kind}"] += 1
            if kind == MENU_ITEM:
                site.in_menus.update(_metadata(item).get("_menu_item_object_id", ()))
        else:
            _read_site(site, item)
    posts = []
    for item in items:
        key = _key(item, site)
        read = _page if item.text("wp:post_type") == PAGE else _post
        posts.append(guarded(key, item.line, partial(read, key, item, site, path, options, skipped)))
    return Export(posts, skipped, site.address)


def _key(item: Item, site: _Site) -> str:
    host = urlsplit(site.address)
    return f"wordpress/{host.netloc}{host.path.rstrip('/')}/{_identity(item)}"


def _identity(item: Item) -> str:
    return item.text("wp:post_id") or item.text("guid", "link")


def _read_site(site: _Site, item: Item) -> None:
    if item.name == "wp:base_blog_url" or (item.name == "link" and not site.address):
        site.address = text_of(item.element)
    elif item.name == "wp:author":
        site.authors[item.text("wp:author_login")] = item.text("wp:author_display_name")


def _read_guest(site: _Site, item: Item) -> None:
    """Read an author without an account, of the plugin Co-Authors Plus."""
    metadata, slug = _metadata(item), item.text("wp:post_name").removeprefix(GUEST_PREFIX)
    name = metadata.get("cap-display_name", [""])[0] or item.text("title")
    for login in (slug, metadata.get("cap-user_login", [""])[0]):
        if login and name:
            site.authors.setdefault(login, name)


def _authors(item: Item, site: _Site) -> Iterator[str]:
    """Yield the names of a post's authors: those that Co-Authors Plus has added, led by the post's own if it is among them."""
    creators = [text_of(element) for element in item.children("dc:creator")]
    added = [category for category in item.children("category") if category.get("domain") == "author"]
    slugs = [(category.get("nicename") or text_of(category)).removeprefix(GUEST_PREFIX) for category in added]
    logins = [text_of(category) or slug for category, slug in zip(added, slugs, strict=True)]
    names = [site.authors.get(login) or site.authors.get(slug) or login for login, slug in zip(logins, slugs, strict=True)]
    own = [site.authors.get(login) or login for login in creators if login]
    yield from dict.fromkeys([*(name for name in own if name in names or not names), *filter(None, names)])


def _post(key: str, item: Item, site: _Site, path: Path, options: ImportOptions, skipped: Counter[str]) -> ExportedPost:
    state, notices = item.text("wp:status"), []
    if item.text("wp:post_password"):
        notices.append(
            Notice(item.line, _("It had a password: a draft here. Give it a view restriction before you publish it."))
        )
    elif state == "private":
        notices.append(Notice(item.line, _("It was private: a draft here.")))
    metadata = _metadata(item)
    source = SourcePost(
        title=item.text("title"),
        slug=unquote(item.text("wp:post_name")),
        body=_with_galleries(_text(item, "content:encoded"), item, site),
        published=_date(item, options, "wp:post_date", "pubDate"),
        modified=_date(item, options, "wp:post_modified"),
        draft=state not in LIVE_STATES or bool(item.text("wp:post_password")),
        tags=tuple(_tags(item)),
        authors=tuple(_authors(item, site)),
        summary=_text(item, "excerpt:encoded"),
        cover=site.attachments.get(metadata.get("_thumbnail_id", [""])[0], ""),
        addresses=tuple(_addresses(item, metadata.get("_wp_old_slug", []))),
        notices=tuple(notices),
        comments=tuple(_comments(item, site, options, skipped)),
    )
    return ExportedPost(key, source, "wordpress", item.line, scheduled=state == "future", folder=path.parent)


def _page(key: str, item: Item, site: _Site, path: Path, options: ImportOptions, skipped: Counter[str]) -> ExportedPost:
    """Read a page, which here has neither tags nor authors, cover or comments."""
    page = _post(key, item, site, path, options, skipped)
    if page.source.comments:
        skipped[gettext_noop("comment on a page")] += len(page.source.comments)
    source = replace(page.source, tags=(), authors=(), summary="", cover="", comments=())
    return replace(page, source=replace(source, is_page=True, in_menus=_identity(item) in site.in_menus))


def _with_galleries(body: str, item: Item, site: _Site) -> str:
    """Return a text with the pictures of its galleries: those that are named, else those that were uploaded for the post."""

    def pictures(found: re.Match[str]) -> str:
        named = re.search(r"\b(?:ids|include)=[\"'”″]?([\d, ]+)", html.unescape(found[0]))
        ids = re.findall(r"\d+", named[1]) if named else site.attached.get(item.text("wp:post_id"), [])
        shown = [f'<p><img src="{html.escape(site.attachments[key])}" alt=""></p>' for key in ids if site.attachments.get(key)]
        return "\n\n{}\n\n".format("\n\n".join(shown)) if shown else found[0]

    return GALLERY.sub(pictures, body)


def _text(item: Item, name: str) -> str:
    """Return a text as it is: spaces at its beginning matter."""
    return "".join(next(item.children(name), Element("none")).itertext())


def _metadata(item: Item) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in item.children("wp:postmeta"):
        meta = Item(element, item.line)
        found.setdefault(meta.text("wp:meta_key"), []).append(meta.text("wp:meta_value"))
    return found


def _tags(item: Item) -> Iterator[str]:
    for category in item.children("category"):
        if category.get("domain", "category") in TAXONOMIES and category.get("nicename") not in UNSORTED:
            yield text_of(category)


def _date(item: Item, options: ImportOptions, own: str, other: str = "") -> datetime | None:
    """Return a time: in UTC where the export has it, else in the site's zone."""
    for name, zone in ((f"{own}_gmt", UTC), (own, options.time_zone), (other, UTC)):
        date = read_date(item.text(name), zone, name) if name else None
        if date:
            return date
    return None


def _addresses(item: Item, old_slugs: list[str]) -> Iterator[str]:
    """Yield the paths that lead to the post on the old site, first the present one."""
    link = urlsplit(item.text("link"))
    path = normalize_path(link.path)
    if path:
        yield path
        yield from (f"{path.rpartition('/')[0]}/{unquote(slug)}" for slug in old_slugs if slug)
        guid = urlsplit(item.text("guid"))
        if re.fullmatch(r"(?:p|page_id)=\d{1,12}", guid.query):  # the address that every post has beside its own
            yield f"{guid.path or '/'}?{guid.query}"


def _comments(item: Item, site: _Site, options: ImportOptions, skipped: Counter[str]) -> Iterator[SourceComment]:
    """Yield the approved comments; count the others."""
    prefix = f"{site.address}#{_identity(item)}-"
    for element in item.children("wp:comment"):
        comment = Item(element, item.line)
        kind, parent = comment.text("wp:comment_type"), comment.text("wp:comment_parent")
        sent = _date(comment, options, "wp:comment_date")
        if kind in NO_COMMENTS:
            skipped[f"WordPress {kind}"] += 1
        elif comment.text("wp:comment_approved") not in APPROVED or sent is None:
            skipped[gettext_noop("comment not approved")] += 1
        else:
            yield SourceComment(
                f"{prefix}{comment.text('wp:comment_id')}",
                comment.text("wp:comment_author"),
                _text(comment, "wp:comment_content"),
                sent,
                f"{prefix}{parent}" if parent not in ("", "0") else "",
            )
