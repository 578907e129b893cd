"""Feeds saved as files: RSS 0.9 to 2.0, Atom and JSON Feed. An entry that links to another site is an external post."""

import html
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, tostring

from transfer.importing.exports.json_file import dicts, text
from transfer.importing.exports.post import Export, ExportedPost, guarded, read_date
from transfer.importing.exports.xml_items import Item, read_items, text_of
from transfer.importing.source import ImportOptions, Refusal, SourcePost
from transfer.importing.static_sites.permalinks import normalize_path
from transfer.importing.words import _

XHTML = re.compile(r"(</?)html:")


def read_xml_feed(path: Path, options: ImportOptions) -> Export:
    """Return the entries of an RSS or Atom feed. Raise Refusal where it cannot be read."""
    address, items = "", []
    for item in read_items(path):
        if item.name in ("item", "atom:entry"):
            items.append(item)
        elif item.name in ("link", "atom:link") and not address:
            address = text_of(item.element) or (item.element.get("href", "") if _is_alternate(item.element) else "")
    posts = []
    for item in items:
        link = _link(item)
        key = _key(item.text("guid", "atom:id") or link or item.text("title", "atom:title"))
        posts.append(guarded(key, item.line, partial(_xml_post, key, item, link, address, path, options)))
    return Export(posts, address=address)


def _key(identity: str) -> str:
    return f"feed/{re.sub(r'^https?://', '', identity)}"


def _is_alternate(link: Element) -> bool:
    return link.get("rel", "alternate") == "alternate"


def _link(item: Item) -> str:
    """Return the address of an entry."""
    links = [link.get("href", "") for link in item.children("atom:link") if _is_alternate(link)]
    guid = next((guid for guid in item.children("guid") if guid.get("isPermaLink") != "false"), None)
    permalink = text_of(guid) if guid is not None and text_of(guid).startswith("http") else ""
    return item.text("link") or next(iter(links), "") or permalink


def _xml_post(key: str, item: Item, link: str, address: str, path: Path, options: ImportOptions) -> ExportedPost:
    related = next((found.get("href", "") for found in item.children("atom:link") if found.get("rel") == "related"), "")
    body, markup = _content(item)
    summary = item.text("atom:summary") if item.text("atom:content") else ""
    source = SourcePost(
        title=_title(item),
        body=body,
        published=read_date(
            item.text("pubDate", "dc:date", "atom:published", "atom:issued", "atom:updated"), options.time_zone
        ),
        modified=read_date(item.text("atom:updated", "atom:modified"), options.time_zone),
        tags=tuple(_tags(item)),
        authors=tuple(_authors(item)),
        summary=summary,
        **_address_fields(link, address, related),
    )
    return ExportedPost(key, source, markup, item.line, folder=path.parent)


def _address_fields(link: str, address: str, related: str = "") -> dict[str, Any]:
    """Return where a post links to, if it is external; its slug and the path that it had, if it is the feed's own."""
    hosts = [urlsplit(url).netloc.lower().removeprefix("www.") for url in (link, address)]
    if hosts[0] and hosts[1] and hosts[0] != hosts[1]:
        return {"slug": "", "link": link}
    path = normalize_path(link)
    external = related if related.startswith(("http://", "https://")) else ""
    slug = re.sub(r"\.\w+\Z", "", path.rsplit("/", 1)[-1])
    return {"slug": slug, "link": external, "addresses": (path,) if path else ()}


def _title(item: Item) -> str:
    element = next(item.children("atom:title"), None)
    if element is None:
        return item.text("title", "media:title")
    return text_of(element) if element.get("type", "text") != "text" else html.escape(text_of(element))


def _content(item: Item) -> tuple[str, str]:
    """Return an entry's text and its markup."""
    element = next((found for name in ("atom:content", "atom:summary") for found in item.children(name)), None)
    if element is None:
        return item.text("content:encoded", "description", "dc:description"), "html"
    if element.get("type") == "xhtml":
        return XHTML.sub(r"\1", _xhtml(element)), "html"
    return text_of(element), "text" if element.get("type", "text") in ("text", "text/plain") else "html"


def _xhtml(element: Element) -> str:
    """Return the children of an element as HTML."""
    for child in (inner for outer in element for inner in outer.iter()):
        child.tag = child.tag.rpartition("}")[2]
    return "".join(tostring(child, "unicode", "html", short_empty_elements=False) for child in element)


def _tags(item: Item) -> Iterator[str]:
    for name in ("category", "atom:category", "dc:subject"):
        for element in item.children(name):
            yield text_of(element) or element.get("label") or element.get("term") or ""


def _authors(item: Item) -> Iterator[str]:
    """Yield the names of an entry's authors; the author of RSS counts where nothing better names one."""
    names = [text_of(element) for element in item.children("dc:creator")]
    names += [Item(element, item.line).text("atom:name") for element in item.children("atom:author")]
    yield from dict.fromkeys(filter(None, names))
    if any(names):
        return
    # RSS: an address, perhaps with the name in brackets.
    written = re.fullmatch(r"[^\s()]+@[^\s()]+\s+\((?P<name>[^()]+)\)|(?P<bare>[^@]+)", item.text("author"))
    if written:
        yield written["name"] or written["bare"]


def read_json_feed(value: Any, path: Path, options: ImportOptions) -> Export:
    """Return the items of a JSON Feed. Raise Refusal where it is none."""
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        raise Refusal(_("The JSON is no JSON Feed: it has no list of items."))
    address, posts = text(value.get("home_page_url")), []
    for item in dicts(value["items"]):
        key = _key(text(item.get("id")) or text(item.get("url")))
        posts.append(guarded(key, 1, partial(_json_post, key, item, address, path, options)))
    return Export(posts, address=address)


def _json_post(key: str, item: dict[str, Any], address: str, path: Path, options: ImportOptions) -> ExportedPost:
    authors = dicts(item.get("authors")) or dicts([item.get("author")])
    link = text(item.get("url"))
    tags = item.get("tags")
    source = SourcePost(
        title=html.escape(text(item.get("title"))),
        body=text(item.get("content_html")) or text(item.get("content_text")),
        published=read_date(text(item.get("date_published")), options.time_zone, "date_published"),
        modified=read_date(text(item.get("date_modified")), options.time_zone, "date_modified"),
        tags=tuple(filter(None, map(text, tags))) if isinstance(tags, list) else (),
        authors=tuple(filter(None, (text(author.get("name")) for author in authors))),
        summary=html.escape(text(item.get("summary"))),
        cover=text(item.get("image")) or text(item.get("banner_image")),
        **_address_fields(link, address, text(item.get("external_url"))),
    )
    return ExportedPost(key, source, "html" if text(item.get("content_html")) else "text", folder=path.parent)
