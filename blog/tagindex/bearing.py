"""Which post bears which tag, both ways round, made from pairs of ids in little more memory than it will take. Pure.

On the way each pair is one number, a key of 64 bits, that sorts by position and then by tag, or the other way about.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blog.tagindex.contents import Contents, Numbers, fitting
from blog.tagindex.order import positions
from blog.tagindex.records import IndexedTag, Positions

COMMON = 512  # tags of which it is kept how many posts bear both
RARE = 64  # posts: a tag of no more is kept as a plain list of positions
AT_ONCE = 1 << 17  # keys worked on at once, so that what is made on the way stays small
BITS = np.uint64(32)  # of each half of a key
LOWER = np.uint64((1 << 32) - 1)

Keys = NDArray[np.uint64]


@dataclass
class Bearing:
    """Fields of a TagIndex; see there."""

    tag_list: list[IndexedTag]
    totals: Numbers
    starts: Numbers
    lengths: Numbers
    forward: Numbers
    bitmaps: dict[int, Positions]
    rare: NDArray[np.uint32]
    rare_starts: Numbers
    together: NDArray[np.int32]


def bear(contents: Contents, sorted_ids: Numbers, sorted_positions: Numbers, length: int) -> Bearing:
    """Number the tags that visible posts bear, the commonest first, and say who bears them.

    `sorted_ids` are the visible posts, at `sorted_positions` of which there are `length`, some of them free. Lets go of
    `contents.bearing`.
    """
    ids = np.fromiter(sorted(contents.tags), np.int64)
    keys = _keys(contents.bearing, sorted_ids, sorted_positions, ids)
    contents.bearing = np.empty((0, 2), np.int64)  # it is large, and no longer needed
    tag_list, totals = _number(contents.tags, ids, keys)
    keys.sort()
    lengths, forward = _forward(keys, length, len(tag_list))
    for part in _parts(keys):
        part[:] = (part >> BITS) | (part << BITS)
    keys.sort()
    bitmaps, rare, rare_starts = _positions(keys, totals)
    starts = fitting(np.cumsum(lengths) - lengths)
    return Bearing(
        tag_list,
        totals,
        starts,
        fitting(lengths),
        forward,
        bitmaps,
        rare,
        rare_starts,
        _together(lengths, forward, len(tag_list)),
    )


def _parts(numbers: Numbers, length: int = AT_ONCE) -> Iterator[Numbers]:
    return (numbers[start : start + length] for start in range(0, len(numbers), length))


def _keys(bearing: Numbers, sorted_ids: Numbers, sorted_positions: Numbers, ids: Numbers) -> Keys:
    """Give a key of position and tag, by its place in `ids`, for each pair of a visible post and a tag."""
    keys = np.empty(len(bearing) if len(sorted_ids) else 0, np.uint64)
    length = 0
    for part in _parts(bearing[: len(keys)]):
        posts, tags = part.T
        places = np.searchsorted(sorted_ids, posts.astype(sorted_ids.dtype))
        places[places == len(sorted_ids)] = 0
        seen = sorted_ids[places] == posts
        found = sorted_positions[places[seen]].astype(np.uint64) << BITS
        found |= np.searchsorted(ids, tags[seen].astype(np.int64)).astype(np.uint64)
        keys[length : length + len(found)] = found
        length += len(found)
    return keys[:length]


def _number(tags: dict[int, tuple[str, str]], ids: Numbers, keys: Keys) -> tuple[list[IndexedTag], Numbers]:
    """Put tags' numbers in place of their places among `ids`; give the tags by number, and of how many posts each is."""
    totals = np.zeros(len(ids), np.int64)
    for part in _parts(keys):
        totals += np.bincount((part & LOWER).astype(np.int64), minlength=len(ids))
    slugs = [tags[tag][0] for tag in ids.tolist()]
    counted = totals.tolist()
    order = sorted(np.flatnonzero(totals).tolist(), key=lambda place: (-counted[place], slugs[place]))
    numbers = np.zeros(len(ids), np.uint64)
    numbers[order] = np.arange(len(order))
    for part in _parts(keys):
        part[:] = (part >> BITS << BITS) | numbers[(part & LOWER).astype(np.int64)]
    return [IndexedTag(tag, *tags[tag]) for tag in ids[order].tolist()], totals[order].astype(np.int32)


def _forward(keys: Keys, length: int, tags: int) -> tuple[Numbers, Numbers]:
    """Give the number of tags at each position, and their numbers one after the other."""
    lengths = np.zeros(length, np.int64)
    forward = np.empty(len(keys), fitting(np.empty(0, np.int64), tags).dtype)
    for part, numbers in zip(_parts(keys), _parts(forward), strict=True):
        counts = np.bincount(((part >> BITS) - (part[0] >> BITS)).astype(np.int64))
        first = int(part[0] >> BITS)
        lengths[first : first + len(counts)] += counts
        numbers[:] = part & LOWER
    return lengths, forward


def _positions(keys: Keys, totals: Numbers) -> tuple[dict[int, Positions], NDArray[np.uint32], Numbers]:
    """Give the positions of each tag's posts: bitmaps for the common ones, lists one after the other for the rare."""
    common = int(np.count_nonzero(totals > RARE))  # the first ones, since totals fall
    ends = np.cumsum(totals, dtype=np.int64).tolist()
    bitmaps = {}
    for number, end in enumerate(ends[:common]):
        bitmaps[number] = positions(keys[end - int(totals[number]) : end] & LOWER)
    rare = array("I")
    for part in _parts(keys[ends[common - 1] if common else 0 :]):
        rare.frombytes((part & LOWER).astype(np.uint32).tobytes())
    starts = np.concatenate((np.zeros(common + 1, np.int64), np.cumsum(totals[common:])))
    return bitmaps, np.frombuffer(rare, np.uint32), fitting(starts)


def _together(lengths: Numbers, forward: Numbers, tags: int) -> NDArray[np.int32]:
    """Count how many posts bear both of two of the commonest tags."""
    common = min(COMMON, tags)
    counts = np.zeros(common * common, np.int32)
    end = 0
    for some in _parts(lengths, AT_ONCE // 4):
        start, end = end, end + int(some.sum())
        owners, numbers = np.repeat(np.arange(len(some)), some), forward[start:end]
        kept = numbers < common
        owners, numbers = owners[kept], numbers[kept].astype(np.int64)
        for distance in range(1, int(some.max(initial=0))):
            same = owners[distance:] == owners[:-distance]
            pairs = numbers[:-distance][same] * common + numbers[distance:][same]
            counts += np.bincount(pairs, minlength=len(counts)).astype(np.int32)
    half = counts.reshape(common, common)
    return half + half.T
