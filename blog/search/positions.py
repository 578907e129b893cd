"""From entries of the search index to positions in a snapshot, which costs nanoseconds for each, however many are found."""

from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from blog.search.phrases import Phrase
from blog.search.statements import Column, Ids, entries_beginning, entries_matching, read_entries, scores
from blog.tagindex import TagIndex

HIDDEN = -1  # the position of an entry of another model, or of a post that the snapshot's reader may not see
UNKNOWN = -2  # the position of an entry that was not there when they were read

Places = NDArray[np.int64]  # positions

_positions: WeakKeyDictionary[TagIndex, Places] = WeakKeyDictionary()  # of each snapshot, by the id of the entry


def matching(index: TagIndex, column: Column, phrases: Iterable[Phrase]) -> Places:
    """Return the positions of the posts with all of these phrases in a column, in no order."""
    return _visible(_positions_of(index, entries_matching(column, phrases)))


def scored(index: TagIndex, column: Column, phrases: Iterable[Phrase]) -> tuple[Places, NDArray[np.float64]]:
    """Return the positions of the posts with all of these phrases in a column, and how well each matches."""
    found = np.array(scores(column, phrases), np.float64).reshape(-1, 2)
    places = _positions_of(index, found[:, 0].astype(np.int64))
    return places[places >= 0], found[places >= 0, 1]


def beginning(index: TagIndex, column: Column, beginnings: Sequence[str], limit: int) -> Places:
    """Return the positions of some posts in which a word begins in one of these ways, those with the most of them first."""
    return _visible(_positions_of(index, entries_beginning(column, beginnings, limit)))


def _visible(places: Places) -> Places:
    return places[places >= 0]


def _positions_of(index: TagIndex, entries: Ids) -> Places:
    """Return the position of each entry, or a negative number."""
    known = _positions.get(index)
    if known is None or _has_unknown(known, entries):
        known = _positions[index] = _read(index)
    return np.where(entries < len(known), known[np.minimum(entries, len(known) - 1)], UNKNOWN)


def _has_unknown(known: Places, entries: Ids) -> bool:
    return len(entries) > 0 and (int(entries.max()) >= len(known) or bool((known[entries] == UNKNOWN).any()))


def _read(index: TagIndex) -> Places:
    """Read the position of every entry."""
    entries, posts = read_entries()
    known = np.full(int(entries.max(initial=0)) + 1, UNKNOWN)
    places = np.minimum(np.searchsorted(index.sorted_ids, posts), max(len(index.sorted_ids) - 1, 0))
    is_visible = index.sorted_ids[places] == posts if len(index.sorted_ids) else np.zeros(len(posts), np.bool_)
    known[entries] = HIDDEN
    known[entries[is_visible]] = index.sorted_positions[places[is_visible]]
    return known
