"""Building an index from what one SELECT told, in little more memory than it will have. Pure."""

from datetime import tzinfo

import numpy as np

from blog.tagindex.contents import Contents, Numbers, fitting
from blog.tagindex.index import NOTHING, TagIndex
from blog.tagindex.order import positions
from blog.tagindex.records import IndexedTag, Positions
from blog.tagindex.years import Years

SPACING = 64  # every so many positions one is left free
COMMON = 512  # tags of which it is kept how many posts bear both
RARE = 64  # posts: a tag of no more is kept as a plain list of positions
AT_ONCE = 1 << 19  # numbers worked on at once
NUMBER_BITS = 24  # of a tag's number, in a key made of it and a position


def build(contents: Contents, zone: tzinfo, now: float) -> TagIndex:
    """Build the index of the posts that are visible at `now` (seconds since 1970)."""
    seen = contents.visible(now)
    posts, published = fitting(contents.posts[seen]), contents.published[seen]
    order = np.lexsort((posts, published))
    posts, published = posts[order], published[order]
    handles, bylines = _bylines(contents, contents.author[seen][order], contents.external[seen][order])
    taken = np.arange(len(posts))
    taken += taken // (SPACING - 1)
    by_id = np.argsort(posts)
    sorted_ids, sorted_positions = posts[by_id], fitting(taken[by_id])
    spread = _spread(len(posts))
    posts, published, bylines = posts[spread], published[spread], bylines[spread]
    tag_list, totals, keys = _bearing(contents, sorted_ids, sorted_positions)
    everything = positions(taken)
    lengths, forward = _forward(keys, len(posts), len(tag_list))
    keys = _by_number(keys)
    bitmaps, rare, rare_starts = _borne(keys, totals)
    del keys
    starts = fitting(np.concatenate(([0], np.cumsum(lengths)))[:-1])
    return TagIndex(
        revision=contents.revision,
        version=version(contents.revision, contents.expiring, contents.hidden, now),
        changed=contents.changed,
        stale_at=stale_at(contents.expiring, contents.hidden, now),
        hidden=contents.hidden,
        expiring=contents.expiring,
        everything=everything,
        post_ids=posts,
        published=published,
        years_of_posts=Years(published, zone),
        bylines=bylines,
        starts=starts,
        lengths=lengths,
        forward=forward,
        sorted_ids=sorted_ids,
        sorted_positions=sorted_positions,
        tag_list=tag_list,
        numbers={tag.slug: number for number, tag in enumerate(tag_list)},
        totals=totals,
        slug_ranks=slug_ranks(tag_list),
        bitmaps=bitmaps,
        rare=rare,
        rare_starts=rare_starts,
        together=_together(lengths, forward, len(tag_list)),
        handles=handles,
        by_author=[by_author(bylines, taken, number) for number in range(len(handles))],
        external=positions(taken[bylines[taken] & 1 == 1]),
    )


def by_author(bylines: Numbers, taken: Numbers, number: int) -> Positions:
    return positions(taken[bylines[taken] >> 1 == number]) if number else NOTHING


def _spread(length: int) -> Numbers:
    """Give, for each position, the place of the post at it or before it."""
    counts = np.ones(length, np.int64)
    counts[SPACING - 2 :: SPACING - 1] = 2
    if length:
        counts[-1] += SPACING  # for posts to come
    return np.repeat(np.arange(length), counts)


def _bylines(contents: Contents, authors: Numbers, external: Numbers) -> tuple[list[str], Numbers]:
    """Number the authors, nobody as 0; give their handles, and for each post twice its author's number and whether external."""
    ids, numbered = np.unique(np.concatenate(([0], authors)), return_inverse=True)
    handles = [contents.authors.get(author, "") for author in ids.tolist()]
    return handles, fitting(numbered[1:] * 2 + external)


def _bearing(contents: Contents, sorted_ids: Numbers, sorted_positions: Numbers) -> tuple[list[IndexedTag], Numbers, Numbers]:
    """Number the tags that are borne, the commonest first; give them, their totals, and for each of each post's tags
    a key of its position and the tag's number, sorted."""
    ids = np.fromiter(sorted(contents.tags), np.int64)
    keys = np.empty(len(contents.borne), np.uint64)
    length = 0
    for start in range(0, len(contents.borne), AT_ONCE):
        bearing, borne = contents.bearing[start : start + AT_ONCE], contents.borne[start : start + AT_ONCE]
        places = np.searchsorted(sorted_ids, bearing)
        places[places == len(sorted_ids)] = 0
        seen = sorted_ids[places] == bearing if len(sorted_ids) else np.zeros(len(bearing), np.bool_)
        found = sorted_positions[places[seen]].astype(np.uint64) << NUMBER_BITS
        found |= np.searchsorted(ids, borne[seen]).astype(np.uint64)
        keys[length : length + len(found)] = found
        length += len(found)
    keys = keys[:length]
    totals = np.zeros(len(ids), np.int64)
    for start in range(0, length, AT_ONCE):
        totals += np.bincount((keys[start : start + AT_ONCE] & _NUMBER).astype(np.int64), minlength=len(ids))
    slugs = [contents.tags[tag][0] for tag in ids.tolist()]
    order = sorted(np.flatnonzero(totals).tolist(), key=lambda place: (-int(totals[place]), slugs[place]))
    numbers = np.zeros(len(ids), np.uint64)
    numbers[order] = np.arange(len(order))
    for start in range(0, length, AT_ONCE):
        part = keys[start : start + AT_ONCE]
        part[:] = (part >> NUMBER_BITS << NUMBER_BITS) | numbers[(part & _NUMBER).astype(np.int64)]
    keys.sort()
    tags = [IndexedTag(tag, *contents.tags[tag]) for tag in ids[order].tolist()]
    return tags, totals[order].astype(np.int32), keys


_NUMBER = np.uint64((1 << NUMBER_BITS) - 1)


def _forward(keys: Numbers, length: int, tags: int) -> tuple[Numbers, Numbers]:
    """Give the number of tags at each position, and the tags' numbers one after the other."""
    lengths = np.zeros(length, np.int64)
    forward = np.empty(len(keys), fitting(np.empty(0, np.int64), tags).dtype)
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        lengths += np.bincount((part >> NUMBER_BITS).astype(np.int64), minlength=length)
        forward[start : start + AT_ONCE] = part & _NUMBER
    return fitting(lengths), forward


def _by_number(keys: Numbers) -> Numbers:
    """Turn keys of position and number into keys of number and position, sorted."""
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        part[:] = (part >> NUMBER_BITS) | ((part & _NUMBER) << 32)
    keys.sort()
    return keys


def _borne(keys: Numbers, totals: Numbers) -> tuple[dict[int, Positions], Numbers, Numbers]:
    """Give the positions of each tag's posts: bitmaps for the common ones, lists one after the other for the rare."""
    ends = np.cumsum(totals, dtype=np.int64).tolist()
    common = int(np.count_nonzero(totals > RARE))  # the first ones: totals fall
    bitmaps = {}
    for number, end in enumerate(ends[:common]):
        bitmap = positions(keys[end - int(totals[number]) : end] & np.uint64(0xFFFFFFFF))
        bitmaps[number] = bitmap
    first = ends[common - 1] if common else 0
    rare = (keys[first:] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    starts = np.concatenate((np.zeros(common + 1, np.int64), np.cumsum(totals[common:])))
    return bitmaps, rare, fitting(starts)


def _together(lengths: Numbers, forward: Numbers, tags: int) -> Numbers:
    """Count how many posts bear both of two of the commonest tags."""
    common = min(COMMON, tags)
    owner = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    kept = forward < common
    owner, numbers = owner[kept], forward[kept].astype(np.int32)
    counts = np.zeros(common * common, np.int64)
    for distance in range(1, int(lengths.max(initial=0))):
        same = owner[distance:] == owner[:-distance]
        if not same.any():
            break
        pairs = numbers[:-distance][same] * common + numbers[distance:][same]
        counts += np.bincount(pairs, minlength=common * common)
    half = counts.reshape(common, common).astype(np.int32)
    return half + half.T


def slug_ranks(tags: list[IndexedTag]) -> Numbers:
    """Give the place of each tag's slug among all."""
    ranks = np.empty(len(tags), np.int32)
    ranks[sorted(range(len(tags)), key=lambda number: tags[number].slug)] = np.arange(len(tags))
    return ranks


def version(revision: int, expiring: dict[int, float], hidden: frozenset[int], now: float) -> str:
    """Name what is visible: the revision, and the last expiry since which nothing was saved."""
    passed = [moment for post, moment in expiring.items() if moment <= now and post not in hidden]
    return f"{revision}-{max(passed) * 1e6:.0f}" if passed else str(revision)


def stale_at(expiring: dict[int, float], hidden: frozenset[int], now: float) -> float | None:
    coming = [moment for post, moment in expiring.items() if moment > now and post not in hidden]
    return min(coming, default=None)
