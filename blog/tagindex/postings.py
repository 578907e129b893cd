"""Postings (tag to posts) and forward index (post to tags), built from pairs of ids in bounded memory. Pure.

While building, each pair is a key of 64 bits: position in the upper half and tag in the lower, or the other way round.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blog.tagindex.ordering import positions
from blog.tagindex.types import IndexData, IndexedTag, IntArray, Positions, compact

COOCCURRENCE_TAGS = 512  # most frequent tags, for each two of which the posts in common are counted
LONGEST_LIST = 64  # posts: a tag with more has a bitmap, one with no more a list of positions
BATCH_SIZE = 1 << 17  # keys processed at once, which bounds temporary memory
BITS = np.uint64(32)  # of each half of a key
LOWER = np.uint64((1 << 32) - 1)

Keys = NDArray[np.uint64]


@dataclass
class Postings:
    """The fields of a TagIndex by tag; see there."""

    tag_list: list[IndexedTag]
    post_counts: IntArray
    forward_starts: IntArray
    forward_lengths: IntArray
    forward_index: IntArray
    bitmaps: dict[int, Positions]
    short_postings: NDArray[np.uint32]
    short_posting_starts: IntArray
    cooccurrence: NDArray[np.int32]


def build_postings(data: IndexData, sorted_ids: IntArray, sorted_positions: IntArray, length: int) -> Postings:
    """Number the tags of visible posts by falling count; build their postings and the forward index.

    `sorted_ids` are the visible posts, `sorted_positions` theirs among `length` positions. Empties `data.post_tags`.
    """
    ids = np.fromiter(sorted(data.tags), np.int64)
    keys = pair_keys(data.post_tags, sorted_ids, sorted_positions, ids)
    data.post_tags = np.empty((0, 2), np.int64)  # free its memory
    tag_list, post_counts = _number(data.tags, ids, keys)
    keys.sort()
    forward_lengths, forward_index = _build_forward_index(keys, length, len(tag_list))
    for part in _parts(keys):
        part[:] = (part >> BITS) | (part << BITS)
    keys.sort()
    bitmaps, short_postings, short_posting_starts = _positions(keys, post_counts)
    forward_starts = compact(np.cumsum(forward_lengths) - forward_lengths)
    return Postings(
        tag_list,
        post_counts,
        forward_starts,
        compact(forward_lengths),
        forward_index,
        bitmaps,
        short_postings,
        short_posting_starts,
        _count_cooccurrence(forward_lengths, forward_index, len(tag_list)),
    )


def _parts(numbers: IntArray, length: int = BATCH_SIZE) -> Iterator[IntArray]:
    return (numbers[start : start + length] for start in range(0, len(numbers), length))


def pair_keys(pairs: IntArray, sorted_ids: IntArray, sorted_positions: IntArray, ids: IntArray) -> Keys:
    """Return a key (position, index of the tag or author in `ids`) for each pair (post id, its id) of a visible post."""
    keys = np.empty(len(pairs) if len(sorted_ids) else 0, np.uint64)
    length = 0
    for part in _parts(pairs[: len(keys)]):
        posts, others = part.T
        places = np.searchsorted(sorted_ids, posts.astype(sorted_ids.dtype))
        places[places == len(sorted_ids)] = 0
        is_indexed = sorted_ids[places] == posts
        found = sorted_positions[places[is_indexed]].astype(np.uint64) << BITS
        found |= np.searchsorted(ids, others[is_indexed].astype(np.int64)).astype(np.uint64)
        keys[length : length + len(found)] = found
        length += len(found)
    return keys[:length]


def _number(tags: dict[int, tuple[str, str]], ids: IntArray, keys: Keys) -> tuple[list[IndexedTag], IntArray]:
    """Replace indices into `ids` by tag numbers, in place; return the tags by number and their post counts."""
    post_counts = np.zeros(len(ids), np.int64)
    for part in _parts(keys):
        post_counts += np.bincount((part & LOWER).astype(np.int64), minlength=len(ids))
    slugs = [tags[tag][0] for tag in ids.tolist()]
    counted = post_counts.tolist()
    order = sorted(np.flatnonzero(post_counts).tolist(), key=lambda place: (-counted[place], slugs[place]))
    numbers = np.zeros(len(ids), np.uint64)
    numbers[order] = np.arange(len(order))
    for part in _parts(keys):
        part[:] = (part >> BITS << BITS) | numbers[(part & LOWER).astype(np.int64)]
    return [IndexedTag(tag, *tags[tag]) for tag in ids[order].tolist()], post_counts[order].astype(np.int32)


def _build_forward_index(keys: Keys, length: int, tags: int) -> tuple[IntArray, IntArray]:
    """Return the number of tags at each position, and all tag numbers in order of position."""
    forward_lengths = np.zeros(length, np.int64)
    forward_index = np.empty(len(keys), compact(np.empty(0, np.int64), tags).dtype)
    for part, numbers in zip(_parts(keys), _parts(forward_index), strict=True):
        counts = np.bincount(((part >> BITS) - (part[0] >> BITS)).astype(np.int64))
        first = int(part[0] >> BITS)
        forward_lengths[first : first + len(counts)] += counts
        numbers[:] = part & LOWER
    return forward_lengths, forward_index


def _positions(keys: Keys, post_counts: IntArray) -> tuple[dict[int, Positions], NDArray[np.uint32], IntArray]:
    """Return the postings: bitmaps of the frequent tags by number, and the others concatenated with their starts."""
    common = int(np.count_nonzero(post_counts > LONGEST_LIST))  # the first ones, since totals fall
    ends = np.cumsum(post_counts, dtype=np.int64).tolist()
    bitmaps = {}
    for number, end in enumerate(ends[:common]):
        bitmaps[number] = positions(keys[end - int(post_counts[number]) : end] & LOWER)
    short_postings = array("I")
    for part in _parts(keys[ends[common - 1] if common else 0 :]):
        short_postings.frombytes((part & LOWER).astype(np.uint32).tobytes())
    forward_starts = np.concatenate((np.zeros(common + 1, np.int64), np.cumsum(post_counts[common:])))
    return bitmaps, np.frombuffer(short_postings, np.uint32), compact(forward_starts)


def _count_cooccurrence(forward_lengths: IntArray, forward_index: IntArray, tags: int) -> NDArray[np.int32]:
    """Return a symmetric matrix: the posts that two of the most frequent tags have in common."""
    common = min(COOCCURRENCE_TAGS, tags)
    counts = np.zeros(common * common, np.int32)
    end = 0
    for some in _parts(forward_lengths, BATCH_SIZE // 4):
        start, end = end, end + int(some.sum())
        owners, numbers = np.repeat(np.arange(len(some)), some), forward_index[start:end]
        kept = numbers < common
        owners, numbers = owners[kept], numbers[kept].astype(np.int64)
        for distance in range(1, int(some.max(initial=0))):
            same = owners[distance:] == owners[:-distance]
            pairs = numbers[:-distance][same] * common + numbers[distance:][same]
            counts += np.bincount(pairs, minlength=len(counts)).astype(np.int32)
    half = counts.reshape(common, common)
    return half + half.T
