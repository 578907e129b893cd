"""From entries of the search index to positions in a snapshot, which costs nanoseconds for each, however many are found."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from blog.search.phrases import Phrase
from blog.search.statements import Column, Ids, entries_matching_each, entries_with_phrase, read_entries, scores
from blog.tagindex import TagIndex

HIDDEN = -1  # the position of an entry of another model, or of a post that the snapshot's reader may not see
UNKNOWN = -2  # the position of an entry that was not there when they were read

Places = NDArray[np.int64]  # positions


class Known(NamedTuple):
    """The position of each entry, by its id, and the id of each position's entry; 0 where it has none."""

    positions: Places
    entries: Ids


_known: WeakKeyDictionary[TagIndex, Known] = WeakKeyDictionary()  # of each snapshot


def matching(index: TagIndex, column: Column, phrases: Iterable[Phrase]) -> Places:
    """Return the positions of the posts with all of these phrases in a column, in no order."""
    (found,) = matching_each(index, column, [phrases])
    return found


def matching_each(index: TagIndex, column: Column, searches: Collection[Iterable[Phrase]]) -> list[Places]:
    """Return the positions of the posts with all phrases of a search in a column, in no order, for each search."""
    return [_visible(_positions_of(index, entries)) for entries in entries_matching_each(column, searches)]


def with_phrase(index: TagIndex, phrase: Phrase, among: Places) -> Places:
    """Return the positions of posts with a phrase in their text: of all those among the given ones, and of others perhaps."""
    entries = (_known.get(index) or _read(index)).entries.copy()
    entries[among] = 0
    return _visible(_positions_of(index, entries_with_phrase("body", phrase, entries[entries > 0])))


def scored(index: TagIndex, phrases: Iterable[Phrase], places: Places) -> tuple[Places, NDArray[np.float64]]:
    """Return those of some positions whose posts have all of these phrases in their text, and how well each matches."""
    known = _known.get(index) or _read(index)
    found = np.array(scores("body", phrases, known.entries[places]), np.float64).reshape(-1, 2)
    return known.positions[found[:, 0].astype(np.int64)], found[:, 1]


def _visible(places: Places) -> Places:
    return places[places >= 0]


def _positions_of(index: TagIndex, entries: Ids) -> Places:
    """Return the position of each entry, or a negative number."""
    known = (_known.get(index) or _read(index)).positions
    if _has_unknown(known, entries):
        known = _read(index).positions
    return np.where(entries < len(known), known[np.minimum(entries, len(known) - 1)], UNKNOWN)


def _has_unknown(known: Places, entries: Ids) -> bool:
    return len(entries) > 0 and (int(entries.max()) >= len(known) or bool((known[entries] == UNKNOWN).any()))


def _read(index: TagIndex) -> Known:
    """Read which entry each post has."""
    entries, posts = read_entries()
    known = Known(np.full(int(entries.max(initial=0)) + 1, UNKNOWN), np.zeros(len(index.post_ids), np.int64))
    places = np.minimum(np.searchsorted(index.sorted_ids, posts), max(len(index.sorted_ids) - 1, 0))
    is_visible = index.sorted_ids[places] == posts if len(index.sorted_ids) else np.zeros(len(posts), np.bool_)
    known.positions[entries] = HIDDEN
    known.positions[entries[is_visible]] = index.sorted_positions[places[is_visible]]
    known.entries[index.sorted_positions[places[is_visible]]] = entries[is_visible]
    _known[index] = known
    return known
