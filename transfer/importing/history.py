"""What is known of earlier imports: whether a file is new, changed or unchanged, and whether its post was edited here since."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from blog.models import BlogPage, ImportedFile
from transfer.importing.source import Refusal
from transfer.importing.static_sites.file_names import take_apart

FIELDS = ("pk", "key", "digest", "post_id", "revision", "live", "post__latest_revision_id", "post__live")


class Verdict(Enum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """A file that was imported before."""

    pk: int
    key: str
    digest: str
    post: int | None
    edited: bool  # here, since


class Memory:
    """The files imported into a blog, by key; one that only moved is known by its name and content."""

    def __init__(self, blog: BlogPage, keys: set[str]) -> None:
        rows = [_known(row) for row in ImportedFile.objects.filter(blog=blog).values(*FIELDS)]
        self.by_key = {known.key: known for known in rows}
        self.moved = {(take_apart(known.key).stem, known.digest): known for known in rows if known.key not in keys}

    def find(self, key: str, digest: str) -> Known | None:
        return self.by_key.get(key) or self.moved.get((take_apart(key).stem, digest))

    def verdict(self, key: str, digest: str, *, overwrite: bool) -> Verdict:
        """Say what to do with a file; raises Refusal where an editor's work would be lost."""
        known = self.find(key, digest)
        if known is None:
            return Verdict.NEW
        lost = known.post is None or known.edited
        if known.digest == digest and not (overwrite and lost):
            return Verdict.UNCHANGED
        if lost and not overwrite:
            what = "deleted" if known.post is None else "edited, unpublished or published"
            raise Refusal(f"The file changed, and its post was {what} here since: --overwrite lets the file win.")
        return Verdict.NEW if known.post is None else Verdict.CHANGED


def _known(row: dict[str, Any]) -> Known:
    edited = row["post__latest_revision_id"] != row["revision"] or row["post__live"] != row["live"]
    return Known(row["pk"], row["key"], row["digest"], row["post_id"], edited)
