"""The posts and tags that match a search."""

from functools import reduce
from itertools import chain
from operator import and_, or_
from weakref import WeakKeyDictionary

import numpy as np

from blog.search.phrases import Phrase, contains, read_phrases
from blog.search.positions import matching_each, with_phrase
from blog.tagindex import Facet, Positions, TagIndex
from blog.tagindex.ordering import positions
from blog.terms import terms_of

MOST_KEPT = 200  # searches whose matches are kept: bitmaps of some KB

found_before: WeakKeyDictionary[TagIndex, dict[tuple[Phrase, ...], Positions]] = WeakKeyDictionary()  # of each snapshot
_numbers: WeakKeyDictionary[TagIndex, dict[str, list[int]]] = WeakKeyDictionary()  # of tags, by each term of their names


def search(index: TagIndex, text: str) -> Positions:
    """Return the positions of the posts that match all words and phrases, each in the text or in a tag's name.

    Texts are searched by Wagtail's search index, names in the tag index, so that a renamed tag is found immediately. The last
    searches' matches are kept.
    """
    phrases = tuple(read_phrases(text))
    kept = found_before.setdefault(index, {})
    found = kept.get(phrases)
    if found is None:
        found = _search(index, phrases)
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[phrases] = found
    return found


def _search(index: TagIndex, phrases: tuple[Phrase, ...]) -> Positions:
    """Search for single words first: which texts have a phrase is asked only of those that match them, and have no such tag."""
    if not phrases:
        return Positions()
    named = {phrase: tagged(index, phrase) for phrase in phrases}
    words = [phrase for phrase in phrases if len(phrase) == 1]
    untagged = [word for word in words if not named[word]]
    searches = [*([word] for word in words if named[word]), *([untagged] if untagged else [])]
    in_texts = matching_each(index, "body", searches)
    matches = (named[search[0]] | positions(np.sort(places)) for search, places in zip(searches, in_texts, strict=True))
    found = reduce(and_, matches, index.all_positions)
    for phrase in (phrase for phrase in phrases if len(phrase) > 1):
        undecided = np.fromiter(found - named[phrase], np.int64)
        found = found & (named[phrase] | positions(np.sort(with_phrase(index, phrase, undecided))))
    return found


def tagged(index: TagIndex, phrase: Phrase) -> Positions:
    """Return the positions of the posts with a tag whose name contains a phrase."""
    return reduce(or_, map(index.postings_of, _named(index, phrase)), Positions())


def _named(index: TagIndex, phrase: Phrase) -> list[int]:
    """Return the numbers of the tags whose names contain a phrase."""
    numbers = _numbers_by_term(index).get(phrase[0], ())
    return [number for number in numbers if len(phrase) == 1 or contains(terms_of(index.tag_list[number].name), phrase)]


def tags_named(index: TagIndex, text: str) -> list[Facet]:
    """Return the tags whose names contain all words of a text, or stand in it: first the one of that very name."""
    sought = tuple(chain.from_iterable(read_phrases(text)))
    by_term = _numbers_by_term(index)
    numbers = {number for term in sought for number in by_term.get(term, ())}
    found: list[tuple[bool, int, Facet]] = []
    for number in numbers:
        tag, count = index.tag_list[number], int(index.post_counts[number])
        name = terms_of(tag.name)
        if contains(sought, name) or set(sought) <= set(name):
            found.append((name != sought, -count, Facet(tag, count)))
    return [facet for _is_other, _count, facet in sorted(found)]


def _numbers_by_term(index: TagIndex) -> dict[str, list[int]]:
    """Return the numbers of the tags of visible posts by each term of their names."""
    known = _numbers.get(index)
    if known is None:
        known = {}
        for number in index.numbers.values():
            for term in set(terms_of(index.tag_list[number].name)):
                known.setdefault(term, []).append(number)
        _numbers[index] = known  # now that it is whole: other threads may read it
    return known
