"""Earlier imports: whether a file is new, changed or unchanged, and whether its post was edited here since."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from wagtail.contrib.redirects.models import Redirect

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
    "post__live",
    "post__slug",
    "post__title",
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
    slug: str = ""
    title: str = ""


class ImportHistory:
    """The files imported into a blog, by key; a file that was moved is found by its name and content."""

    def __init__(self, blog: BlogPage, keys: set[str]) -> None:
        rows = [_known(row) for row in ImportedFile.objects.filter(blog=blog).values(*FIELDS)]
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
        lost = known.post_id is None or known.is_edited
        if known.digest == digest and not (overwrite and lost):
            return FileStatus.UNCHANGED
        if lost and not overwrite:
            what = _("deleted") if known.post_id is None else _("edited, unpublished or published")
            raise Refusal(
                _("The file changed, and its post was %(what)s here since: --overwrite lets the file win.") % {"what": what}
            )
        return FileStatus.NEW if known.post_id is None else FileStatus.CHANGED


def _known(row: dict[str, Any]) -> EarlierImport:
    edited = row["post__latest_revision_id"] != row["revision"] or row["post__live"] != row["live"]
    return EarlierImport(
        row["pk"], row["key"], row["digest"], row["post_id"], edited, row["post__slug"] or "", row["post__title"] or ""
    )
