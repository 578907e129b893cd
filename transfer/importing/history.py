"""Earlier imports: whether a file is new, changed or unchanged, and what was done to its post here since."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageLogEntry, WorkflowState

from blog.models import BlogPage, ImportedFile
from transfer.importing.source import Refusal
from transfer.importing.static_sites.file_names import parse_file_name
from transfer.importing.static_sites.links import LinkedPost
from transfer.importing.words import _

FIELDS = (
    "pk",
    "key",
    "digest",
    "post_id",
    "revision",
    "live",
    "post__latest_revision_id",
    "post__live_revision_id",
    "post__live",
    "post__expired",
    "post__go_live_at",
    "post__locked",
    "post__binned",
    "post__slug",
    "post__title",
    "is_changed_in_place",
    "is_moderated",
)


class FileStatus(Enum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class EarlierImport:
    """A file that was imported before, with the state of its post."""

    pk: int
    key: str
    digest: str
    post_id: int | None  # None: deleted here
    is_edited: bool  # here, since the import
    is_binned: bool = False
    is_locked: bool = False
    is_moderated: bool = False
    slug: str = ""
    title: str = ""

    @property
    def is_overridden(self) -> bool:
        """Return whether the post is not what the import made of it: writing the file would lose work done here."""
        return self.post_id is None or self.is_binned or self.is_edited

    def check(self, *, overwrite: bool) -> None:
        """Raise Refusal where the file may not be written into its post."""
        if self.is_locked:
            raise Refusal(_("The file is to be written, but its post is locked here: unlock it first."))
        if self.is_moderated:
            raise Refusal(_("The file is to be written, but its post waits for a moderator here: publish or reject it first."))
        if self.is_overridden and not overwrite:
            words = _("The file changed, and its post was %(what)s here since: --overwrite lets the file win.")
            raise Refusal(words % {"what": self._what})

    @property
    def _what(self) -> str:
        if self.post_id is None:
            return _("deleted")
        return _("moved to the bin") if self.is_binned else _("edited, unpublished or published")


class ImportHistory:
    """The files imported into a blog, by key; a file that was moved is found by its name and content."""

    def __init__(self, blog: BlogPage, keys: set[str]) -> None:
        rows = [_known(row) for row in _rows(ImportedFile.objects.filter(blog=blog))]
        self.by_key = {known.key: known for known in rows}
        self.moved = {(parse_file_name(known.key).stem, known.digest): known for known in rows if known.key not in keys}

    def find(self, key: str, digest: str) -> EarlierImport | None:
        return self.by_key.get(key) or self.moved.get((parse_file_name(key).stem, digest))

    def linked_posts(self) -> list[LinkedPost]:
        """Return the posts of earlier imports, with the addresses that lead to them by a redirect."""
        redirects: dict[int, list[str]] = {}
        posts = {known.post_id for known in self.by_key.values()}
        for post, path in Redirect.objects.filter(redirect_page__isnull=False).values_list("redirect_page_id", "old_path"):
            if post in posts:
                redirects.setdefault(post, []).append(path)
        return [
            LinkedPost(known.key, known.slug, known.title, tuple(redirects.get(known.post_id, ())))
            for known in self.by_key.values()
            if known.post_id
        ]

    def status(self, key: str, digest: str, *, overwrite: bool) -> FileStatus:
        """Return whether a file is new, changed or unchanged. Raise Refusal where an editor's work would be lost."""
        known = self.find(key, digest)
        if known is None:
            return FileStatus.NEW
        if known.digest == digest and not (overwrite and known.is_overridden):
            return FileStatus.UNCHANGED
        known.check(overwrite=overwrite)
        return FileStatus.NEW if known.post_id is None else FileStatus.CHANGED


def check_again(known: EarlierImport, *, overwrite: bool) -> None:
    """Raise Refusal where the post was changed since the import began. It stays as it is until the transaction ends."""
    list(Page.objects.select_for_update().filter(pk=known.post_id).values("pk"))
    rows = list(_rows(ImportedFile.objects.filter(pk=known.pk)))
    if not rows:
        raise brought_meanwhile()
    now = _known(rows[0])
    now.check(overwrite=overwrite and now.post_id is not None)


def brought_meanwhile() -> Refusal:
    return Refusal(_("Another import has brought this file meanwhile: import it again."))


def _rows(files: QuerySet[ImportedFile]) -> Iterable[dict[str, Any]]:
    """Return what is known of imported files and of their posts."""
    in_place = PageLogEntry.objects.filter(  # as a scheduled revision is by what changes many posts
        page=OuterRef("post"),
        content_changed=True,
        revision=None,
        timestamp__gt=OuterRef("post__latest_revision_created_at"),
    )
    base = ContentType.objects.get_for_model(Page, for_concrete_model=False)
    waiting = WorkflowState.objects.active().filter(
        base_content_type=base, object_id=Cast(OuterRef("post"), CharField(max_length=255))
    )
    rows: Iterable[dict[str, Any]] = files.annotate(is_changed_in_place=Exists(in_place), is_moderated=Exists(waiting)).values(
        *FIELDS
    )
    return rows


def _known(row: dict[str, Any]) -> EarlierImport:
    return EarlierImport(
        pk=row["pk"],
        key=row["key"],
        digest=row["digest"],
        post_id=row["post_id"],
        is_edited=row["post__latest_revision_id"] != row["revision"] or row["is_changed_in_place"] or _is_switched(row),
        is_binned=row["post__binned"] is not None,
        is_locked=bool(row["post__locked"]),
        is_moderated=row["is_moderated"],
        slug=row["post__slug"] or "",
        title=row["post__title"] or "",
    )


def _is_switched(row: dict[str, Any]) -> bool:
    """Return whether somebody published or unpublished the post: its own schedule may."""
    if row["post__live"]:
        scheduled = row["post__go_live_at"] and row["post__live_revision_id"] == row["revision"]
        return not (row["live"] or scheduled)
    return bool(row["live"] and not row["post__expired"])
