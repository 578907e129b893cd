"""A post of an export: its fields as they were written, and what `read` makes of them."""

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from transfer.importing.exports.html_to_markdown import check_length, to_markdown
from transfer.importing.exports.markdown_escapes import escape
from transfer.importing.exports.wordpress_markup import wordpress_to_html
from transfer.importing.source import ImportOptions, Notice, Refusal, SourcePost, is_text, split_address
from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.dates import parse_date
from transfer.importing.static_sites.fields import MAX_SUMMARY, distinct_tags, first_words, truncate
from transfer.importing.static_sites.file_names import page_slug
from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.static_sites.permalinks import normalize_path
from transfer.importing.static_sites.read import MAX_TITLE
from transfer.importing.static_sites.unseen import without_unseen
from transfer.importing.words import _

MAX_TAGS = 200  # of a post
MAX_COMMENTS = 2_000  # of a post
UPLOADS = ("wp-content/uploads", "content/images", "uploads")  # folders of images, which may lie beside an export


@dataclass(frozen=True, slots=True)
class ExportedPost:
    """A post of an export, before its text is converted; `source.body` is in the export's own markup."""

    key: str  # the same in each later export of this post: wordpress/old.example/12
    source: SourcePost
    markup: str = "html"  # a key of MARKUPS
    line: int = 1  # of the export, where the post begins
    digest: str = ""  # of what the export says of the post
    fault: str = ""  # a reason to refuse it, which was found before it was read
    scheduled: bool = False  # by the old site, which had not published it yet
    folder: Path = Path()  # with the export, and perhaps its images
    is_root: bool = False  # the folder was named as the old site's: every image below it may be shown
    hosts: frozenset[str] = frozenset()  # of the old site


@dataclass(slots=True)
class Export:
    """What was read from an export: its posts, and how many other things, by kind."""

    posts: list[ExportedPost] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    address: str = ""  # of the old site


def guarded(key: str, line: int, make: Callable[[], ExportedPost]) -> ExportedPost:
    """Return the post that `make` returns, with its digest; where it raises Refusal, one that `read_exported` refuses."""
    try:
        post = make()
        check_length(post.source.body)
        return _with_digest(post)
    except Refusal as refusal:
        return ExportedPost(key, SourcePost("", "", ""), line=line, fault=refusal.reason)


def read_date(text: str, zone: tzinfo, name: str = "date") -> datetime | None:
    """Return the time that a text says; None for "" or WordPress's zeros. Raise Refusal where it is none."""
    if not text or text.startswith(("0000-", "-0001")):
        return None
    try:
        return parse_date(text, zone)
    except ValueError as error:
        raise Refusal(_("%(name)s: %(error)s") % {"name": name, "error": error}) from error


def _with_digest(post: ExportedPost) -> ExportedPost:
    """Return a post with the digest of its fields.

    Those that have their default do not count, so that new ones may come; nor does where in the export the post stands.
    """
    values = asdict(replace(post.source, lines={}, notices=()))
    empty = asdict(SourcePost("", "", ""))
    values = {key: value for key, value in values.items() if value != empty[key]}
    text = json.dumps([values, post.markup, post.scheduled], default=_as_text, sort_keys=True)
    return replace(post, digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _as_text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def read_exported(post: ExportedPost, options: ImportOptions) -> SourcePost:
    """Return the post with its text as Markdown. Raise Refusal with the reason."""
    if post.fault:
        raise Refusal(post.fault, post.line)
    source = post.source
    draft = options.as_draft or source.draft
    notices = list(source.notices)
    if post.scheduled and source.published and source.published <= datetime.now(UTC):
        draft = True
        notices.append(
            Notice(
                post.line,
                _("It was to be published at %(published)s, which is past: a draft.")
                % {"published": f"{source.published:%Y-%m-%d %H:%M}"},
            )
        )
    if source.published is None and not (draft or source.is_page):
        raise Refusal(_("The post has no date: write one into the export, or import with --as-draft."), post.line)
    if len(source.comments) > MAX_COMMENTS:
        raise Refusal(
            _("The post has %(count)s comments: it may have %(max_comments)s.")
            % {"count": f"{len(source.comments):,}", "max_comments": f"{MAX_COMMENTS:,}"},
            post.line,
        )
    body = _converted(source.body, post)
    title = truncate(_plain(source.title) or first_words(body) or "Untitled", MAX_TITLE)
    return replace(
        source,
        title=title,
        slug=page_slug(source.slug or title),
        body=body,
        draft=draft,
        tags=_tags(source.tags, options.without_tags, post.line),
        summary=truncate(_plain(source.summary[: 10 * MAX_SUMMARY]), MAX_SUMMARY),
        lines=dict.fromkeys(("title", "slug", "link", "summary", "body", "expirydate"), post.line),
        notices=tuple(notices),
        comments=tuple(replace(comment, text=to_markdown(comment.text)) for comment in source.comments),
    )


def _converted(body: str, post: ExportedPost) -> str:
    if not is_text(body):
        raise Refusal(_("The text holds a character that is none (NUL, or half of a surrogate pair)."), post.line)
    try:
        return MARKUPS[post.markup](body)
    except Refusal as refusal:
        raise Refusal(refusal.reason, post.line) from refusal


def _plain(text: str) -> str:
    """Return a title or summary in HTML as plain text."""
    return " ".join(html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*>", "", text)).split())


def _tags(names: Iterable[str], without: frozenset[str], line: int) -> tuple[str, ...]:
    stripped = (" ".join(name.split()).lstrip("#").strip() or name.strip() for name in names)
    found = distinct_tags(filter(None, stripped), without, line)
    if len(found) > MAX_TAGS:
        raise Refusal(
            _("The post has %(count)s tags: it may have %(max_tags)s.") % {"count": f"{len(found):,}", "max_tags": MAX_TAGS},
            line,
        )
    return found


def text_to_markdown(text: str) -> str:
    """Return plain text as Markdown that shows it, line for line."""
    return "\n".join(f"{escape(line)}  " if line.strip() else "" for line in text.strip().split("\n")).strip()


MARKUPS: dict[str, Callable[[str], str]] = {
    "html": to_markdown,
    "wordpress": lambda body: to_markdown(wordpress_to_html(body)),
    "text": text_to_markdown,
    "markdown": lambda body: without_unseen(body.replace("\r\n", "\n"))[0].strip("\n"),
}


def find_exported_image(post: ExportedPost, target: str) -> Path | None:
    """Return the file of an image that lies with the export; None where there is none, or it is another site's."""
    parts = split_address(target)
    if parts.scheme == "data" or (parts.netloc and parts.netloc.lower() not in post.hosts):
        return None
    inside = [folder for folder in UPLOADS if f"/{folder}/" in f"/{parts.path}"]
    if not (inside or post.is_root):
        return None  # a folder of downloads may hold private images
    paths = [parts.path, *(f"/{folder}/{parts.path.split(f'{folder}/', 1)[-1]}" for folder in inside)]
    found = (image_paths.find_file(path, post.folder / "export", SourceSite(post.folder)) for path in paths)
    return next((path for path in found if path), None)


LINK = re.compile(r"""(?P<before>\bhref\s*=\s*["']|\]\()(?P<address>https?://[^\s"'<>()]+)""", re.IGNORECASE)


def with_own_links(export: Export) -> list[ExportedPost]:
    """Return posts whose links to each other are paths, which the import redirects, wherever the old site is now."""
    host = urlsplit(export.address).netloc.lower()
    paths = {path: post.source.addresses[0] if "?" in path else path for post in export.posts for path in post.source.addresses}

    def relative(found: re.Match[str]) -> str:
        parts = split_address(found["address"])
        if parts.netloc.lower() != host:
            return found[0]
        path = normalize_path(parts.path)
        path = paths.get(f"{path or '/'}?{parts.query}") or paths.get(path, "")
        return f"{found['before']}{path}/{'#' + parts.fragment if parts.fragment else ''}" if path else found[0]

    return [
        replace(post, hosts=frozenset((host,)), source=replace(post.source, body=LINK.sub(relative, post.source.body)))
        for post in export.posts
    ]
