"""Build an index from the rows of one SELECT, with little memory beyond the index's own. Pure."""

from datetime import tzinfo
from typing import Any

import numpy as np

from blog.tagindex.index import NOTHING, TagIndex
from blog.tagindex.ordering import positions
from blog.tagindex.postings import build_postings
from blog.tagindex.types import NO_AUTHOR, IndexData, IntArray, Positions, compact
from blog.tagindex.years import YearRanges

SPACING = 64  # positions: of each so many one stays free, for posts to come


def build(data: IndexData, zone: tzinfo, now: float) -> TagIndex:
    """Return the index of the posts visible at `now` (seconds since 1970). Empties `data.post_tags` to save memory."""
    visible = np.flatnonzero(data.visible(now))
    visible = visible[np.lexsort((data.posts[visible], data.published[visible]))]
    posts = compact(data.posts[visible])
    occupied = np.arange(len(posts))
    occupied += occupied // (SPACING - 1)
    by_id = np.argsort(posts)
    sorted_ids, sorted_positions = posts[by_id], compact(occupied[by_id])
    all_positions = positions(occupied)
    del by_id, occupied
    spread = _spread(len(posts))
    postings = build_postings(data, sorted_ids, sorted_positions, len(spread))
    published = data.published[visible][spread]
    return TagIndex(
        revision=data.revision,
        version=version(data.revision, data.expiring, data.hidden, now),
        changed=data.changed,
        stale_at=stale_at(data.expiring, data.hidden, now),
        hidden=data.hidden,
        expiring=data.expiring,
        all_positions=all_positions,
        post_ids=posts[spread],
        published=published,
        year_ranges=YearRanges(published, zone),
        sorted_ids=sorted_ids,
        sorted_positions=sorted_positions,
        numbers={tag.slug: number for number, tag in enumerate(postings.tag_list)},
        slug_ranks=_slug_ranks([tag.slug for tag in postings.tag_list]),
        **vars(postings),
        **_author_fields(data, visible, spread, np.frombuffer(all_positions.to_array(), np.uint32)),
    )


def _spread(length: int) -> IntArray:
    """Return, for each position, the rank of the post at it or before it."""
    counts = np.ones(length, np.int64)
    counts[SPACING - 2 :: SPACING - 1] = 2
    if length:
        counts[-1] += SPACING  # for posts to come
    return np.repeat(np.arange(length), counts)


def _author_fields(data: IndexData, visible: IntArray, spread: IntArray, occupied: IntArray) -> dict[str, Any]:
    """Return the fields of an index for authors and sources. Author number 0 stands for none."""
    ids = np.union1d([NO_AUTHOR], np.unique(data.author))
    bylines = compact(np.searchsorted(ids, data.author[visible].astype(np.int64)) * 2 + data.external[visible])

    def where(are: IntArray) -> Positions:
        return positions(occupied[are])

    return {
        "handles": [data.authors.get(author, "") for author in ids.tolist()],
        "bylines": bylines[spread],
        "by_author": [NOTHING, *(where(bylines >> 1 == number) for number in range(1, len(ids)))],
        "external": where(bylines & 1 == 1),
    }


def _slug_ranks(slugs: list[str]) -> IntArray:
    """Return the alphabetical rank of each slug."""
    ranks = np.empty(len(slugs), np.int32)
    ranks[sorted(range(len(slugs)), key=slugs.__getitem__)] = np.arange(len(slugs))
    return ranks


def version(revision: int, expiring: dict[int, float], hidden: frozenset[int], now: float) -> str:
    """Return a version of the visible posts: the revision, and the latest expiry up to `now`."""
    passed = [moment for post, moment in expiring.items() if moment <= now and post not in hidden]
    return f"{revision}-{max(passed) * 1e6:.0f}" if passed else str(revision)


def stale_at(expiring: dict[int, float], hidden: frozenset[int], now: float) -> float | None:
    """Return when the next visible post expires, in seconds since 1970; None if none does."""
    coming = [moment for post, moment in expiring.items() if moment > now and post not in hidden]
    return min(coming, default=None)
