"""Build an index from the rows of one SELECT, with little memory beyond the index's own. Pure."""

from datetime import tzinfo
from typing import Any

import numpy as np

from blog.tagindex.index import TagIndex
from blog.tagindex.ordering import positions
from blog.tagindex.postings import BITS, LOWER, build_postings, pair_keys
from blog.tagindex.types import IndexData, IntArray, compact
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
        external=positions(np.frombuffer(all_positions.to_array(), np.uint32)[data.external[visible] == 1]),
        **_author_fields(data, sorted_ids, sorted_positions, data.external[visible][spread]),
    )


def _spread(length: int) -> IntArray:
    """Return, for each position, the rank of the post at it or before it."""
    counts = np.ones(length, np.int64)
    counts[SPACING - 2 :: SPACING - 1] = 2
    if length:
        counts[-1] += SPACING  # for posts to come
    return np.repeat(np.arange(length), counts)


def _author_fields(data: IndexData, sorted_ids: IntArray, sorted_positions: IntArray, external: IntArray) -> dict[str, Any]:
    """Return the fields of an index for authors; `external` is by position."""
    ids = np.fromiter(sorted(data.authors), np.int64)
    keys = pair_keys(data.post_authors, sorted_ids, sorted_positions, ids)
    keys.sort()
    places, authors = (keys >> BITS).astype(np.int64), (keys & LOWER).astype(np.int64)
    by_author = np.split(places[np.argsort(authors, kind="stable")], np.cumsum(np.bincount(authors, minlength=len(ids)))[:-1])
    bylines, byline_authors = _bylines(places, authors, len(external), len(ids))
    return {
        "handles": [data.authors[author][0] for author in ids.tolist()],
        "author_names": dict(data.authors.values()),
        "bylines": compact(bylines * 2 + external),
        "byline_authors": byline_authors,
        "by_author": [positions(theirs) for theirs in by_author[: len(ids)]],
    }


def _bylines(places: IntArray, authors: IntArray, length: int, count: int) -> tuple[IntArray, list[tuple[int, ...]]]:
    """Number the different sets of authors: return the number at each of `length` positions, and the authors by number.

    `places` and `authors` (of `count`) are pairs in rising order. The k-th author of each post leads from the number of those
    before to the number of those with this one, as in a trie.
    """
    numbers = np.zeros(length, np.int64)
    byline_authors: list[tuple[int, ...]] = [()]
    rank = np.arange(len(places)) - np.searchsorted(places, places)  # of a pair among those of its post
    for k in range(int(rank.max(initial=-1)) + 1):
        these = rank == k
        steps, inverse = np.unique(numbers[places[these]] * count + authors[these], return_inverse=True)
        numbers[places[these]] = len(byline_authors) + inverse
        byline_authors += [(*byline_authors[step // count], step % count) for step in steps.tolist()]
    return numbers, byline_authors


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
