"""The posts and tags that match a search."""

from functools import reduce
from itertools import chain
from operator import and_, or_
from weakref import WeakKeyDictionary

import numpy as np

from blog.search.phrases import Phrase, contains, read_phrases
from blog.search.positions import matching
from blog.tagindex import Facet, Positions, TagIndex
from blog.tagindex.ordering import positions
from blog.terms import terms_of

_numbers: WeakKeyDictionary[TagIndex, dict[str, list[int]]] = WeakKeyDictionary()  # of tags, by each term of their names


def search(index: TagIndex, text: str) -> Positions:
    """Return the positions of the posts that match all words and phrases, each in the text or in a tag's name.

    Texts are searched by Wagtail's search index, names in the tag index, so that a renamed tag is found immediately.
    """
    phrases = read_phrases(text)
    named = {phrase: found for phrase in phrases if (found := tagged(index, phrase))}
    only_in_text = [phrase for phrase in phrases if phrase not in named]
    matches = [found | _in_text(index, [phrase]) for phrase, found in named.items()]
    if only_in_text:
        matches.append(_in_text(index, only_in_text))
    return reduce(and_, matches) if matches else Positions()


def _in_text(index: TagIndex, phrases: list[Phrase]) -> Positions:
    return positions(np.sort(matching(index, "body", phrases)))


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
