"""Ghost's export (JSON): posts with their tags, authors and pictures; pages as plain pages.

Drafts, posts for members and those sent by e-mail alone become drafts.
"""

import html
import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from transfer.importing.exports.ghost_lexical import lexical_to_html
from transfer.importing.exports.json_file import dicts, text
from transfer.importing.exports.post import Export, ExportedPost, guarded, read_date
from transfer.importing.source import Notice, Refusal, SourcePost
from transfer.importing.static_sites.permalinks import normalize_path
from transfer.importing.words import _

OWN_ADDRESS = "__GHOST_URL__"  # stands for the site's address in an export
LIVE_STATES = frozenset(("published", "scheduled"))
PUBLIC = frozenset(("public", ""))
Related = dict[str, list[str]]  # names of tags or authors, by the id of a post


def read_ghost(value: Any, path: Path) -> Export:
    """Return the posts of an export that was read as JSON. Raise Refusal where it holds none."""
    data = _data(value)
    if data is None:
        raise Refusal(_("The JSON is no export of Ghost: it has no list of posts."))
    tags = {text(tag.get("id")): text(tag.get("name")) for tag in dicts(data.get("tags")) if not _is_internal(tag)}
    users = {text(user.get("id")): text(user.get("name")) for user in dicts(data.get("users"))}
    tagged = _related(data.get("posts_tags"), "tag_id", tags)
    written = _related(data.get("posts_authors"), "author_id", users)
    menus, posts = _addresses_in_menus(data.get("settings")), []
    for post in dicts(data.get("posts")):
        identity = text(post.get("id"))
        authors = written.get(identity) or [users.get(text(post.get("author_id")), "")]
        key = f"ghost/{text(post.get('uuid')) or identity}"
        posts.append(guarded(key, 1, partial(_post, key, post, tagged.get(identity, []), authors, menus, path)))
    return Export(posts)


def _data(value: Any) -> dict[str, Any] | None:
    """Return the tables of an export, old (`{"data": …}`) or new (`{"db": [{"data": …}]}`)."""
    outer = value.get("db") if isinstance(value, dict) else None
    first = dicts(outer)[0] if dicts(outer) else value
    data = first.get("data") if isinstance(first, dict) else None
    return data if isinstance(data, dict) and isinstance(data.get("posts"), list) else None


def _is_internal(tag: dict[str, Any]) -> bool:
    return text(tag.get("visibility")) == "internal" or text(tag.get("name")).startswith("#")


def _related(rows: Any, column: str, names: dict[str, str]) -> Related:
    found: Related = defaultdict(list)
    for row in sorted(dicts(rows), key=_position):
        name = names.get(text(row.get(column)))
        if name:
            found[text(row.get("post_id"))].append(name)
    return found


def _position(row: dict[str, Any]) -> int:
    position = row.get("sort_order")
    return position if isinstance(position, int) else 0


def _addresses_in_menus(settings: Any) -> frozenset[str]:
    """Return the paths in the navigation, which is JSON within the JSON."""
    menus = next((text(row.get("value")) for row in dicts(settings) if row.get("key") == "navigation"), "")
    try:
        entries = dicts(json.loads(menus or "[]"))
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(normalize_path(text(entry.get("url")).replace(OWN_ADDRESS, "")) for entry in entries)


def _post(
    key: str, post: dict[str, Any], tags: list[str], authors: list[str], menus: frozenset[str], path: Path
) -> ExportedPost:
    state, visibility = text(post.get("status")), text(post.get("visibility"))
    address = f"/{text(post.get('slug'))}" if text(post.get("slug")) else ""
    notices: list[Notice] = []
    if visibility not in PUBLIC:
        notices.append(Notice(1, _("It was for %(visibility)s alone: a draft here.") % {"visibility": visibility}))
    body, markup = _body(post, notices)
    source = SourcePost(
        title=html.escape(text(post.get("title"))),
        slug=text(post.get("slug")),
        body=body.replace(OWN_ADDRESS, ""),
        published=_date(post, "published_at") or _date(post, "created_at"),
        modified=_date(post, "updated_at"),
        draft=state not in LIVE_STATES or visibility not in PUBLIC,
        tags=tuple(tags),
        authors=tuple(author for author in authors if author),
        summary=html.escape(text(post.get("custom_excerpt"))),
        cover=text(post.get("feature_image") or post.get("image")).replace(OWN_ADDRESS, ""),
        addresses=(address,) if address else (),
        notices=tuple(notices),
        is_page=text(post.get("type")) == "page" or post.get("page") in (1, True),
        in_menus=address in menus,
    )
    return ExportedPost(key, source, markup, scheduled=state == "scheduled", folder=path.parent)


def _date(post: dict[str, Any], key: str) -> datetime | None:
    """Return a time; old exports have milliseconds since 1970."""
    said = text(post.get(key))
    return read_date(said[:-3] if re.fullmatch(r"\d{12,13}", said) else said, UTC, key)


def _body(post: dict[str, Any], notices: list[Notice]) -> tuple[str, str]:
    """Return a post's text and its markup: what Ghost rendered, since its own forms change from release to release."""
    if text(post.get("markdown")):
        return text(post.get("markdown")), "markdown"
    cards = _markdown_cards(text(post.get("mobiledoc")))
    if cards:
        return cards, "markdown"
    shown = text(post.get("html")) or lexical_to_html(text(post.get("lexical")))
    if shown or not text(post.get("plaintext")):
        return shown, "html"
    notices.append(Notice(1, _("The export has its plain text alone: what was bold, linked or shown is missing.")))
    return text(post.get("plaintext")), "text"


def _markdown_cards(mobiledoc: str) -> str:
    """Return the Markdown of a post that consists of one Markdown card, as Ghost 1 to 4 kept what was written so."""
    try:
        document = json.loads(mobiledoc) if mobiledoc else {}
        cards, sections = document.get("cards", []), document.get("sections", [])
        if len(cards) == 1 and all(section[0] == 10 for section in sections) and cards[0][0] in ("markdown", "card-markdown"):
            return text(cards[0][1].get("markdown"))
    except (ValueError, RecursionError, AttributeError, TypeError, LookupError):
        pass
    return ""
