"""Building an index from what one SELECT told, in little more memory than it will take. Pure."""

from datetime import tzinfo
from typing import Any

import numpy as np

from blog.tagindex.bearing import bear
from blog.tagindex.contents import NOBODY, Contents, Numbers, fitting
from blog.tagindex.index import NOTHING, TagIndex
from blog.tagindex.order import positions
from blog.tagindex.records import Positions
from blog.tagindex.years import Years

SPACING = 64  # every so many positions one is left free


def build(contents: Contents, zone: tzinfo, now: float) -> TagIndex:
    """Build the index of the posts that are visible at `now` (seconds since 1970); lets go of `contents.bearing`."""
    seen = np.flatnonzero(contents.visible(now))
    seen = seen[np.lexsort((contents.posts[seen], contents.published[seen]))]
    posts = fitting(contents.posts[seen])
    taken = np.arange(len(posts))
    taken += taken // (SPACING - 1)
    by_id = np.argsort(posts)
    sorted_ids, sorted_positions = posts[by_id], fitting(taken[by_id])
    everything = positions(taken)
    del by_id, taken
    spread = _spread(len(posts))
    bearing = bear(contents, sorted_ids, sorted_positions, len(spread))
    published = contents.published[seen][spread]
    return TagIndex(
        revision=contents.revision,
        version=version(contents.revision, contents.expiring, contents.hidden, now),
        changed=contents.changed,
        stale_at=stale_at(contents.expiring, contents.hidden, now),
        hidden=contents.hidden,
        expiring=contents.expiring,
        everything=everything,
        post_ids=posts[spread],
        published=published,
        years_of_posts=Years(published, zone),
        sorted_ids=sorted_ids,
        sorted_positions=sorted_positions,
        numbers={tag.slug: number for number, tag in enumerate(bearing.tag_list)},
        slug_ranks=_slug_ranks([tag.slug for tag in bearing.tag_list]),
        **vars(bearing),
        **_by_whom(contents, seen, spread, np.frombuffer(everything.to_array(), np.uint32)),
    )


def _spread(length: int) -> Numbers:
    """Give, for each position, the place of the post at it or before it."""
    counts = np.ones(length, np.int64)
    counts[SPACING - 2 :: SPACING - 1] = 2
    if length:
        counts[-1] += SPACING  # for posts to come
    return np.repeat(np.arange(length), counts)


def _by_whom(contents: Contents, seen: Numbers, spread: Numbers, taken: Numbers) -> dict[str, Any]:
    """Give the fields of an index that tell of authors and sources; nobody is author 0."""
    ids = np.union1d([NOBODY], np.unique(contents.author))
    bylines = fitting(np.searchsorted(ids, contents.author[seen].astype(np.int64)) * 2 + contents.external[seen])

    def where(are: Numbers) -> Positions:
        return positions(taken[are])

    return {
        "handles": [contents.authors.get(author, "") for author in ids.tolist()],
        "bylines": bylines[spread],
        "by_author": [NOTHING, *(where(bylines >> 1 == number) for number in range(1, len(ids)))],
        "external": where(bylines & 1 == 1),
    }


def _slug_ranks(slugs: list[str]) -> Numbers:
    """Give the place of each slug among all."""
    ranks = np.empty(len(slugs), np.int32)
    ranks[sorted(range(len(slugs)), key=slugs.__getitem__)] = np.arange(len(slugs))
    return ranks


def version(revision: int, expiring: dict[int, float], hidden: frozenset[int], now: float) -> str:
    """Name what is visible: the revision, and the last expiry since which nothing was saved."""
    passed = [moment for post, moment in expiring.items() if moment <= now and post not in hidden]
    return f"{revision}-{max(passed) * 1e6:.0f}" if passed else str(revision)


def stale_at(expiring: dict[int, float], hidden: frozenset[int], now: float) -> float | None:
    coming = [moment for post, moment in expiring.items() if moment > now and post not in hidden]
    return min(coming, default=None)
