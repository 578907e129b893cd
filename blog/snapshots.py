"""Snapshots of the tag index: each read by one SELECT, kept by the process for as long as the revision stays."""

import logging
import time
from threading import Lock

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from blog.index_statement import read_changes, read_contents
from blog.models import IndexRevision
from blog.models.revision import uncommitted
from blog.tagindex import CannotUpdate, IndexData, TagIndex, build, update

PUBLIC: frozenset[int] = frozenset()
KEPT = 16  # snapshots: each of a blog, for an audience
KEPT_POSTS = 3_000_000  # in all of them, unless there is but one

logger = logging.getLogger(__name__)

Key = tuple[str, frozenset[int]]
_kept: dict[Key, TagIndex] = {}  # the least lately renewed first
_lock = Lock()


def read_revision() -> int:
    """Give the revision as committed now; 0 when nothing was ever saved.

    Most requests begin with this question. Its answer shows that the connection lives, so nothing is asked to find that out;
    a connection that was lost meanwhile is opened anew.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _read_revision()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _read_revision()


def _read_revision() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM blog_indexrevision WHERE id = {IndexRevision.ROW}")  # noqa: S608
        row = cursor.fetchone()
    return row[0] if row else 0


def snapshot(blog_path: str, audience: frozenset[int] = PUBLIC, revision: int | None = None) -> TagIndex:
    """Give a snapshot no older than `revision` (by default: the one committed now) of the blog page at a tree path.

    `audience` names the view restrictions that the reader passes. A reader keeps one snapshot to the end of a request.
    """
    wanted = read_revision() if revision is None else revision
    mark = uncommitted()
    if mark is not None:
        return _renew(mark.kept, (blog_path, audience), wanted)
    kept = _kept.get((blog_path, audience))
    if kept is not None and _is_fresh(kept, wanted):
        return kept
    with _lock:
        return _renew(_kept, (blog_path, audience), wanted)


def clear() -> None:
    """Forget every snapshot."""
    with _lock:
        _kept.clear()


def _is_fresh(index: TagIndex, revision: int) -> bool:
    return index.revision >= revision and (index.stale_at is None or time.time() < index.stale_at)


def _renew(shelf: dict[Key, TagIndex], key: Key, revision: int) -> TagIndex:
    """Bring the snapshot up to date, unless another thread did while this one waited; until then the old one stays."""
    kept = shelf.get(key)
    if kept is None:
        kept = _built(key)
    elif not _is_fresh(kept, revision):
        kept = _updated(kept, key, revision)
    shelf.pop(key, None)
    shelf[key] = kept  # as the latest
    _drop_beyond_limits(shelf)
    return kept


def _built(key: Key) -> TagIndex:
    return build(read_contents(*key), timezone.get_default_timezone(), time.time())


def _updated(kept: TagIndex, key: Key, revision: int) -> TagIndex:
    try:
        if kept.revision >= revision:  # a post expired
            data = IndexData(kept.revision, kept.changed, changed_posts=frozenset(), hidden=kept.hidden)
        else:
            data = read_changes(*key, since=kept.revision)
        return update(kept, data, time.time())
    except CannotUpdate:
        return _built(key)
    except DatabaseError:
        raise
    except Exception:  # a fault of ours must not take every listing away: what is built anew is right
        logger.exception(
            "The index of %s could not be brought from revision %s to %s: it is built anew.", key[0], kept.revision, revision
        )
        return _built(key)


def _drop_beyond_limits(shelf: dict[Key, TagIndex]) -> None:
    while len(shelf) > 1 and (len(shelf) > KEPT or sum(map(len, shelf.values())) > KEPT_POSTS):
        del shelf[next(iter(shelf))]
