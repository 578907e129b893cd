"""The store of tag index snapshots: one per blog and audience, kept in this process and updated when the revision rises."""

import logging
import time
from threading import Lock

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from blog import availability
from blog.models import IndexRevision
from blog.models.revision import uncommitted
from blog.replica import require
from blog.tagindex import CannotUpdate, IndexData, TagIndex, build, update
from blog.tagindex.loader import read_all, read_changes

PUBLIC: frozenset[int] = frozenset()
MAX_SNAPSHOTS = 16  # each of a blog, for an audience
MAX_POSTS = 3_000_000  # in all of them, unless there is only one
LOST_WITHIN = 1.0  # seconds in which a lost connection says so; a silent one takes longer, and is not waited for twice

logger = logging.getLogger(__name__)

Key = tuple[str, frozenset[int]]
_snapshots: dict[Key, TagIndex] = {}  # least recently updated first
_lock = Lock()


def read_revision() -> int:
    """Return the revision as committed now; 0 when nothing was ever saved.

    Every request begins with this query. It doubles as the connection's health check, and reconnects once where it was lost.
    Raise an error that `availability.is_unavailable` knows while the database is unavailable.
    """
    database = connections[DEFAULT_DB_ALIAS]  # once: each use of Django's `connection` looks it up
    if database.in_atomic_block:
        return _read_revision(database)
    database.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
    begun = time.monotonic()
    with availability.database:
        try:
            return _read_revision(database)
        except (OperationalError, InterfaceError):
            database.close()
            if time.monotonic() - begun > LOST_WITHIN:
                raise
            return _read_revision(database)


def _read_revision(database: BaseDatabaseWrapper) -> int:
    with database.cursor() as cursor:
        cursor.execute(f"SELECT number FROM blog_indexrevision WHERE id = {IndexRevision.ROW}")  # noqa: S608 (a constant)
        row = cursor.fetchone()
    return row[0] if row else 0


def snapshot(blog_path: str, audience: frozenset[int] = PUBLIC, revision: int | None = None) -> TagIndex:
    """Return a snapshot no older than `revision` (by default the committed one) of the blog page at a tree path.

    `audience` holds the ids of the view restrictions that the reader passes. Within a transaction that has raised the
    revision, the snapshot is the transaction's own, and is kept for nobody else.
    """
    wanted = read_revision() if revision is None else revision
    mark = uncommitted()
    if mark is not None:
        return _bring_up_to_date(mark.cache, (blog_path, audience), wanted)
    cached = _snapshots.get((blog_path, audience))
    if cached is not None and _is_fresh(cached, wanted):
        return cached
    require(wanted)
    with _lock:
        return _bring_up_to_date(_snapshots, (blog_path, audience), wanted)


def clear() -> None:
    """Drop every snapshot."""
    with _lock:
        _snapshots.clear()


def _is_fresh(index: TagIndex, revision: int) -> bool:
    return index.revision >= revision and (index.stale_at is None or time.time() < index.stale_at)


def _bring_up_to_date(snapshots: dict[Key, TagIndex], key: Key, revision: int) -> TagIndex:
    """Return a fresh snapshot: the present one where another thread has updated it meanwhile, or one updated or built now."""
    cached = snapshots.get(key)
    if cached is None:
        cached = _build(key)
    elif not _is_fresh(cached, revision):
        cached = _update(cached, key, revision)
    snapshots.pop(key, None)
    snapshots[key] = cached  # as the most recent
    _evict(snapshots)
    return cached


def _build(key: Key) -> TagIndex:
    return build(read_all(*key), timezone.get_default_timezone(), time.time())


def _update(cached: TagIndex, key: Key, revision: int) -> TagIndex:
    try:
        if cached.revision >= revision:  # a post expired
            data = IndexData(cached.revision, cached.changed, changed_posts=frozenset(), hidden=cached.hidden)
        else:
            data = read_changes(*key, since=cached.revision)
        return update(cached, data, time.time())
    except CannotUpdate:
        return _build(key)
    except DatabaseError:
        raise
    except Exception:  # a bug in updating must not break every listing: rebuilding is always right
        logger.exception(
            "The index of %s could not be updated from revision %s to %s: it is rebuilt.", key[0], cached.revision, revision
        )
        return _build(key)


def _evict(snapshots: dict[Key, TagIndex]) -> None:
    while len(snapshots) > 1 and (len(snapshots) > MAX_SNAPSHOTS or sum(map(len, snapshots.values())) > MAX_POSTS):
        del snapshots[next(iter(snapshots))]
