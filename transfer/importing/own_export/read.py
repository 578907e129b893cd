"""The posts of an export of Kimonote: front matter with what only Kimonote reads, and the text as it was. No database."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from transfer.importing.own_export.values import Values, mapping, read_yaml
from transfer.importing.source import ImportOptions, OwnComment, OwnFields, Refusal, SourcePost
from transfer.importing.static_sites import image_paths
from transfer.importing.static_sites.file_names import page_slug, parse_file_name
from transfer.importing.static_sites.generators import SourceSite
from transfer.importing.words import _

DATA: Final = "_data/kimonote.yaml"
FORMAT: Final = 1  # of exports, the highest that can be read
MAX_BYTES: Final = 20_000_000  # of one file
MAX_COMMENTS: Final = 2_000  # of a post
FRONT_MATTER: Final = re.compile(r"---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
PRIVACY: Final = frozenset(("login", "password", "groups"))


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A file of an export with a post."""

    path: Path
    key: str
    site: SourceSite

    @property
    def comments_path(self) -> Path:
        return self.site.root / "_data" / "comments" / f"{self.path.stem}.yaml"

    @property
    def digest(self) -> str:
        """Return the digest of the post and its comments."""
        comments = self.comments_path.read_bytes() if self.comments_path.is_file() else b""
        return hashlib.sha256(self.path.read_bytes() + comments).hexdigest()


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A plain page of an export."""

    path: str  # on the site, such as /about/team/
    title: str
    body: str
    own: OwnFields
    expires: datetime | None
    place: int
    show_in_menus: bool


@dataclass(frozen=True, slots=True)
class OwnExport:
    """An export: its data, and its files with posts."""

    root: Path
    data: Values
    posts: list[OwnPost] = field(default_factory=list)

    def image(self, target: str) -> Path | None:
        """Return the file that a path in the export names."""
        return image_paths.find_file(target, self.root / "export", SourceSite(self.root))


def is_own_export(folder: Path) -> bool:
    return (folder / DATA).is_file()


def read_own_export(folder: Path) -> OwnExport:
    """Return what an export has. Raise Refusal where its data cannot be read."""
    root, site = folder.resolve(), SourceSite(folder.resolve())
    data = mapping(read_yaml(_text(root / DATA)))
    if not 1 <= data.number("kimonote") <= FORMAT:
        raise Refusal(_("%(data)s: this export is of a newer Kimonote: bring this site up to date first.") % {"data": DATA})
    files = sorted(path for name in ("_posts", "_drafts") for path in (root / name).glob("*.md"))
    return OwnExport(root, data, [OwnPost(path, _key(path), site) for path in files if _is_inside(path, root)])


def _key(path: Path) -> str:
    """Return a post's key, which stays the same when a draft has been published and has a date in its name."""
    return f"kimonote/{parse_file_name(path.name).title}.md"


def read_own_post(file: OwnPost, options: ImportOptions) -> SourcePost:
    """Return the post of a file. Raise Refusal with the reason."""
    values, body = _split(file.path)
    own = _own_fields(values, values.below("kimonote"))
    expires = values.moment("expiryDate")
    draft = options.as_draft or _is_draft(own, expires)
    scheduled = own.values["go_live_at"] if own.state == "scheduled" else None
    published = scheduled or values.moment("date")
    if published is None and not draft:
        raise Refusal(_("There is no date: write one, such as “date: 2018-05-31”, or import with --as-draft."))
    return SourcePost(
        title=values.text("title"),
        slug=values.text("slug") or page_slug(values.text("title")),
        body=body,
        published=published,
        modified=own.values["last_published_at"],
        expires=None if options.ignore_expiry else expires,
        draft=draft,
        tags=tuple(tag for tag in values.texts("tags") if tag.lower() not in options.without_tags),
        authors=values.below("kimonote").texts("authors") or values.texts("authors"),
        subtitle=values.text("subtitle"),
        summary=values.text("description"),
        link=values.text("link"),
        cover=values.text("image"),
        addresses=values.texts("redirect_from"),
        comments=tuple(_comments(file)),
        own=own,
    )


def read_own_pages(export: OwnExport) -> "list[OwnPage | tuple[str, Refusal]]":
    """Return the plain pages, each after the one above it; of those that cannot be read, the name and the reason."""
    found: list[OwnPage | tuple[str, Refusal]] = []
    for path in sorted((export.root / "pages").rglob("*.md")):
        try:
            found += [_read_page(path)] if _is_inside(path, export.root) else []
        except Refusal as refusal:
            found.append((path.relative_to(export.root).as_posix(), refusal))
    return sorted(found, key=lambda page: page.place if isinstance(page, OwnPage) else -1)


def _read_page(path: Path) -> OwnPage:
    values, body = _split(path)
    more = values.below("kimonote")
    return OwnPage(
        path=values.text("permalink"),
        title=values.text("title"),
        body=body,
        own=_own_fields(values, more),
        expires=values.moment("expiryDate"),
        place=more.number("place"),
        show_in_menus=more.flag("show_in_menus"),
    )


def _own_fields(values: Values, more: Values) -> OwnFields:
    privacy = more.below("privacy")
    if privacy.values and privacy.text("type") not in PRIVACY:
        raise Refusal(_("“%(text)s” is no kind of privacy: login, password or groups.") % {"text": privacy.text("type")})
    references, added = more.below("references"), more.below("fields")
    return OwnFields(
        number=more.number("id"),
        key=more.uuid("key"),
        state=more.text("state", "draft" if values.flag("draft") else "live"),
        values={
            "published": more.moment("published"),
            "first_published_at": more.moment("first_published"),
            "last_published_at": more.moment("last_published"),
            "go_live_at": more.moment("go_live"),
            "seo_title": more.text("seo_title"),
            "search_description": more.text("search_description"),
            "unannounced": more.flag("unannounced"),
            "comments_allowed": not more.flag("comments_closed"),
        },
        privacy=privacy.text("type"),
        password=privacy.text("password"),
        groups=privacy.texts("groups"),
        references={path: references.text(path) for path in references.values},
        added={name: added.text(name) if isinstance(value, str) else value for name, value in added.values.items()},
    )


def _is_draft(own: OwnFields, expires: datetime | None) -> bool:
    """Return whether a post is a draft, also where its state is unknown, or lacks the time that belongs to it."""
    if own.state == "expired":
        return expires is None or expires > datetime.now(UTC)
    return own.state != "live" and not (own.state == "scheduled" and own.values["go_live_at"])


def _comments(file: OwnPost) -> list[OwnComment]:
    if not file.comments_path.is_file():
        return []
    found = [*Values({"comments": read_yaml(_text(file.comments_path))}).each("comments")]
    if len(found) > MAX_COMMENTS:
        raise Refusal(
            _("The post has %(count)s comments: it may have %(max_comments)s.")
            % {"count": f"{len(found):,}", "max_comments": f"{MAX_COMMENTS:,}"}
        )
    return [
        OwnComment(
            identity=str(values.uuid("key")),
            name=values.text("name"),
            text=values.text("text"),
            sent=values.moment("date") or datetime.now(UTC),
            reply_to=values.text("reply_to"),
            author=values.text("author"),
            number=values.number("id"),
            key=values.uuid("key"),
            decided=values.moment("decided"),
        )
        for values in found
    ]


def _split(path: Path) -> tuple[Values, str]:
    text = _text(path)
    found = FRONT_MATTER.match(text)
    if found is None:
        raise Refusal(_("There is no front matter between two lines of “---”."))
    return mapping(read_yaml(found[1])), text[found.end() :]


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        text = raw.decode()
    except OSError as error:
        raise Refusal(_("The file cannot be read: %(strerror)s.") % {"strerror": error.strerror}) from error
    except UnicodeDecodeError as error:
        raise Refusal(_("The file is not UTF-8: save it so.")) from error
    if len(raw) > MAX_BYTES or "\0" in text:
        raise Refusal(_("The file has more than %(max_bytes)s bytes, or a NUL character.") % {"max_bytes": f"{MAX_BYTES:,}"})
    return text


def _is_inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root) and not path.is_symlink()
